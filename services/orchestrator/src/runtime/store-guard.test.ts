import { expect, test } from 'vitest';
import { MemoryStore } from '../adapters/store/memory-store.ts';
import { MemoryWitness } from '../adapters/witness/memory-witness.ts';
import { TestOrchestrator } from '../testing/test-orchestrator.ts';
import { guardStore } from './store-guard.ts';

test('a store whose settings were never read is not safe', () => {
  expect(guardStore(new MemoryStore(), false, new MemoryWitness()).unsafe()).toEqual([
    'its settings have not been read yet',
  ]);
});

test('each look finds what is so then', async () => {
  const store = new MemoryStore();
  const guard = guardStore(store, false, new MemoryWitness());
  await guard.look();
  expect(guard.unsafe()).toEqual([]);
  store.unsafe = ['appendfsync is "everysec"'];
  await guard.look();
  expect(guard.unsafe()).toEqual(['appendfsync is "everysec"']);
  store.unsafe = [];
  await guard.look();
  expect(guard.unsafe()).toEqual([]);
});

test('a store that cannot be asked is not safe, whatever it was before: it may come back with other settings', async () => {
  const store = new MemoryStore();
  const guard = guardStore(store, false, new MemoryWitness());
  await guard.look();
  store.faults.down = true;
  await expect(guard.look()).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(guard.unsafe()).toEqual(['its settings could not be read']);
  store.faults.down = false;
  await guard.look();
  expect(guard.unsafe()).toEqual([]);
});

test('a store whose data are disposable is not asked', async () => {
  const store = new MemoryStore();
  store.unsafe = ['appendfsync is "everysec"'];
  store.faults.down = true;
  const guard = guardStore(store, true, new MemoryWitness());
  expect(guard.unsafe()).toEqual([]);
  await guard.look();
  expect(guard.unsafe()).toEqual([]);
});

test('nothing is granted on a store that is not safe', async () => {
  const o = await TestOrchestrator.ready();
  const { id } = await o.submit();
  o.store.unsafe = ['appendfsync is "everysec"'];
  await o.guard.look();
  for (const host of o.hosts.values()) await host.live(o.desk);
  expect(Object.values((await o.stored(id)).hosts).map(({ state }) => state)).toEqual(Array(4).fill('ready'));
  o.store.unsafe = [];
  await o.guard.look();
  expect((await o.look(id)).hosts[o.host('ns1.ams').id]?.state).toBe('applying');
});
