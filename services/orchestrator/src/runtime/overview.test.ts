import type { Digest, Sample } from '@breakwater/shared';
import { beforeEach, expect, test } from 'vitest';
import { AMS, haltedRollout, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { overviewSamples } from './overview.ts';

const SHOWN = { unknownAfterMs: 60_000, defaultLimit: '20%' as const };

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

async function values(metric: Sample['metric'], of = o): Promise<Record<string, number>> {
  const samples = (await overviewSamples(of.deps, SHOWN)).filter((sample) => sample.metric === metric);
  return Object.fromEntries(
    samples
      .filter(({ value }) => value !== 0)
      .map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );
}

test('a halt is shown until somebody decides, and counted for good', async () => {
  const { id } = await haltedRollout(o);
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
  await o.clock.advance(10_000);
  expect(await values('rollouts')).toEqual({ halted: 1 });
  expect(await values('waves')).toMatchObject({ 'canary  failed': 1 });
  expect((await values('undecidedSeconds'))['']).toBeGreaterThanOrEqual(10);
  expect(await values('pagesUndelivered')).toEqual({ '': 1 });
  expect(await values('halts')).toEqual({ '': 1 });
  expect(Object.values(await values('failures'))).toEqual([1]);
  await o.deliver();
  await o.command(id, 'abort');
  expect(await values('pagesUndelivered')).toEqual({});
  expect(await values('undecidedSeconds')).toEqual({});
  expect(await values('halts')).toEqual({ '': 1 });
});

test('a second orchestrator on the same store shows the same', async () => {
  await haltedRollout(o);
  const other = new TestOrchestrator([], o);
  other.watch.roster.replace(o.watch.roster.hosts());
  await o.watch.exchange();
  await other.watch.exchange();
  expect(await overviewSamples(other.deps, SHOWN)).toEqual(await overviewSamples(o.deps, SHOWN));
});

test('hosts come from no known change to the newest one by way of the change under way', async () => {
  const runs = async (bundle: Digest, ...ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      o.host(id).generation = bundle;
      await o.host(id).poll(o.desk);
    }
  };
  const first = await o.submit();
  expect(await values('generations')).toEqual({ 'ams none': 4 });
  await runs(first.bundle, 'ns1.ams');
  expect(await values('generations')).toEqual({ 'ams under_way': 1, 'ams none': 3 });
  await o.until(first.id, ({ state }) => state === 'succeeded');
  await runs(first.bundle, ...AMS);
  expect(await values('generations')).toEqual({ 'ams newest': 4 });
  const second = await o.submit({ bundle: { files: { 'all/named.conf': 'options { };\n' } } });
  await runs(second.bundle, 'ns1.ams');
  expect(await values('generations')).toEqual({ 'ams under_way': 1, 'ams newest': 3 });
  await o.until(second.id, ({ state }) => state === 'succeeded');
  expect(await values('generations')).toEqual({ 'ams newest': 1, 'ams previous': 3 });
});

test('a store that is down has nothing to show', async () => {
  o.store.faults.down = true;
  await expect(overviewSamples(o.deps, SHOWN)).rejects.toMatchObject({ code: 'store_unavailable' });
});
