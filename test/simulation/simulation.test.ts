import { expect, test } from 'vitest';
import { inWords, playSeeds } from './campaign.ts';
import { simulate } from './simulate.ts';
import { missed } from './situations.ts';

const CHUNK = 100;
const CHUNKS = [0, 1, 2, 3, 4];

const reached = new Map<string, number>();

test.each(CHUNKS)(
  'whatever goes wrong, the fleet keeps its promises (seeds from %i hundred)',
  async (chunk) => {
    const campaign = await playSeeds(chunk * CHUNK + 1, CHUNK);
    for (const [what, times] of campaign.reached) reached.set(what, (reached.get(what) ?? 0) + times);
    expect(campaign.failures.map(inWords).join('\n\n')).toBe('');
  },
  180_000,
);

test('these seeds come to every situation of the list', () => {
  expect(missed(reached)).toEqual([]);
});

test('a seed gives the same run each time', async () => {
  for (const seed of [7, 58, 231]) {
    const [first, second] = [await simulate(seed), await simulate(seed)];
    expect(first.notes.length).toBeGreaterThan(10);
    expect(second).toEqual(first);
  }
});
