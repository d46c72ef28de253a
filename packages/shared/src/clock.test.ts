import { afterEach, describe, expect, test, vi } from 'vitest';
import { isoTime, sleep, systemClock } from './clock.ts';
import { FakeClock } from './testing/fake-clock.ts';

/** Whether a promise has settled once everything that was ready has run. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

/** A clock without timers is one for which untilArmed() waits. */
async function hasTimer(clock: FakeClock): Promise<boolean> {
  return await hasSettled(clock.untilArmed());
}

describe('sleep', () => {
  test('ends after its time, and not before', async () => {
    const clock = new FakeClock();
    const slept = sleep(clock, 100);
    await clock.advance(99);
    expect(await hasSettled(slept)).toBe(false);
    await clock.advance(1);
    expect(await hasSettled(slept)).toBe(true);
  });

  test('ends at once when its signal aborts, without rejecting, and leaves no timer', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const slept = sleep(clock, 100, controller.signal);
    expect(await hasTimer(clock)).toBe(true);
    controller.abort(new Error('stop'));
    await expect(slept).resolves.toBeUndefined();
    expect(await hasTimer(clock)).toBe(false);
  });

  test('does not begin when its signal has aborted already', async () => {
    const clock = new FakeClock();
    await expect(sleep(clock, 100, AbortSignal.abort())).resolves.toBeUndefined();
    expect(await hasTimer(clock)).toBe(false);
  });

  test('lets go of the signal when it ends: a loop that sleeps does not collect listeners', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const slept = sleep(clock, 100, signal);
    await clock.advance(100);
    await slept;
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed.mock.calls[0]?.slice(0, 2)).toEqual(added.mock.calls[0]?.slice(0, 2));
  });

  test('several sleepers wake in the order of their times', async () => {
    const clock = new FakeClock();
    const woken: number[] = [];
    const sleepers = [30, 10, 20].map(async (ms) => {
      await sleep(clock, ms);
      woken.push(ms);
    });
    await clock.advance(30);
    await Promise.all(sleepers);
    expect(woken).toEqual([10, 20, 30]);
  });
});

describe('systemClock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('its monotonic time never goes back, and does not begin with the process', () => {
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
    expect(Number.isInteger(first)).toBe(true);
    expect(Math.abs(first - Number(process.hrtime.bigint()) / 1e6)).toBeLessThan(10_000);
  });

  test('its wall clock is that of the machine', () => {
    vi.useFakeTimers({ now: 1_234_567 });
    expect(systemClock.now()).toBe(1_234_567);
  });

  test('a timer fires once, after its time', () => {
    vi.useFakeTimers();
    const callback = vi.fn<() => void>();
    systemClock.setTimer(500, callback);
    vi.advanceTimersByTime(499);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100_000);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  const DAY = 86_400_000;

  test('a timer of 30 days, the longest duration, does not fire at once as with setTimeout', () => {
    vi.useFakeTimers();
    const callback = vi.fn<() => void>();
    systemClock.setTimer(30 * DAY, callback);
    vi.advanceTimersByTime(30 * DAY - 1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test.each([0, 10, 26 * DAY])(
    'a cancelled timer does not fire; cancelled after %i milliseconds',
    (after) => {
      vi.useFakeTimers();
      const callback = vi.fn<() => void>();
      const cancel = systemClock.setTimer(30 * DAY, callback);
      vi.advanceTimersByTime(after);
      cancel();
      vi.advanceTimersByTime(60 * DAY);
      expect(callback).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});

test('isoTime is UTC, to the millisecond', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(isoTime(1_763_000_000_123)).toBe('2025-11-13T02:13:20.123Z');
});

describe('FakeClock', () => {
  test('stands still until it is advanced, and both of its times move together', async () => {
    const clock = new FakeClock(5000);
    expect([clock.now(), clock.monotonic()]).toEqual([5000, 5000]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([5250, 5250]);
  });

  test('a timer sees the time at which it fell due, not the one that is advanced to', async () => {
    const clock = new FakeClock(0);
    const seen: number[] = [];
    clock.setTimer(20, () => seen.push(clock.now()));
    clock.setTimer(10, () => seen.push(clock.now()));
    await clock.advance(100);
    expect(seen).toEqual([10, 20]);
    expect(clock.now()).toBe(100);
  });

  test('timers for the same moment fire in the order in which they were set', async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.setTimer(10, () => fired.push('first'));
    clock.setTimer(10, () => fired.push('second'));
    await clock.advance(10);
    expect(fired).toEqual(['first', 'second']);
  });

  test('a timer that another sets on its way fires too, when it falls due in time', async () => {
    const clock = new FakeClock(0);
    const fired: number[] = [];
    clock.setTimer(10, () => {
      clock.setTimer(10, () => fired.push(clock.now()));
      clock.setTimer(91, () => fired.push(clock.now()));
    });
    await clock.advance(100);
    expect(fired).toEqual([20]);
    await clock.advance(1);
    expect(fired).toEqual([20, 101]);
  });

  test('lets promises settle after each timer, so that a loop may set its next one', async () => {
    const clock = new FakeClock(0);
    let turns = 0;
    const loop = async (): Promise<void> => {
      for (; turns < 5; turns += 1) await sleep(clock, 10);
    };
    const looping = loop();
    await clock.advance(50);
    await looping;
    expect(turns).toBe(5);
  });

  test('a timer fires once, and not at all when cancelled', async () => {
    const clock = new FakeClock();
    const kept = vi.fn<() => void>();
    const cancelled = vi.fn<() => void>();
    clock.setTimer(10, kept);
    const cancel = clock.setTimer(10, cancelled);
    cancel();
    await clock.advance(10);
    await clock.advance(10);
    expect(kept).toHaveBeenCalledTimes(1);
    expect(cancelled).not.toHaveBeenCalled();
  });

  test('untilArmed waits for a timer, and not when there is one', async () => {
    const clock = new FakeClock();
    const waiting = [clock.untilArmed(), clock.untilArmed()];
    expect(await hasSettled(Promise.race(waiting))).toBe(false);
    const cancel = clock.setTimer(10, () => undefined);
    expect(await hasSettled(Promise.all(waiting))).toBe(true);
    expect(await hasTimer(clock)).toBe(true);
    cancel();
    expect(await hasTimer(clock)).toBe(false);
  });

  test('never goes back, when it is advanced by what it fires', async () => {
    const clock = new FakeClock(0);
    let inner: Promise<void> | undefined;
    clock.setTimer(10, () => {
      inner = clock.advance(1000);
    });
    await clock.advance(20);
    await inner;
    expect(clock.now()).toBe(1010);
  });
});
