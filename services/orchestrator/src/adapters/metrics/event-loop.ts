import { systemClock } from '@breakwater/shared';

const LOOK_EVERY_MS = 100;
const TURN_EVERY_MS = 30_000;

/**
 * Watches how late the event loop is. Node.js' own `monitorEventLoopDelay` missed a loop that was blocked for 300 ms.
 * @returns what tells the worst delay within the last 30 to 60 s, in seconds. It keeps no process alive.
 */
export function watchEventLoop(): () => number {
  const monotonic = (): number => systemClock.monotonic();
  let [before, worst] = [0, 0];
  let due = monotonic() + LOOK_EVERY_MS;
  let turnAt = monotonic() + TURN_EVERY_MS;
  setInterval(() => {
    const now = monotonic();
    if (now >= turnAt) [before, worst, turnAt] = [worst, 0, now + TURN_EVERY_MS];
    worst = Math.max(worst, now - due);
    due = now + LOOK_EVERY_MS;
  }, LOOK_EVERY_MS).unref();
  // A loop that has just been blocked serves the scrape before the timer.
  return () => Math.max(before, worst, monotonic() - due, 0) / 1000;
}
