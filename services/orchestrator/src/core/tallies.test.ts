import { expect, test } from 'vitest';
import { talliesOf } from './tallies.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

/** What is counted of a canary that reports so. */
function counted(...states: readonly ('failed' | 'reverting' | 'reverted')[]): Map<string, number> {
  const fleet = evenFleet(['ams', 'fra'], 4);
  const run = new Drive(rolloutOver(fleet), fleet).preflight().report('ns1.ams', 'applying');
  const before = run.rollout;
  for (const state of states) run.report('ns1.ams', state);
  return talliesOf({ events: [], rollouts: [{ before, after: run.rollout }] });
}

test('a host that has failed and is back in one write is counted as one failure', () => {
  expect(counted('failed', 'reverting', 'reverted')).toEqual(
    new Map([
      ['halts', 1],
      ['failures wrong_answer', 1],
    ]),
  );
});

test('a host that goes back without ever saying that it failed is counted too', () => {
  expect([...counted('reverted').keys()].some((name) => name.startsWith('failures '))).toBe(true);
});
