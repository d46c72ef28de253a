import { type Clock, sleep } from '@breakwater/shared';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failures.ts';
import { type Api, type Event, refusalOf } from './api.ts';

export interface FollowOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Is told, in words, when the stream was lost. */
  onGap: (text: string) => void;
  /** After so much quiet a `null` is given out, so that the caller can look at other things. */
  tickMs?: number;
  /** Orchestrators send something every 15 s; a stream that is silent for longer is dead. */
  deadAfterMs?: number;
  /** For how long nobody may answer before it is given up. */
  patienceMs?: number;
}

const PAUSE_MS = 1000;

/**
 * The events of a rollout from the first on, and `null` whenever there was none for a moment. When the stream is cut it
 * is taken up again where it was, at the next orchestrator.
 * @throws Unreachable when nobody answers for too long, Refusal when it is refused.
 */
export async function* follow(api: Api, id: string, options: FollowOptions): AsyncGenerator<Event | null> {
  const { clock, signal, onGap, patienceMs = 120_000 } = options;
  let last = 0;
  let heardAt = clock.monotonic();
  const onEvent = (event: Event | null): void => {
    heardAt = clock.monotonic();
    last = event?.seq ?? last;
  };
  while (!signal.aborted) {
    try {
      for await (const event of stream(api, id, last, options)) {
        onEvent(event);
        yield event;
      }
      if (!signal.aborted) onGap('The stream of events has ended; taking it up again.');
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error) || clock.monotonic() - heardAt > patienceMs) throw error;
      onGap(`${(error as Error).message}; trying again. The rollout does not depend on this.`);
    }
    await sleep(clock, PAUSE_MS, signal);
  }
}

/** What goes away by itself: nobody answers or can, or what answered was cut off. */
function isPassing(error: unknown): boolean {
  return !(error instanceof Failure) || error.exit === EXIT.failed;
}

async function* stream(
  api: Api,
  id: string,
  after: number,
  options: FollowOptions,
): AsyncGenerator<Event | null> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const headers = { accept: 'text/event-stream', 'last-event-id': String(after) };
  try {
    const response = await api.stream(`/v1/rollouts/${id}/events`, headers, signal);
    if (!response.ok || response.body === null)
      throw refusalOf(response.status, await response.json().catch(() => null));
    let rest = '';
    for await (const part of parts(response.body, signal, options)) {
      if (part === null) yield null;
      else {
        const blocks = (rest + part).split('\n\n');
        rest = blocks.pop() ?? '';
        yield* blocks.flatMap(eventIn);
      }
    }
  } finally {
    ended.abort();
  }
}

/** The text of a stream as it comes, and `null` at every tick in between. */
async function* parts(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  { clock, tickMs = 300, deadAfterMs = 45_000 }: FollowOptions,
): AsyncGenerator<string | null> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let heardAt = clock.monotonic();
  let reading = reader.read();
  try {
    while (!signal.aborted) {
      const waited = new AbortController();
      const tick = sleep(clock, tickMs, AbortSignal.any([signal, waited.signal])).then(() => null);
      const part = await Promise.race([reading, tick]);
      waited.abort();
      if (part?.done) return;
      if (part !== null) {
        heardAt = clock.monotonic();
        reading = reader.read();
      }
      if (clock.monotonic() - heardAt > deadAfterMs) throw new Error('The stream of events is silent');
      yield part === null ? null : decoder.decode(part.value, { stream: true });
    }
  } finally {
    // Whatever is still read fails now, and nobody waits for it.
    reading.catch(() => undefined);
  }
}

/** The event of a block of a text/event-stream; comments that only show that it is alive have none. */
function eventIn(block: string): Event[] {
  const data = block.split('\n').find((line) => line.startsWith('data:'));
  return data === undefined ? [] : [JSON.parse(data.slice('data:'.length)) as Event];
}
