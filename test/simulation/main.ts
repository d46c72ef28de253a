import { parseArgs } from 'node:util';
import { inWords, playSeeds } from './campaign.ts';
import { simulate } from './simulate.ts';
import { missed } from './situations.ts';

const USAGE = `The simulation of a whole fleet, from seeds.
  npm run sim -- --seed N [--hosts N]    one seed, with all that happened
  npm run sim -- --seeds N [--from N]    N seeds, and what they reached
`;

/** Below this many seeds chance may well leave a situation out. */
const ENOUGH = 500;

async function one(seed: number, hosts: number | undefined): Promise<boolean> {
  const outcome = await simulate(seed, {}, hosts);
  console.log(outcome.notes.join('\n'));
  console.log(`${outcome.events} events in ${outcome.simulatedMs / 1000} simulated seconds`);
  for (const fault of outcome.faults) console.log(`FAULT ${fault}`);
  return outcome.faults.length === 0;
}

async function many(from: number, count: number): Promise<boolean> {
  const began = performance.now();
  const { failures, reached } = await playSeeds(from, count, (outcome) => {
    if (outcome.faults.length > 0) console.log(inWords(outcome));
    return true;
  });
  const counts = [...reached].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [situation, times] of counts) console.log(`${String(times).padStart(8)}  ${situation}`);
  const never = count >= ENOUGH ? missed(reached) : [];
  for (const situation of never) console.log(`NEVER REACHED: ${situation}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${count} seeds in ${seconds} s: ${failures.length} failed, ${never.length} situations never reached`,
  );
  return failures.length === 0 && never.length === 0;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    hosts: { type: 'string' },
  },
});
const number = (text: string | undefined): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`"${text}" is no number of a seed or host.\n${USAGE}`);
  return value;
};
const passed =
  values.seed === undefined
    ? await many(number(values.from), number(values.seeds ?? '500'))
    : await one(number(values.seed), values.hosts === undefined ? undefined : number(values.hosts));
process.exit(passed ? 0 : 1);
