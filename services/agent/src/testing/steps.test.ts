import type { Step } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../core/journal-entry.ts';
import type { NextStep } from '../core/situation.ts';
import type { TreeConfig } from './fake-daemon.ts';
import { ACTS, isAct } from './acts.ts';
import { Random } from './random.ts';
import { SimulatedHost } from './simulated-host.ts';
import { treeOf } from './simulation.ts';

/** Each change that is played, step by step, in the order in which the orchestrator asks for it. */
const SCENARIOS: Record<string, { tree: TreeConfig; steps: Step[]; action: 'restart' | 'reload' }> = {
  'a good change': { tree: treeOf(1, 'good'), steps: ['stage', 'apply', 'confirm'], action: 'restart' },
  'a good change by reload': {
    tree: treeOf(1, 'good'),
    steps: ['stage', 'apply', 'confirm'],
    action: 'reload',
  },
  'a bad change': { tree: treeOf(1, 'wrong'), steps: ['stage', 'apply'], action: 'restart' },
  'a change that crashes': { tree: treeOf(1, 'crashes'), steps: ['stage', 'apply'], action: 'restart' },
  'a confirmed change that is called back': {
    tree: treeOf(1, 'good'),
    steps: ['stage', 'apply', 'confirm', 'revert'],
    action: 'restart',
  },
};

/**
 * What every step and entry is to these tests. The compiler refuses a new one that is not here, and the first test
 * one that is `reached` and never seen: so nothing that the agent comes to do is left out of the kills.
 */
const NEXT_STEPS: Record<NextStep['do'], 'reached'> = {
  adopt: 'reached',
  stage: 'reached',
  prove: 'reached',
  takeBaseline: 'reached',
  record: 'reached',
  switchTo: 'reached',
  restart: 'reached',
  reload: 'reached',
  check: 'reached',
  wait: 'reached',
};
const ENTRIES: Record<JournalEntry['type'], 'reached' | 'by a person' | 'in the simulation'> = {
  adopted: 'reached',
  asked: 'by a person',
  restarted: 'by a person',
  accepted: 'reached',
  ready: 'reached',
  rejected: 'in the simulation',
  applying: 'reached',
  restarting: 'reached',
  reloading: 'reached',
  verifying: 'reached',
  soaking: 'reached',
  soaked: 'reached',
  confirmed: 'reached',
  unhealthy: 'in the simulation',
  failed: 'reached',
  reverting: 'reached',
  reverted: 'reached',
  revertFailed: 'in the simulation',
};
type Scenario = (typeof SCENARIOS)[string];

/** Plays a change on a host; `onAct` is told of each act before and after it. */
async function play(
  { tree, steps, action }: Scenario,
  onAct: (act: { number: number; step: string; when: 'before' | 'after' }, host: SimulatedHost) => void,
): Promise<SimulatedHost> {
  const host = await SimulatedHost.create();
  let number = 0;
  host.onStep = ({ step, when }) => {
    if (!isAct(step)) return;
    if (when === 'before') number += 1;
    onAct({ number, step, when }, host);
  };
  await host.pass(100);
  for (const step of steps) {
    host.order(1, step, tree, { action });
    await host.pass(5000);
  }
  await host.pass(40_000);
  return host;
}

const acts = async (scenario: Scenario): Promise<string[]> => {
  const seen: string[] = [];
  await play(scenario, ({ step, when }) => void (when === 'before' && seen.push(step)));
  return seen;
};

/** Old and healthy, or new and confirmed; and no promise broken on the way. */
function expectEndsWell(host: SimulatedHost): void {
  const { judge } = host;
  judge.check();
  expect(judge.faults).toEqual([]);
  expect(judge.isGood(judge.runs)).toBe(true);
  expect([host.live, judge.runs]).toEqual([judge.memory.lastKnownGood, judge.memory.lastKnownGood]);
  expect(host.process?.agent?.status().health.verdict).toBe('pass');
}

