import { setTimeout as pause } from 'node:timers/promises';
import type { LoggedEvent } from '../../services/orchestrator/src/core/event.ts';
import { type ChaosFleet, type Options, startChaosFleet } from './chaos-fleet.ts';
import { misfortune, type Trouble } from './faults.ts';
import { unrest } from './liveness.ts';
import { readLog } from './log.ts';
import { Operators } from './operators.ts';
import { broken } from './truth.ts';

/** Longer than a change may stay unconfirmed, so that hosts whose rollout was lost have gone back by themselves. */
const REST_WITHIN_MS = 150_000;

/** What came of it. */
export interface Report {
  /** Promises that were broken, and what did not come to rest; empty when all is well. */
  faults: string[];
  /** How often each trouble and each end of a rollout was seen. */
  reached: Map<string, number>;
  acknowledged: number;
  events: number;
}

/** Lets things go wrong until `signal` aborts, at most two at a time, and heals all of them then. */
async function trouble(
  chaos: ChaosFleet,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const seen: string[] = [];
  const going = new Set<Promise<void>>();
  const last = async ({ what, heal, forMs }: Trouble & { forMs: number }): Promise<void> => {
    await pause(forMs, undefined, { signal }).catch(() => undefined);
    heal();
    if (forMs > 0) log(`healed: ${what}`);
  };
  while (!signal.aborted) {
    await pause(chaos.random.between(1000, 5000), undefined, { signal }).catch(() => undefined);
    if (signal.aborted || going.size >= 2) continue;
    const begun = await misfortune(chaos);
    log(begun.what);
    seen.push(begun.what.replace(/[- ]ns\d.*$/, ''));
    const over = last(begun).finally(() => going.delete(over));
    going.add(over);
  }
  await Promise.all(going);
  return seen;
}

/** Runs a fleet of real processes, has people work with it, lets things go wrong, and judges what is left behind. */
export async function runChaos(options: Options, log: (line: string) => void): Promise<Report> {
  const chaos = await startChaosFleet(options);
  try {
    const operators = new Operators(chaos);
    const end = AbortSignal.timeout(options.seconds * 1000);
    const [seen] = await Promise.all([trouble(chaos, log, end), operators.work(end)]);
    const { acknowledged } = operators.record;
    const rollouts = acknowledged.filter(({ act }) => act === 'submit').map(({ rollout }) => rollout);
    log(`all is healed; ${rollouts.length} rollouts, ${acknowledged.length} acknowledged acts`);
    const restless = await unrest(chaos, rollouts, REST_WITHIN_MS);
    const logs = await Promise.all(chaos.fleet.apis.map((api) => readLog(chaos, api)));
    const [events = []] = logs;
    const different = logs.some((other) => other.at(-1)?.hash !== events.at(-1)?.hash);
    const faults = [
      ...restless,
      ...(different && restless.length === 0 ? ['the orchestrators show different logs'] : []),
      ...(await broken(chaos, events, operators.record)),
    ];
    const reached = new Map<string, number>();
    for (const what of [...seen, ...ends(events)]) reached.set(what, (reached.get(what) ?? 0) + 1);
    for (const [what, times] of operators.record.refused) reached.set(what, times);
    reached.set('unanswered acts', operators.record.unanswered);
    return { faults, reached, acknowledged: acknowledged.length, events: events.length };
  } finally {
    await chaos.stop();
  }
}

function ends(events: readonly LoggedEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'rollout.state' ? [`rollout ${event.to}`] : []));
}
