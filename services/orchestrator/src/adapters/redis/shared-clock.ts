import { type Clock, sleep } from '@breakwater/shared';

const MEASURE_EVERY_MS = 1000;
/** An answer that took longer says too little about when it was given. */
const LONGEST_ROUND_TRIP_MS = 500;
/** By how much of the time that has passed it is corrected at most: what jumps is followed slowly, and never back. */
const FASTEST_CORRECTION = 0.05;

/** The time that all orchestrators share, whatever their own wall clocks say: that of the Redis which they share. */
export interface SharedClock extends Clock {
  /** Measures once. @throws when Redis does not answer. */
  measure(): Promise<void>;
  /** Measures again and again until `signal` aborts. Without Redis, time goes on as the machine counts it. */
  keepTime(signal: AbortSignal): Promise<void>;
}

/**
 * Times are stored and compared between orchestrators: with a clock of its own that is an hour off, one would take
 * every host for lost, or hear nobody die. A jump of Redis's clock must not do the same: after the first measurement
 * time only goes a little faster or slower until it is right.
 * @param ask what Redis's clock says, in wall-clock milliseconds.
 */
export function sharedClock(own: Clock, ask: () => Promise<number>): SharedClock {
  /** What is added to the machine's own count to give the shared time. */
  let offset = own.now() - own.monotonic();
  let measuredAt: number | null = null;

  async function measure(): Promise<void> {
    const before = own.monotonic();
    const theirs = await ask();
    const after = own.monotonic();
    if (after - before > LONGEST_ROUND_TRIP_MS) return;
    const error = theirs - (before + after) / 2 - offset;
    const most = measuredAt === null ? Infinity : (after - measuredAt) * FASTEST_CORRECTION;
    offset += Math.max(-most, Math.min(most, error));
    measuredAt = after;
  }

  return {
    now: () => Math.round(own.monotonic() + offset),
    monotonic: () => own.monotonic(),
    setTimer: (ms, callback) => own.setTimer(ms, callback),
    measure,
    async keepTime(signal) {
      while (!signal.aborted) {
        await measure().catch(() => undefined);
        await sleep(own, MEASURE_EVERY_MS, signal);
      }
    },
  };
}
