import { type Outcome, simulate } from './simulate.ts';
import type { Wiring } from './interfaces.ts';

/** What came of many seeds. */
export interface Campaign {
  seeds: number;
  failures: readonly Outcome[];
  reached: ReadonlyMap<string, number>;
}

const NOTES_SHOWN = 25;

/** Plays seeds one after another. @param each told of every outcome; answers whether to go on */
export async function playSeeds(
  from: number,
  count: number,
  each: (outcome: Outcome) => boolean = () => true,
  wiring: Wiring = {},
): Promise<Campaign> {
  const failures: Outcome[] = [];
  const reached = new Map<string, number>();
  let seeds = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await simulate(seed, wiring);
    seeds += 1;
    for (const [what, times] of outcome.reached) reached.set(what, (reached.get(what) ?? 0) + times);
    if (outcome.faults.length > 0) failures.push(outcome);
    if (!each(outcome)) break;
  }
  return { seeds, failures, reached };
}

/** A failure in words: which promise, what happened last, and how to see it again. */
export function inWords({ seed, hosts, faults, notes }: Outcome): string {
  const first = notes.findIndex((note) => note.includes('FAULT'));
  const end = first === -1 ? notes.length : first + 1;
  return [
    `seed ${seed} (${hosts} hosts):`,
    ...faults.map((fault) => `  ${fault}`),
    'what happened last:',
    ...notes.slice(Math.max(0, end - NOTES_SHOWN), end).map((note) => `  ${note}`),
    `again: npm run sim -- --seed ${seed}`,
  ].join('\n');
}
