import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { RolloutId } from '@breakwater/shared';
import type { LoggedEvent } from '../../core/event.ts';
import type { Operations } from './interface.ts';
import { eventView } from './view.ts';

const BATCH = 100;

export interface FollowTimes {
  /** How often a comment is sent, so that proxies and clients can tell a quiet stream from a dead one. */
  heartbeatMs: number;
  /** How long a client may leave what was sent to it unread before it is closed. */
  stallMs: number;
}

export const FOLLOW_TIMES: FollowTimes = { heartbeatMs: 15_000, stallMs: 30_000 };

function frame(event: LoggedEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`;
}

/**
 * Streams the events of a rollout that come after a sequence number, until the client leaves or `closing`
 * aborts.
 *
 * The log is read no faster than the client reads: nothing piles up in memory for a slow one, and one that takes
 * nothing for `stallMs` is closed. It can come back with Last-Event-ID and has missed nothing.
 *
 * @throws what reading the log throws; the caller then cuts the stream off.
 */
export async function follow(
  operations: Pick<Operations, 'events' | 'onLog'>,
  rollout: RolloutId,
  from: number,
  stream: ServerResponse,
  { closing, times }: { closing: AbortSignal; times: FollowTimes },
): Promise<void> {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  const over = AbortSignal.any([gone.signal, closing]);
  // Subscribed before the first read, or an event between the two would be noticed only with the next one.
  const log = alarm(over);
  const unsubscribe = operations.onLog(log.ring);
  const heartbeat = setInterval(() => {
    if (!stream.writableNeedDrain) stream.write(':\n\n');
  }, times.heartbeatMs);

  async function sendNewer(start: number): Promise<number> {
    let after = start;
    for (let more = true; more && !over.aborted; ) {
      const events = await operations.events(rollout, after, BATCH);
      for (const event of events) {
        if (!stream.write(frame(event))) await drained(stream, times.stallMs, over);
        after = event.seq;
      }
      more = events.length === BATCH;
    }
    return after;
  }

  try {
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    stream.write(':\n\n');
    for (let after = from; !over.aborted; await log.rung()) {
      after = await sendNewer(after);
    }
    // Only here: a stream that fails must not look like one that is complete.
    stream.end();
  } finally {
    clearInterval(heartbeat);
    unsubscribe();
  }
}

/** Waits until the client has read what was written, or `over`; a client that does not read is cut off. */
async function drained(stream: ServerResponse, stallMs: number, over: AbortSignal): Promise<void> {
  if (over.aborted) return;
  try {
    await once(stream, 'drain', { signal: AbortSignal.any([over, AbortSignal.timeout(stallMs)]) });
  } catch {
    if (!over.aborted) stream.destroy();
  }
}

/** A bell that remembers that it was rung while nobody waited. */
function alarm(over: AbortSignal): { ring: () => void; rung: () => Promise<void> } {
  let next = Promise.withResolvers<void>();
  const ring = (): void => next.resolve();
  over.addEventListener('abort', ring, { once: true });
  return {
    ring,
    rung: async () => {
      await next.promise;
      next = Promise.withResolvers();
    },
  };
}
