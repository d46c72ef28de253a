import { expect, test, vi } from 'vitest';
import type { HostId } from '@breakwater/shared';
import type * as BootGuard from '../../services/agent/src/core/boot-guard.ts';
import type * as Decide from '../../services/agent/src/core/decide.ts';
import type * as Memory from '../../services/agent/src/core/memory.ts';
import type * as Retention from '../../services/agent/src/core/retention.ts';
import type * as Spread from '../../services/agent/src/core/spread.ts';
import type * as Assignment from '../../services/orchestrator/src/core/assignment.ts';
import type * as Budget from '../../services/orchestrator/src/core/budget.ts';
import type * as Declaration from '../../services/orchestrator/src/core/declaration.ts';
import type * as GateQuery from '../../services/orchestrator/src/core/gate-query.ts';
import type * as Halting from '../../services/orchestrator/src/core/halting.ts';
import type * as Invariants from '../../services/orchestrator/src/core/invariants.ts';
import type * as Part from '../../services/orchestrator/src/core/part.ts';
import type * as Receive from '../../services/orchestrator/src/core/receive.ts';
import type * as Waves from '../../services/orchestrator/src/core/waves.ts';
import type * as ContextOf from '../../services/orchestrator/src/runtime/context-of.ts';
import type * as FleetWatch from '../../services/orchestrator/src/runtime/fleet-watch.ts';
import type * as Planning from '../../services/orchestrator/src/runtime/planning.ts';
import type * as StoreTrust from '../../services/orchestrator/src/runtime/store-trust.ts';
import { type Mutant, MUTANTS } from './mutants.ts';
import { playSeeds } from './campaign.ts';

/** The bug that is in place at the moment, by its name. */
const wrong = vi.hoisted(() => ({ with: '' }));

vi.mock('../../services/orchestrator/src/core/budget.ts', async (load) => {
  const real = await load<typeof Budget>();
  const whyNot: typeof real.whyNot = (rollout, row, context) => {
    if (wrong.with === 'no budget is checked') return context.blocked;
    if (wrong.with !== 'redundancy groups are not looked at') return real.whyNot(rollout, row, context);
    const fleet = new Map([...context.fleet].map(([id, host]) => [id, { ...host, groups: [] }] as const));
    return real.whyNot(rollout, row, { ...context, fleet });
  };
  return { ...real, whyNot };
});

vi.mock('../../services/orchestrator/src/runtime/fleet-watch.ts', async (load) => {
  const real = await load<typeof FleetWatch>();
  const watchFleet: typeof real.watchFleet = (...given) => {
    const watch = real.watchFleet(...given);
    const fleet: typeof watch.fleet = (...asked) =>
      new Map([...watch.fleet(...asked)].map(([id, host]) => [id, { ...host, availability: 'healthy' }]));
    return wrong.with === 'silence is taken for health' ? { ...watch, fleet } : watch;
  };
  return { ...real, watchFleet };
});

vi.mock('../../services/orchestrator/src/core/gate-query.ts', async (load) => {
  const real = await load<typeof GateQuery>();
  const judgeQuery: typeof real.judgeQuery = (gate, answer) => {
    const verdict = real.judgeQuery(gate, answer);
    const blind = wrong.with === 'a gate without data is taken for a pass' && verdict.verdict === 'noData';
    return blind ? { verdict: 'pass', code: 'condition_met', reason: 'no errors' } : verdict;
  };
  return { ...real, judgeQuery };
});

vi.mock('../../services/orchestrator/src/runtime/context-of.ts', async (load) => {
  const real = await load<typeof ContextOf>();
  const contextOf: typeof real.contextOf = (...given) => {
    const context = real.contextOf(...given);
    if (wrong.with === 'a freeze is not heeded') return { ...context, frozen: null, thawsAt: null };
    if (wrong.with !== 'a drained host is taken') return context;
    const fleet = new Map([...context.fleet].map(([id, host]) => [id, { ...host, drained: false }] as const));
    return { ...context, fleet, orders: new Map() };
  };
  return { ...real, contextOf };
});

