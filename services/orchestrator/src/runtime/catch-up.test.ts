import { HostId } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import type { Rollout } from '../core/rollout.ts';
import { REX, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { catchUp } from './catch-up.ts';
import { orderHost } from './host-orders.ts';

const LATE = 'ns4.ams';

function order(o: TestOrchestrator, verb: 'drain' | 'undrain' | 'remove', id: string = LATE): Promise<void> {
  return orderHost(o.deps, o.engine, { verb, host: HostId.parse(id), reason: 'a test' }, REX);
}

/** A change that has succeeded on all hosts but one, which was drained while it began and is back now. */
async function missedBy(
  change: Record<string, unknown> = {},
): Promise<{ o: TestOrchestrator; first: Rollout }> {
  const o = await TestOrchestrator.ready();
  const { id } = await o.submit({ strategy: QUICK, ...change });
  await order(o, 'drain');
  const first = await o.until(id, ({ state }) => state === 'succeeded');
  await order(o, 'undrain');
  return { o, first };
}
const QUICK = {
  canary: { soak: '1s' },
  datacenters: { soak: '1s' },
  global: { soak: '1s' },
  maxUnavailable: 2,
};

/** Rollouts that the orchestrator has begun by itself. */
async function begun(o: TestOrchestrator): Promise<Rollout[]> {
  await catchUp(o.deps, o.engine);
  return (await o.store.rollouts(100, null)).items.filter((rollout) => rollout.catchUpOf !== null);
}
const owed = async (o: TestOrchestrator): Promise<unknown> =>
  (await o.store.snapshot()).declarations.map((declaration) => declaration.owed);

describe('a host that missed a change that succeeded', () => {
  test('gets it once it is back, by a rollout of its own, and is owed nothing afterwards', async () => {
    const { o, first } = await missedBy();
    expect(first.hosts[HostId.parse(LATE)]).toMatchObject({ verdict: { code: 'skipped_drained' } });
    expect(await owed(o)).toEqual([[LATE]]);
    const [rollout, ...others] = await begun(o);
    expect(others).toEqual([]);
    expect(rollout).toMatchObject({ catchUpOf: first.id, bundle: first.bundle, submittedBy: 'breakwater' });
    expect(rollout?.waves).toMatchObject([{ kind: 'canary', hosts: [LATE] }]);
    await o.until(rollout!.id, ({ state }) => state === 'succeeded');
    expect(await owed(o)).toEqual([[]]);
    expect(await begun(o)).toHaveLength(1);
  });

  test('is not tried a second time when it fails, and others of its datacenter wait for the decision', async () => {
    const { o } = await missedBy();
    o.host(LATE).breaks = true;
    const [rollout] = await begun(o);
    await o.until(rollout!.id, ({ state }) => state === 'halted');
    expect((await o.store.outbox()).map((page) => page.rollout)).toContain(rollout!.id);
    await o.command(rollout!.id, 'abort');
    expect(await begun(o)).toHaveLength(1);
  });

  test('waits while somebody has changed it by hand, and while its datacenter has no room', async () => {
    const { o } = await missedBy();
    o.host(LATE).drift = { kind: 'files', reason: 'somebody edited named.conf' };
    await o.host(LATE).poll(o.desk);
    expect(await begun(o)).toEqual([]);
    o.host(LATE).drift = null;
    await o.host(LATE).poll(o.desk);
    await order(o, 'drain', 'ns3.ams');
    await order(o, 'drain', 'ns2.ams');
    expect(await begun(o)).toEqual([]);
    await order(o, 'undrain', 'ns2.ams');
    expect(await begun(o)).toHaveLength(1);
  });

  test('gets nothing of a change that was rolled back', async () => {
    const { o, first } = await missedBy();
    await o.command(first.id, 'rollback');
    await o.until(first.id, ({ state }) => state === 'rolledBack');
    expect(await owed(o)).toEqual([]);
    expect(await begun(o)).toEqual([]);
  });
});

describe('a host that is new', () => {
  test('joins at the newest change that succeeded, and never at one that is being proved', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit();
    o.join('ns9.ams');
    await o.step();
    expect(await begun(o)).toEqual([]);
    await o.until(id, ({ state }) => state === 'succeeded');
    o.join('ns10.ams');
    await o.step();
    const [rollout] = await begun(o);
    expect(rollout).toMatchObject({ catchUpOf: id });
    await o.until(rollout!.id, ({ state }) => state === 'succeeded');
    const next = (await begun(o)).find((one) => one.id !== rollout!.id);
    await o.until(next!.id, ({ state }) => state === 'succeeded');
    const both = await begun(o);
    expect(both.flatMap((one) => Object.keys(one.hosts)).toSorted()).toEqual(['ns10.ams', 'ns9.ams']);
  });
});

describe('a removed host', () => {
  test('is removed only once nothing of it is undecided, and is answered no more', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit();
    await o.until(id, ({ hosts }) => hosts[HostId.parse('ns1.ams')]?.state === 'confirmed');
    await expect(order(o, 'remove', 'ns1.ams')).rejects.toMatchObject({ code: 'host_in_use' });
    await order(o, 'remove', LATE);
    const seq = (await o.store.snapshot()).head.seq;
    await order(o, 'remove', LATE);
    expect((await o.store.snapshot()).head.seq).toBe(seq);
    await expect(order(o, 'undrain', LATE)).rejects.toMatchObject({ code: 'host_removed' });
    await expect(o.host(LATE).poll(o.desk)).rejects.toMatchObject({ code: 'host_removed' });
    expect((await o.stored(id)).hosts[HostId.parse(LATE)]).toMatchObject({
      verdict: { code: 'skipped_removed' },
    });
  });
});
