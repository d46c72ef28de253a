import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goesBackAfter, spreadOf } from './spread.ts';

test('hosts with neighbouring names lie far apart, each always in the same place', () => {
  const names = Array.from({ length: 100 }, (_, index) => `ns${index}.ams`);
  const tenths = new Set(names.map((name) => Math.floor(spreadOf(name) * 10)));
  expect(tenths.size).toBe(10);
  expect(names.map(spreadOf)).toEqual(names.map(spreadOf));
});

test('an unconfirmed host goes back a little earlier than its deadline, never later, never before its soak is over', () => {
  const ms = fc.integer({ min: 0, max: 86_400_000 });
  fc.assert(
    fc.property(ms, ms, fc.string(), (confirmWithinMs, soakMs, host) => {
      const within = goesBackAfter({ confirmWithinMs, soakMs }, spreadOf(host));
      expect(within).toBeLessThanOrEqual(confirmWithinMs);
      expect(within).toBeGreaterThanOrEqual(Math.min(soakMs, confirmWithinMs));
      expect(within).toBeGreaterThanOrEqual(confirmWithinMs * 0.9);
    }),
  );
  expect(goesBackAfter({ confirmWithinMs: 60_000, soakMs: 10_000 }, 0.5)).toBe(57_500);
});