vi.mock('../../services/orchestrator/src/core/declaration.ts', async (load) => {
  const real = await load<typeof Declaration>();
  const declarationChanges: typeof real.declarationChanges = (before, after, ...known) => {
    const begins = after.catchUpOf === null && before.state !== 'running' && after.state === 'running';
    if (begins && wrong.with === 'hosts catch up with what is still being proved')
      return real.declarationChanges(before, { ...after, state: 'succeeded' }, ...known);
    const changes = real.declarationChanges(before, after, ...known);
    if (wrong.with !== 'nobody knows who has missed a change') return changes;
    return new Map([...changes].map(([id, change]) => [id, change && { ...change, owed: [] }]));
  };
  return { ...real, declarationChanges };
});

vi.mock('../../services/orchestrator/src/core/assignment.ts', async (load) => {
  const real = await load<typeof Assignment>();
  const assignmentOf: typeof real.assignmentOf = (...given) => {
    const answer = real.assignmentOf(...given);
    const granted = given[1].state === 'applying' && wrong.with === 'a grant is sent after a stop';
    return answer && granted ? { ...answer, step: 'apply' } : answer;
  };
  return { ...real, assignmentOf };
});

vi.mock('../../services/orchestrator/src/core/halting.ts', async (load) => {
  const real = await load<typeof Halting>();
  const judge: typeof real.judge = (rollout, context) =>
    wrong.with === 'failures do not halt' ? rollout : real.judge(rollout, context);
  return { ...real, judge };
});

vi.mock('../../services/orchestrator/src/core/invariants.ts', async (load) => {
  const real = await load<typeof Invariants>();
  // In production the bug would be refused here: the simulation has to find it by itself.
  return {
    ...real,
    violations: (...given: Parameters<typeof real.violations>) =>
      wrong.with === '' ? real.violations(...given) : [],
  };
});

vi.mock('../../services/orchestrator/src/core/waves.ts', async (load) => {
  const real = await load<typeof Waves>();
  const runWaves: typeof real.runWaves = (rollout, context) => {
    const wave = real.currentWave(rollout);
    const early =
      wrong.with === 'a wave begins too early' &&
      rollout.state === 'running' &&
      wave?.hosts.some((id) => rollout.hosts[id]?.state === 'soaking');
    if (!wave || !early) return real.runWaves(rollout, context);
    const waves = rollout.waves.map((each) => (each === wave ? { ...each, state: 'passed' as const } : each));
    return real.runWaves({ ...rollout, waves }, context);
  };
  // The agent's word is believed, and no clock is asked: see the agent's part of this bug below.
  const confirmSoaked: typeof real.confirmSoaked = (rollout, context) => {
    const hasty = wrong.with === 'a host is confirmed without its soak';
    return real.confirmSoaked(rollout, hasty ? { ...context, now: context.now + 60_000 } : context);
  };
  return { ...real, runWaves, confirmSoaked };
});

vi.mock('../../services/orchestrator/src/core/receive.ts', async (load) => {
  const real = await load<typeof Receive>();
  const receive: typeof real.receive = (rollout, host, journal, report, now) => {
    const ids = Object.keys(rollout.hosts) as HostId[];
    if (wrong.with === "another host's report is taken") {
      const other = ids[(ids.indexOf(host) + 1) % ids.length] ?? host;
      return real.receive(rollout, other, journal, report, now);
    }
    const next = real.receive(rollout, host, journal, report, now);
    const row = next.hosts[host];
    if (wrong.with !== 'a late report wins' || !row?.failure || report.state !== 'reverted') return next;
    return { ...next, hosts: { ...next.hosts, [host]: { ...row, failure: null } } };
  };
  return { ...real, receive };
});

vi.mock('../../services/orchestrator/src/runtime/planning.ts', async (load) => {
  const real = await load<typeof Planning>();
  const assertFree: typeof real.assertFree = (...given) => {
    if (wrong.with !== 'a host may be claimed twice') real.assertFree(...given);
  };
  return { ...real, assertFree };
});

vi.mock('../../services/orchestrator/src/runtime/store-trust.ts', async (load) => {
  const real = await load<typeof StoreTrust>();
  const trustStore: typeof real.trustStore = (store, witness, log) => {
    const { trust, ...trusted } = real.trustStore(store, witness, log);
    const blind = { doubt: () => null, assert: () => undefined, heard: () => undefined };
    const nothing = async (): Promise<void> => undefined;
    return wrong.with === 'a store that is behind is believed'
      ? { store, trust: { ...blind, look: nothing, witnessed: nothing } }
      : { trust, ...trusted };
  };
  return { ...real, trustStore };
});

