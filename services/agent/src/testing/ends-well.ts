import { expect } from 'vitest';
import type { SimulatedHost } from './simulated-host.ts';

/** Expects a host that is old and healthy, or new and confirmed; and no promise broken on the way. */
export function expectEndsWell(host: SimulatedHost, when = ''): void {
  const { judge } = host;
  judge.check();
  const { lastKnownGood } = judge.memory;
  expect([when, judge.faults]).toEqual([when, []]);
  expect([when, judge.isGood(judge.runs)]).toEqual([when, true]);
  expect([when, host.live, judge.runs]).toEqual([when, lastKnownGood, lastKnownGood]);
  expect([when, host.process?.agent?.status().health.verdict]).toEqual([when, 'pass']);
}
