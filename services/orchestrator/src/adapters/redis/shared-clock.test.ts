import { FakeClock } from '@breakwater/shared/testing';
import { expect, test } from 'vitest';
import { sharedClock } from './shared-clock.ts';

const HOUR = 3_600_000;

test('two orchestrators whose wall clocks are an hour apart have the same time', async () => {
  const [early, late] = [new FakeClock(), new FakeClock()];
  const redis = early.now() + 1234;
  late.jumpWall(HOUR);
  const clocks = [early, late].map((own) => sharedClock(own, async () => redis));
  await Promise.all(clocks.map((clock) => clock.measure()));
  expect(clocks.map((clock) => clock.now())).toEqual([redis, redis]);
  late.jumpWall(-2 * HOUR);
  expect(clocks.map((clock) => clock.now())).toEqual([redis, redis]);
});

test("a jump of Redis's clock moves time by little, and time never goes back", async () => {
  const own = new FakeClock();
  let jumped = 0;
  const clock = sharedClock(own, async () => 5_000_000 + own.monotonic() + jumped);
  await clock.measure();
  for (const jump of [HOUR, -HOUR]) {
    jumped = jump;
    const before = clock.now();
    for (let second = 0; second < 10; second += 1) {
      const last = clock.now();
      await own.advance(1000);
      await clock.measure();
      expect(clock.now()).toBeGreaterThan(last);
    }
    expect(Math.abs(clock.now() - before - 10_000)).toBeLessThanOrEqual(500);
  }
});

test('without Redis time goes on as the machine counts it', async () => {
  const own = new FakeClock();
  const clock = sharedClock(own, () => Promise.reject(new Error('down')));
  await expect(clock.measure()).rejects.toThrow('down');
  const before = clock.now();
  await own.advance(5000);
  own.jumpWall(HOUR);
  expect(clock.now()).toBe(before + 5000);
});