vi.mock('../../services/orchestrator/src/core/part.ts', async (load) => {
  const real = await load<typeof Part>();
  let made = 0;
  const partOf: typeof real.partOf = (rollout) => {
    made += 1;
    return wrong.with === 'every look makes a job of its own' ? `part ${made}` : real.partOf(rollout);
  };
  return { ...real, partOf };
});

vi.mock('../../services/agent/src/core/boot-guard.ts', async (load) => {
  const real = await load<typeof BootGuard>();
  const generationToStart: typeof real.generationToStart = (...given) =>
    wrong.with === 'a boot keeps what is pending' ? null : real.generationToStart(...given);
  return { ...real, generationToStart };
});

vi.mock('../../services/agent/src/core/retention.ts', async (load) => {
  const real = await load<typeof Retention>();
  const keptGenerations: typeof real.keptGenerations = (memory, live) =>
    wrong.with === 'clean-up takes the way back' ? [] : real.keptGenerations(memory, live);
  return { ...real, keptGenerations };
});

vi.mock('../../services/agent/src/core/spread.ts', async (load) => {
  const real = await load<typeof Spread>();
  const goesBackAfter: typeof real.goesBackAfter = (...given) =>
    wrong.with === 'nobody goes back without being told' ? Infinity : real.goesBackAfter(...given);
  return { ...real, goesBackAfter };
});

vi.mock('../../services/agent/src/core/memory.ts', async (load) => {
  const real = await load<typeof Memory>();
  const forget = (memory: Memory.Memory): Memory.Memory =>
    wrong.with === 'epochs are not compared' ? { ...memory, highestEpoch: 0 } : memory;
  const recall: typeof real.recall = (records) => forget(real.recall(records));
  const remember: typeof real.remember = (memory, record) => forget(real.remember(memory, record));
  return { ...real, recall, remember };
});

vi.mock('../../services/agent/src/core/decide.ts', async (load) => {
  const real = await load<typeof Decide>();
  const decide: typeof real.decide = (memory, world, level, now) => {
    const step = real.decide(memory, world, level, now);
    const { change } = memory;
    if (wrong.with === 'the link is switched before the intent is written' && step.do === 'takeBaseline')
      return { do: 'switchTo', generation: step.assignment.bundle };
    if (wrong.with === 'a revert waits for the network' && change?.phase === 'reverting')
      return level?.assignment?.step === 'revert' ? step : { do: 'wait', forMs: 1000 };
    const soaks = change?.phase === 'soaking' && step.do === 'check' && step.turn > 0;
    if (wrong.with === 'a host is confirmed without its soak' && change && soaks)
      return {
        do: 'record',
        entry: {
          type: 'soaked',
          epoch: change.assignment.epoch,
          verdict: { verdict: 'pass', code: 'x', reason: 'x' },
        },
      };
    return step;
  };
  return { ...real, decide };
});

const FROM = 1;
const MOST_SEEDS = 400;
/** `npm run sim:mutants` tries all of them. */
const all = process.env['SIM_MUTANTS'] === 'all';
const chosen = Object.entries(MUTANTS).filter(([, { quick }]) => all || quick === true);

test.each(chosen)(
  'finds out that %s',
  async (name: string, { breaks, wiring = {} }: Mutant) => {
    wrong.with = name;
    const found = new Set<string>();
    const { seeds, failures } = await playSeeds(
      FROM,
      MOST_SEEDS,
      ({ faults }) => {
        for (const fault of faults) found.add(fault.split(':')[0] ?? fault);
        return !faults.some((fault) => breaks.test(fault));
      },
      wiring,
    );
    wrong.with = '';
    const last = failures.at(-1)?.faults.find((fault) => breaks.test(fault));
    if (all)
      console.log(
        `${last === undefined ? 'SURVIVES' : `seed ${seeds}`}: ${name}: ${last ?? [...found].join(', ')}`,
      );
    expect(last, `survived ${seeds} seeds; others broke: ${[...found].join(', ')}`).toMatch(breaks);
  },
  300_000,
);
