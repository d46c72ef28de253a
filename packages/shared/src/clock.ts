/** Time as an interface, so that what waits can be tested without waiting. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. It may jump; nothing safe may rest on it alone. */
  now(): number;
  /** Milliseconds that only ever grow, since the machine started. Deadlines and leases are counted on it. */
  monotonic(): number;
  /** Calls back once after `ms` milliseconds. @returns a function that cancels it. */
  setTimer(ms: number, callback: () => void): () => void;
}

/** The longest delay that setTimeout takes: 24.8 days. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // hrtime is CLOCK_MONOTONIC, which all processes of one boot share: a deadline written to a journal by a
  // process that was killed can be read by the next one. performance.now() starts anew with each process.
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
  setTimer: (ms, callback) => {
    // setTimeout fires at once when it is given more, which a soak of 30 days is.
    let left = ms;
    const arm = (): NodeJS.Timeout => {
      const part = Math.min(left, LONGEST_TIMEOUT_MS);
      return setTimeout(() => {
        left -= part;
        if (left > 0) timer = arm();
        else callback();
      }, part);
    };
    let timer = arm();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` milliseconds, or at once when `signal` aborts; it never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const cancel = clock.setTimer(ms, () => {
      signal?.removeEventListener('abort', wake);
      resolve();
    });
    const wake = (): void => {
      cancel();
      resolve();
    };
    signal?.addEventListener('abort', wake, { once: true });
  });
}

/** Wall-clock milliseconds as they are shown and sent: ISO 8601 in UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
