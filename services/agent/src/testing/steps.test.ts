import type { Step } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../core/journal-entry.ts';
import type { NextStep } from '../core/situation.ts';
import type { TreeConfig } from './fake-daemon.ts';
import { ACTS, isAct } from './acts.ts';
import { expectEndsWell } from './ends-well.ts';
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
const ENTRIES: Record<
  JournalEntry['type'],
  'reached' | 'by a person' | 'in the simulation' | 'by a lost record'
> = {
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
  unexplained: 'by a lost record',
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

/**
 * A host with an unconfirmed generation, whose machine loses power, or whose agent is killed, and whose journal is then
 * what `damage` makes of it. Nobody wants anything of it any more, or the orchestrator goes on with the change.
 */
async function startedWith(
  damage: (bytes: Buffer) => Buffer,
  how: 'reboot' | 'same boot',
  wanted: Step | null = null,
): Promise<SimulatedHost> {
  const host = await SimulatedHost.create();
  await host.pass(100);
  for (const step of ['stage', 'apply'] as const) {
    host.order(1, step, treeOf(1, 'good'));
    await host.pass(3000);
  }
  if (how === 'reboot') host.cutPower(() => 0.99);
  else host.kill(3000);
  const path = '/store/journal/journal';
  const disk = host.disk.for({ dead: false });
  const bytes = damage(await disk.readFile(path));
  await disk.rm(path);
  const file = await disk.open(path, 'wx', 0o600);
  await file.writeFile(bytes);
  await file.sync();
  if (wanted === null) host.orchestrator.assign(null);
  else host.order(1, wanted, treeOf(1, 'good'));
  await host.pass(80_000);
  return host;
}

/** The daemon runs what the link leads to, and that is what the agent now knows to be good. */
function expectAtRest(host: SimulatedHost, why: string): void {
  const known = host.process?.agent?.memory.lastKnownGood;
  expect([why, host.live, host.judge.runs]).toEqual([why, known, known]);
  expect([why, host.process?.agent?.status().health]).toMatchObject([why, { verdict: 'pass' }]);
  // What was lost is told by whoever reads the journal; all else that is promised still holds.
  expect([why, host.judge.faults.filter((fault) => !fault.startsWith('durability'))]).toEqual([why, []]);
  expect([why, host.daemon.restarts <= 3]).toEqual([why, true]);
}

const HOW = ['reboot', 'same boot'] as const;
const WANTED = [null, 'stage', 'apply'] as const;

describe.each(HOW)('an agent that starts after a %s', (how) => {
  test.each(WANTED)(
    'with its journal cut off anywhere comes to rest on one healthy generation, and applies no epoch twice (%s)',
    async (wanted) => {
      let whole: Buffer = Buffer.alloc(0);
      await startedWith((bytes) => (whole = bytes), how);
      const ends = [...whole.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at + 1] : []));
      // Without its first record a journal knows of no way back: that is first contact, and what is live is adopted.
      const [, adopted = 0] = ends;
      const lastTwo = ends.at(-3) ?? 0;
      // Every byte of the last two records and every seventh before them, in turn with one of the ways to start.
      const turn = HOW.indexOf(how) * WANTED.length + WANTED.indexOf(wanted);
      for (let end = whole.length, nth = 0; end > adopted; end -= end > lastTwo ? 1 : 7, nth += 1) {
        if (nth % (HOW.length * WANTED.length) !== turn) continue;
        const host = await startedWith((bytes) => bytes.subarray(0, end), how, wanted);
        expectAtRest(host, `cut at ${end}`);
      }
    },
    90_000,
  );

  test('with any line of its journal lost comes to rest on one healthy generation', async () => {
    let lines = 2;
    for (let lost = 1; lost < lines; lost += 1) {
      const host = await startedWith((bytes) => {
        const all = bytes.toString('latin1').split('\n');
        lines = all.length - 1;
        all[lost] = `x${all[lost]}`;
        return Buffer.from(all.join('\n'), 'latin1');
      }, how);
      expectAtRest(host, `line ${lost} lost`);
    }
  }, 90_000);

  test('with any bit of its journal flipped comes to rest on one healthy generation', async () => {
    const random = new Random(11);
    for (let round = 0; round < 25; round += 1) {
      let at = 0;
      const host = await startedWith((bytes) => {
        at = random.between(0, bytes.length - 1);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
        return bytes;
      }, how);
      expectAtRest(host, `flipped at ${at}`);
    }
  }, 90_000);
});