test('every act of an adapter, every entry and every step is in one of the changes', async () => {
  const seen = new Set<string>();
  for (const scenario of Object.values(SCENARIOS)) for (const step of await acts(scenario)) seen.add(step);
  const methods = new Set([...seen].map((step) => step.split(' ')[0]));
  expect([...ACTS].filter((act) => !methods.has(act))).toEqual([]);
  const entries = Object.entries(ENTRIES).flatMap(([entry, kind]) => (kind === 'reached' ? [entry] : []));
  expect(entries.filter((entry) => !seen.has(`journal.append ${entry}`))).toEqual([]);
  expect(Object.keys(NEXT_STEPS)).toHaveLength(10);
});

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  test.each(['agent', 'machine'] as const)(
    'ends well when the %s dies before or after any act',
    async (who) => {
      const random = new Random(7);
      const all = await acts(scenario);
      for (const [index] of all.entries()) {
        for (const when of ['before', 'after'] as const) {
          let hit = false;
          const host = await play(scenario, (act, here) => {
            if (hit || act.number !== index + 1 || act.when !== when) return;
            hit = true;
            if (who === 'agent') here.kill();
            else here.cutPower(random.next);
          });
          expect(hit).toBe(true);
          expectEndsWell(host);
        }
      }
    },
  );

  test.each(['ENOSPC', 'EROFS', 'EIO'])('ends well when any one write fails with %s', async (code) => {
    for (let failing = 1, done = false; !done; failing += 1) {
      let left = failing;
      const host = await SimulatedHost.create();
      host.onDisk = ({ changes, name, when }) => {
        if (when !== 'before' || !(changes || name.endsWith('sync'))) return null;
        left -= 1;
        return left === 0 ? code : null;
      };
      await host.pass(100);
      for (const step of scenario.steps) {
        host.order(1, step, scenario.tree, { action: scenario.action });
        await host.pass(5000);
      }
      await host.pass(40_000);
      expectEndsWell(host);
      done = left > 0;
    }
  });
});

/** A host whose machine lost power with an unconfirmed generation, and whose journal is what `damage` makes of it. */
async function rebootedWith(damage: (bytes: Buffer) => Buffer): Promise<SimulatedHost> {
  const host = await SimulatedHost.create();
  await host.pass(100);
  for (const step of ['stage', 'apply'] as const) {
    host.order(1, step, treeOf(1, 'good'));
    await host.pass(3000);
  }
  host.cutPower(() => 0.99);
  const path = '/store/journal/journal';
  const disk = host.disk.for({ dead: false });
  const bytes = damage(await disk.readFile(path));
  await disk.rm(path);
  const file = await disk.open(path, 'wx', 0o600);
  await file.writeFile(bytes);
  await file.sync();
  host.orchestrator.assign(null);
  await host.pass(80_000);
  return host;
}

/** The daemon runs what the link leads to, and that is what the agent now knows to be good. */
function expectAtRest(host: SimulatedHost, why: string): void {
  const known = host.process?.agent?.memory.lastKnownGood;
  expect([why, host.live, host.judge.runs]).toEqual([why, known, known]);
  // Without the record that held the old answers there is nothing to prove it by; it is said, and nothing is wrong.
  const { verdict, code } = host.process?.agent?.status().health ?? { verdict: 'fail', code: 'no_agent' };
  expect([why, verdict === 'pass' ? 'pass' : code]).toEqual([
    why,
    expect.stringMatching(/^(pass|nothing_to_check)$/),
  ]);
}

test('a machine that starts with a journal cut off anywhere comes to rest on one healthy generation', async () => {
  let length = 0;
  await rebootedWith((bytes) => {
    length = bytes.length;
    return bytes;
  });
  for (let end = length; end > 0; end -= 61)
    expectAtRest(await rebootedWith((bytes) => bytes.subarray(0, end)), `cut at ${end}`);
}, 90_000);

test('a machine that starts with any bit of its journal flipped comes to rest on one healthy generation', async () => {
  const random = new Random(11);
  for (let round = 0; round < 25; round += 1) {
    let at = 0;
    const host = await rebootedWith((bytes) => {
      at = random.between(0, bytes.length - 1);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
      return bytes;
    });
    expectAtRest(host, `flipped at ${at}`);
  }
}, 90_000);
