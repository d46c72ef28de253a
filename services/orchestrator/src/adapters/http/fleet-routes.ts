import { BreakwaterError } from '@breakwater/shared';
import { HOST_VERBS, type HostVerb } from '../../core/host-verbs.ts';
import { callerOf } from './caller.ts';
import type { HostView, Operations } from './interface.ts';
import { HostList, HostOrderReply, HostReply, LineReply } from './replies.ts';
import {
  HostOrderCommand,
  HostPath,
  HostsQuery,
  LineChange,
  LineCommand,
  NoQuery,
  WriteHeaders,
} from './requests.ts';
import { requirePermission } from './roles.ts';
import type { App } from './server.ts';
import { hostView, lineView } from './view.ts';

export function fleetRoutes(app: App, operations: Operations): void {
  app.route({
    method: 'GET',
    url: '/v1/hosts',
    schema: {
      summary: 'List the fleet by host id',
      tags: ['fleet'],
      querystring: HostsQuery,
      response: { 200: HostList },
    },
    handler: async ({ query }) => {
      const { after, limit } = query;
      const rest = byId(await operations.hosts()).filter(({ id }) => after === undefined || id > after);
      const items = rest.slice(0, limit);
      return { items: items.map(hostView), next: rest.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/hosts/:id',
    schema: {
      summary: 'Read a host: what it runs, how it is, and when it was last heard',
      tags: ['fleet'],
      params: HostPath,
      querystring: NoQuery,
      response: { 200: HostReply },
    },
    handler: async ({ params }) => {
      const host = (await operations.hosts()).find(({ id }) => id === params.id);
      if (!host) throw new BreakwaterError('not_found', `There is no host ${params.id}.`);
      return hostView(host);
    },
  });

  for (const verb of Object.keys(HOST_VERBS) as HostVerb[]) hostVerbRoute(app, operations, verb);
  lineRoutes(app, operations);
}

function hostVerbRoute(app: App, operations: Operations, verb: HostVerb): void {
  app.route({
    method: 'POST',
    url: `/v1/hosts/:id/${verb}`,
    schema: {
      summary: SUMMARIES[verb],
      tags: ['fleet'],
      params: HostPath,
      headers: WriteHeaders,
      querystring: NoQuery,
      body: HostOrderCommand,
      response: { 200: HostOrderReply },
    },
    handler: async (request) => {
      const { id } = request.params;
      await operations.orderHost(id, verb, callerOf(request), request.body.reason);
      const host = (await operations.hosts()).find((one) => one.id === id);
      return { id, host: host ? hostView(host) : null };
    },
  });
}

const SUMMARIES: Record<HostVerb, string> = {
  drain: 'Take a host out of service: no rollout takes it, and it counts as unavailable',
  undrain: 'Take a drained host back: it gets what it has missed',
  remove: 'Remove a host from the fleet for good: its agent is not answered any more',
};

function byId(hosts: readonly HostView[]): HostView[] {
  return hosts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function lineRoutes(app: App, operations: Operations): void {
  const line = { tags: ['line'], querystring: NoQuery, response: { 200: LineReply } };
  app.route({
    method: 'GET',
    url: '/v1/line',
    schema: { ...line, summary: 'Read whether the line is stopped, and which freeze window is in force' },
    handler: async () => lineView(await operations.line()),
  });

  app.route({
    method: 'POST',
    url: '/v1/line',
    schema: { ...line, summary: 'Stop the line, or start it again', headers: WriteHeaders, body: LineChange },
    handler: async (request) => {
      const { stopped, reason } = request.body;
      const caller = callerOf(request);
      requirePermission(caller, stopped ? 'stop' : 'start');
      return lineView(await operations.setLine(stopped, caller, reason));
    },
  });

  for (const [verb, stopped] of [['stop', true] as const, ['start', false] as const]) {
    app.route({
      method: 'POST',
      url: `/v1/line/${verb}`,
      schema: { ...line, summary: `${verb} the line`, headers: WriteHeaders, body: LineCommand },
      handler: async (request) =>
        lineView(await operations.setLine(stopped, callerOf(request), request.body.reason)),
    });
  }
}
