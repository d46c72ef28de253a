import type { LoggedEvent } from '../../core/event.ts';
import { allEvents } from './all-events.ts';
import { FOLLOW_TIMES, follow, type FollowTimes } from './follow.ts';
import type { Operations } from './interface.ts';
import { EventList, TimelineReply } from './replies.ts';
import { EventsQuery, FollowHeaders, RolloutPath, TimelineQuery } from './requests.ts';
import type { App } from './server.ts';
import { timelineMarkdown } from './timeline-markdown.ts';
import { timelineOf } from './timeline.ts';
import { eventView } from './view.ts';

function accepts(header: string | undefined, type: string): boolean {
  return header?.toLowerCase().includes(type) === true;
}

function listView(events: readonly LoggedEvent[], limit: number) {
  const last = events.length === limit ? events.at(-1) : undefined;
  return { items: events.map(eventView), next: last ? String(last.seq) : null };
}

/** The event log of a rollout, of everything, and the story that is told from it. */
export function logRoutes(app: App, operations: Operations, times: FollowTimes = FOLLOW_TIMES): void {
  app.route({
    method: 'GET',
    url: '/v1/audit',
    schema: {
      summary: 'Read the audit log: the events of everything, oldest first',
      tags: ['log'],
      querystring: EventsQuery,
      response: { 200: EventList },
    },
    handler: async ({ query }) =>
      listView(await operations.events(null, query.after, query.limit), query.limit),
  });

  eventsRoute(app, operations, times);

  app.route({
    method: 'GET',
    url: '/v1/rollouts/:id/timeline',
    schema: {
      summary:
        'Read the incident timeline, as JSON or (Accept: text/markdown, or ?format=markdown) as Markdown',
      tags: ['log'],
      params: RolloutPath,
      querystring: TimelineQuery,
      response: { 200: TimelineReply },
    },
    handler: async (request, reply) => {
      const rollout = await operations.rollout(request.params.id);
      const events = await allEvents(operations, rollout.id);
      const timeline = timelineOf(rollout, events, await operations.changedFiles(rollout));
      const format =
        request.query.format ?? (accepts(request.headers.accept, 'text/markdown') ? 'markdown' : 'json');
      if (format === 'json') return timeline;
      return reply
        .type('text/markdown; charset=utf-8')
        .serializer(String)
        .send(timelineMarkdown(timeline) as never);
    },
  });
}

function eventsRoute(app: App, operations: Operations, times: FollowTimes): void {
  const closing = new AbortController();
  // Before the server waits for its connections to end: a stream would never end by itself.
  app.addHook('preClose', async () => closing.abort());
  app.route({
    method: 'GET',
    url: '/v1/rollouts/:id/events',
    schema: {
      summary: 'Read the event log of a rollout; with Accept: text/event-stream it follows',
      tags: ['log'],
      params: RolloutPath,
      querystring: EventsQuery,
      headers: FollowHeaders,
      response: { 200: EventList },
    },
    handler: async (request, reply) => {
      const { params, query, headers } = request;
      await operations.rollout(params.id);
      if (!accepts(headers.accept, 'text/event-stream')) {
        return listView(await operations.events(params.id, query.after, query.limit), query.limit);
      }
      reply.hijack();
      const start = headers['last-event-id'] ?? query.after;
      try {
        await follow(operations, params.id, start, reply.raw, { closing: closing.signal, times });
      } catch (error) {
        // The answer has begun, so it cannot become a problem; cut off, the client comes back where it was.
        request.log.warn({ err: error }, 'event stream failed');
        reply.raw.destroy();
      }
      return reply;
    },
  });
}
