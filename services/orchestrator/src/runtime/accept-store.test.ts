import { expect, test } from 'vitest';
import { acceptStoreOrder, findingText } from '../adapters/console/accept-store.ts';
import { isSettled } from '../core/assignment.ts';
import { GENESIS } from '../adapters/store/interface.ts';
import { REX, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { acceptStore, inspect } from './accept-store.ts';
import { verifyChain } from './chain.ts';

test('a person sees what is lost and accepts the store; then every orchestrator goes on, and no host is told an old epoch', async () => {
  const o = await TestOrchestrator.ready();
  const { id } = await o.submit();
  for (const host of o.hosts.values()) await host.live(o.desk);
  await o.command(id, 'pause');
  await o.command(id, 'resume');
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'soaking');
  const early = o.store.checkpoint();
  await o.command(id, 'abort');
  await o.until(id, isSettled);
  const second = await o.submit({ title: 'lost' });
  await o.step();
  const seen = o.host('ns2.ams').sequence;
  early();
  await o.trust.look();
  expect(o.trust.doubt()).not.toBeNull();

  const finding = await inspect(o.store, [o.witness.seen]);
  expect(finding.lost.map(({ verb, type, rollout }) => [verb ?? type, rollout])).toEqual([
    ['abort', id],
    ['rollout.submitted', second.id],
  ]);
  expect(findingText(finding)).toMatch(/store_behind[^]*abort r-1, by rex[^]*asked for: .*"lost"/);

  const to = await acceptStore(o.store, [o.witness.seen], {
    by: REX.name,
    reason: 'restored',
    now: o.clock.now(),
  });
  expect(to).toBeGreaterThan(seen);
  expect(verifyChain(await o.events(), GENESIS)).toEqual((await o.store.snapshot()).head);
  expect((await o.stored(id)).state).toBe('paused');
  await expect(acceptStore(o.store, [o.witness.seen], { by: REX.name, reason: 'x', now: 0 })).rejects.toThrow(
    'nothing to accept',
  );
  await o.trust.look();
  expect(o.trust.doubt()).toBeNull();
  await o.command(id, 'abort');
  // The canary went back long ago, and says nothing about what the store believes of it: it is lost at its deadline.
  await o.clock.advance(3_600_000);
  await o.until(id, isSettled);
  const again = await o.submit();
  await o.until(again.id, ({ state }) => state === 'succeeded');
});

test('hosts that were not granted yet begin anew under an epoch that none of them has seen', async () => {
  const o = await TestOrchestrator.ready();
  const { id } = await o.submit();
  const early = o.store.checkpoint();
  for (const host of o.hosts.values()) await host.poll(o.desk);
  await o.command(id, 'abort');
  early();
  const to = await acceptStore(o.store, [o.witness.seen], { by: REX.name, reason: 'restored', now: 0 });
  const rollout = await o.stored(id);
  expect(Object.values(rollout.hosts).map(({ epoch }) => epoch)).toEqual(Array(4).fill(to));
  await o.trust.look();
  await o.command(id, 'resume');
  await o.until(id, ({ state }) => state === 'succeeded');
});

test('the command refuses what it cannot do, in words', () => {
  expect(() => acceptStoreOrder(['--by', 'rex'])).toThrow('--reason');
  expect(() => acceptStoreOrder(['--reason', 'x', '--by', 'Rex Regis'])).toThrow('--by');
  expect(() => acceptStoreOrder(['--by', 'rex', '--reason', 'x', '--force'])).toThrow('--force');
  expect(
    acceptStoreOrder([
      '--by',
      'rex',
      '--reason',
      'x',
      '--witness',
      '/a',
      '--witness',
      '/b',
      '--yes',
      '--config',
      '/c',
    ]),
  ).toEqual({
    by: 'rex',
    reason: 'x',
    yes: true,
    witnesses: ['/a', '/b'],
    config: '/c',
  });
});
