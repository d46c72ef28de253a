import { expect, test } from 'vitest';
import { runChaos } from './chaos.ts';

test('whatever is killed, stopped or cut off meanwhile, every promise is kept and all comes to rest', async () => {
  const notes: string[] = [];
  const options = { seconds: 40, seed: 4, hosts: 6, orchestrators: 3, portBase: 28_000 };
  const { faults, reached, acknowledged } = await runChaos(options, (line) => notes.push(line));
  expect({ faults, notes }).toEqual({ faults: [], notes });
  // It would prove nothing of a fleet that nobody works with, or to which nothing happens.
  expect(acknowledged).toBeGreaterThan(2);
  expect(
    [...reached.keys()].filter((what) => /^(?:killed|stopped|cut|clogged)/.test(what)).length,
  ).toBeGreaterThan(2);
}, 300_000);
