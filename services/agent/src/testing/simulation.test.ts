import { expect, test } from 'vitest';
import { PHASES } from '../core/transitions.ts';
import { simulate } from './simulation.ts';

const SEEDS = 250;

/** A phase that no history of this many is sure to be killed in: a few milliseconds long, or rarely entered. */
const SHORT = new Set(['failed', 'reloading', 'rejected', 'revertFailed', 'applying']);

test('whatever fails, a host keeps its promises, and ends old and healthy or new and confirmed', async () => {
  const reached = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const outcome = await simulate(seed);
    for (const what of outcome.reached.keys()) reached.add(what);
    expect({ seed, faults: outcome.faults }).toEqual({ seed, faults: [] });
  }
  const phases = PHASES.filter((phase) => !SHORT.has(phase));
  const wanted = [
    ...phases.map((phase) => `agent killed in ${phase}`),
    ...phases.map((phase) => `power cut in ${phase}`),
    ...PHASES.filter((phase) => phase !== 'reloading').map((phase) => `entry ${phase}`),
    'entry unhealthy',
    'names lost in a power cut',
    'journal torn in a power cut',
    'grant later than its lease',
    'revert on a full disk',
    ...[
      'unconfirmed',
      'rebooted',
      'daemon_exited',
      'no_answer',
      'wrong_rcode',
      'called_back',
      'superseded',
    ].map((code) => `because ${code}`),
  ];
  expect(wanted.filter((one) => !reached.has(one))).toEqual([]);
}, 120_000);

test('a seed gives the same history each time', async () => {
  for (const seed of [3, 19, 164]) {
    const [first, second] = [await simulate(seed), await simulate(seed)];
    expect(first.trace.length).toBeGreaterThan(20);
    expect(second).toEqual(first);
  }
});
