import { describe, expect, test } from 'vitest';
import { readContent } from '../adapters/journal/journal-content.ts';
import { isAct } from './acts.ts';
import { expectEndsWell } from './ends-well.ts';
import { SimulatedHost } from './simulated-host.ts';
import { treeOf } from './simulation.ts';

const HOUR = 3_600_000;

/** A change from its first step to its last; the wall clock jumps before the act of this number (from 1). */
async function played(behaviour: string, jumpAt: number, jump: number) {
  const host = await SimulatedHost.create();
  let acts = 0;
  host.onStep = ({ step, when }) => {
    if (when !== 'before' || !isAct(step)) return;
    acts += 1;
    if (acts === jumpAt) host.clock.jumpWall(jump);
  };
  await host.pass(100);
  for (const step of ['stage', 'apply', 'confirm'] as const) {
    host.order(1, step, treeOf(1, behaviour));
    await host.pass(5000);
  }
  await host.pass(40_000);
  expectEndsWell(host);
  const bytes = await host.disk.for({ dead: false }).readFile('/store/journal/journal');
  return { acts, records: readContent(bytes).records, restarts: host.daemon.restarts };
}

describe.each(['good', 'wrong'])('a change to a %s tree', (behaviour) => {
  test.each([HOUR, -HOUR])(
    'is decided at the same moments, in the same way, when the wall clock jumps by %i ms at any act',
    async (jump) => {
      const expected = await played(behaviour, 0, 0);
      expect(expected.acts).toBeGreaterThan(8);
      for (let jumpAt = 1; jumpAt <= expected.acts; jumpAt += 1) {
        expect({ jumpAt, ...(await played(behaviour, jumpAt, jump)) }).toEqual({ jumpAt, ...expected });
      }
    },
  );
});
