import { expect, test } from 'vitest';
import { AIMS } from './aims.ts';
import { simulate } from './simulation.ts';

const SEEDS = 120;

test('whatever fails, a host keeps its promises, and ends old and healthy or new and confirmed', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { faults } = await simulate(seed);
    expect({ seed, faults }).toEqual({ seed, faults: [] });
  }
}, 120_000);

test.each([...AIMS])('so it does after: %s', async (situation, aim) => {
  const { faults, reached } = await simulate(1, {}, aim);
  expect(faults).toEqual([]);
  expect([...reached.keys()]).toContain(situation);
});

test('a seed gives the same history each time', async () => {
  for (const seed of [3, 19, 164]) {
    const [first, second] = [await simulate(seed), await simulate(seed)];
    expect(first.trace.length).toBeGreaterThan(20);
    expect(second).toEqual(first);
  }
});
