import type { Step } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { expectEndsWell } from './ends-well.ts';
import { OLD } from './fake-host.ts';
import { SimulatedHost } from './simulated-host.ts';
import type { Life } from './simulated-disk.ts';
import { treeOf } from './simulation.ts';

const SCENARIOS = {
  'a change that is confirmed and called back': {
    tree: treeOf(1, 'good'),
    steps: ['stage', 'apply', 'confirm', 'revert'],
  },
  'a bad change, which the host takes back by itself': {
    tree: treeOf(1, 'wrong'),
    steps: ['stage', 'apply'],
  },
} satisfies Record<string, { tree: ReturnType<typeof treeOf>; steps: Step[] }>;

/** Calls that need room; to remove, to cut off and to rename need none. */
const NEEDS_ROOM = new Set(['open wx', 'write', 'copyFile', 'link', 'symlink', 'mkdir']);

type Call = Parameters<NonNullable<Life['onCall']>>[0];
/** What goes wrong from one moment on, for good, and what ends it. */
const OUTAGES: Record<
  string,
  { begin: (host: SimulatedHost) => void; fails?: (call: Call) => string | null }
> = {
  'has no free block': { begin: ({ disk }) => disk.fill() },
  // Somebody else takes every block, also those that the agent gives up.
  'never has room again': {
    begin: () => undefined,
    fails: ({ name }) => (NEEDS_ROOM.has(name) ? 'ENOSPC' : null),
  },
  'is read-only': {
    begin: ({ disk }) => {
      disk.readOnly = true;
    },
  },
};

/** Lets time go by, and looks every second at what is served: the old tree or the new one, never neither. */
async function passServing(
  host: SimulatedHost,
  seconds: number,
  trees: unknown[],
  when: string,
): Promise<void> {
  for (let left = seconds; left > 0; left -= 1) {
    await host.pass(1000);
    host.judge.check();
    const served = trees.some((tree) => JSON.stringify(tree) === JSON.stringify(host.daemon.runs));
    expect([when, served]).toEqual([when, true]);
  }
}

describe.each(Object.entries(SCENARIOS))('%s', (_, { tree, steps }) => {
  test.each(Object.entries(OUTAGES))(
    'serves old or new while its disk %s from any write on, and ends well when that is over',
    async (_name, { begin, fails }) => {
      for (let first = 1, broke = true; broke; first += 1) {
        const when = `from write ${first} on`;
        let writes = 0;
        const host = await SimulatedHost.create();
        host.onDisk = (call) => {
          if (call.when !== 'before' || !call.changes) return null;
          writes += 1;
          if (writes === first) begin(host);
          return writes >= first ? (fails?.(call) ?? null) : null;
        };
        await host.pass(100);
        for (const step of steps) {
          host.order(1, step, tree);
          await passServing(host, 5, [OLD, tree], when);
        }
        await passServing(host, 40, [OLD, tree], when);
        broke = writes >= first;
        host.onDisk = () => null;
        host.disk.readOnly = false;
        host.disk.blocks = null;
        await host.pass(70_000);
        expectEndsWell(host, when);
      }
    },
    60_000,
  );
});
