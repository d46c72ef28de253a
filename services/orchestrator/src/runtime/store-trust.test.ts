import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryStore } from '../adapters/store/memory-store.ts';
import { MemoryWitness } from '../adapters/witness/memory-witness.ts';
import { grantedRollout, REX, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { chain } from './chain.ts';
import { setLine } from './line-control.ts';
import { createOperations } from './operations.ts';
import { trustStore } from './store-trust.ts';

const SAFE_MODE = { code: 'safe_mode' };

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

/** The orchestrator is killed, and another process begins on what it has left on its disk. */
async function restarted(): Promise<TestOrchestrator> {
  const next = new TestOrchestrator([], o, o.witness.crash());
  await next.guard.look();
  await next.trust.look();
  return next;
}

describe('a store that is put back to an earlier state', () => {
  test('is found out by the next question, and nothing more is granted, confirmed or written', async () => {
    const { id } = await o.submit();
    const putBack = o.store.checkpoint();
    for (const host of o.hosts.values()) await host.live(o.desk);
    expect((await o.stored(id)).hosts[o.host('ns1.ams').id]?.state).toBe('applying');
    putBack();
    const events = await o.events();
    for (const host of o.hosts.values()) await expect(host.poll(o.desk)).rejects.toMatchObject(SAFE_MODE);
    await expect(o.command(id, 'pause')).rejects.toMatchObject(SAFE_MODE);
    const operations = createOperations(o.deps, o.engine, async () => []);
    await expect(operations.trusted()).rejects.toMatchObject(SAFE_MODE);
    expect(await operations.unready()).toEqual([expect.stringContaining('store_behind')]);
    await expect(setLine(o.deps, o.engine, true, REX, 'x')).rejects.toMatchObject(SAFE_MODE);
    expect(await o.events()).toEqual(events);
    expect(o.trust.doubt()).toMatchObject({ code: 'store_behind' });
    expect((await o.deps.store.rollout(id))?.state).toBe('preflighting');
  });

  test('is found out by a process that has just started: what it permitted was on its disk first', async () => {
    const { id } = await o.submit();
    const putBack = o.store.checkpoint();
    for (const host of o.hosts.values()) await host.live(o.desk);
    await o.host('ns1.ams').poll(o.desk);
    expect(o.host('ns1.ams').assignment?.step).toBe('apply');
    putBack();
    const next = await restarted();
    expect(next.trust.doubt()).toMatchObject({ code: 'store_behind' });
    await expect(next.command(id, 'pause')).rejects.toMatchObject(SAFE_MODE);
  });

  test('is found out by an orchestrator that has seen nothing, from an agent or from another orchestrator', async () => {
    const putBack = o.store.checkpoint();
    await grantedRollout(o);
    await o.host('ns1.ams').poll(o.desk);
    putBack();
    for (const tell of ['agent', 'orchestrator'] as const) {
      const fresh = new TestOrchestrator([], o);
      await fresh.trust.look();
      expect(fresh.trust.doubt()).toBeNull();
      if (tell === 'agent') await expect(o.host('ns1.ams').poll(fresh.desk)).rejects.toMatchObject(SAFE_MODE);
      else {
        fresh.trust.heard('another orchestrator', o.host('ns1.ams').sequence);
        await fresh.deps.store.snapshot();
      }
      expect(fresh.trust.doubt()).toMatchObject({ code: 'store_behind' });
    }
  });

  test('and written to since is another store, also when it has gone further than what was seen', async () => {
    const putBack = o.store.checkpoint();
    await o.submit();
    putBack();
    const careless = new TestOrchestrator([], o);
    for (let n = 0; n < 9; n += 1) await setLine(careless.deps, careless.engine, n % 2 === 0, REX, `${n}`);
    await o.trust.look();
    expect(o.trust.doubt()).toMatchObject({ code: 'store_foreign' });
    await expect(setLine(o.deps, o.engine, false, REX, 'x')).rejects.toMatchObject(SAFE_MODE);
  });

  test('is believed again when the right one is back', async () => {
    const putBack = o.store.checkpoint();
    const { id } = await o.submit();
    const right = o.store.checkpoint();
    putBack();
    await expect(o.command(id, 'pause')).rejects.toMatchObject({ code: 'not_found' });
    expect(o.trust.doubt()).not.toBeNull();
    right();
    await o.trust.look();
    expect(o.trust.doubt()).toBeNull();
    expect((await o.command(id, 'pause')).state).toBe('paused');
  });
});

test('what is seen while a read is on its way is not held against its answer', async () => {
  const store = new MemoryStore();
  const witness = new MemoryWitness();
  const { store: trusted, trust } = trustStore(store, witness, pino({ level: 'silent' }));
  await trust.look();
  const reading = trusted.snapshot();
  trust.heard('ns1', 7);
  await reading;
  expect(trust.doubt()).toBeNull();
  await trusted.snapshot();
  expect(trust.doubt()).toMatchObject({
    code: 'store_behind',
    reason: expect.stringContaining('ns1') as string,
  });
});

describe('a person who accepts the store', () => {
  test('settles what was seen before, for every orchestrator, with a number beyond all of it', async () => {
    const putBack = o.store.checkpoint();
    await o.submit();
    const seen = o.witness.seen.head()?.seq ?? 0;
    putBack();
    await o.trust.look();
    const { head } = await o.store.snapshot();
    const to = seen + 1000;
    const event = { type: 'store.accepted', by: REX.name, reason: 'x', from: head.seq, to, seen } as const;
    await o.store.commit({ expected: head, events: chain(head, [event], 0) });
    await o.trust.look();
    expect(o.trust.doubt()).toBeNull();
    expect((await o.submit()).id).toBe(`r-${to + 1}`);
    expect((await restarted()).trust.doubt()).toBeNull();
  });
});

describe('a witness that cannot be written', () => {
  test('lets nothing be granted, and what was done all the same is not acknowledged', async () => {
    const { id } = await o.submit();
    o.witness.fault = new Error('ENOSPC');
    await expect(o.deps.trust.witnessed()).rejects.toMatchObject({ code: 'witness_failed' });
    for (const host of o.hosts.values()) await host.live(o.desk);
    const states = Object.values((await o.stored(id)).hosts).map(({ state }) => state);
    expect(states).toEqual(Array(4).fill('ready'));
    expect((await o.command(id, 'pause')).state).toBe('paused');
    o.witness.fault = null;
    await o.trust.witnessed();
    expect(o.guard.unsafe()).toEqual([]);
    expect(o.witness.seen.acts().map(({ verb, type }) => verb ?? type)).toEqual([
      'rollout.submitted',
      'pause',
    ]);
  });

  test('has every act of a person on disk before anybody is told that it holds', async () => {
    const { id, bundle } = await o.submit();
    await o.command(id, 'pause');
    await o.trust.witnessed();
    const acts = o.witness.crash().seen.acts();
    expect(acts).toMatchObject([
      { type: 'rollout.submitted', rollout: id, by: 'sue', asked: { bundle, title: 'a change', hosts: 4 } },
      { type: 'rollout.command', verb: 'pause', by: 'rex' },
    ]);
  });
});
