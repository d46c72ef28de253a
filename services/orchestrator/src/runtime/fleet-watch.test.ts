import { fail, type HostId, noData, pass, type Verdict } from '@breakwater/shared';
import { FakeClock } from '@breakwater/shared/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryStore } from '../adapters/store/memory-store.ts';
import type { FleetHost } from '../core/fleet.ts';
import { SimulatedHost } from '../testing/simulated-host.ts';
import { enrolled } from '../testing/test-orchestrator.ts';
import { type FleetWatch, watchFleet } from './fleet-watch.ts';

const J1 = '00000000-0000-4000-8000-000000000001';
const J2 = '00000000-0000-4000-8000-000000000002';
const ns1 = new SimulatedHost('ns1.ams');
const ENROLLED = ['ns1.ams', 'ns2.ams'].map(enrolled);

let clock: FakeClock;
let stores: { here: MemoryStore; there: MemoryStore };
let here: FleetWatch;
let there: FleetWatch;

beforeEach(() => {
  clock = new FakeClock();
  const store = new MemoryStore();
  stores = { here: store, there: store.another() };
  here = watchFleet(stores.here, ENROLLED, 1000, clock);
  there = watchFleet(stores.there, ENROLLED, 1000, clock);
});

/** Counts what is written, and can refuse it. */
class WatchedStore extends MemoryStore {
  readonly puts: number[] = [];
  failure: Error | null = null;

  override async putSightings(...[sightings]: Parameters<MemoryStore['putSightings']>): Promise<void> {
    if (this.failure) throw this.failure;
    this.puts.push(sightings.size);
    await super.putSightings(sightings);
  }
}

function hear(watch: FleetWatch, health: Verdict = pass('answers', 'as before'), journal = J1): void {
  watch.see(ns1.id, { ...ns1.status, health }, journal, []);
}

function seenBy(watch: FleetWatch, busy: readonly HostId[] = []): FleetHost {
  return watch.fleet(new Set(busy), new Map()).get(ns1.id)!;
}

describe('a host', () => {
  test('that was never heard is unknown, and is of the fleet all the same', () => {
    expect([...here.fleet(new Set(), new Map()).keys()]).toEqual(['ns1.ams', 'ns2.ams']);
    expect(seenBy(here)).toMatchObject({ availability: 'unknown', heardAt: null, datacenter: 'ams' });
    expect(here.connected()).toBe(0);
    expect(here.sighting(ns1.id)).toBeNull();
  });

  test('is unknown once it has been silent for too long, and no moment earlier', async () => {
    hear(here);
    await clock.advance(1000);
    expect(seenBy(here).availability).toBe('healthy');
    expect(here.connected()).toBe(1);
    await clock.advance(1);
    expect(seenBy(here)).toMatchObject({ availability: 'unknown', heardAt: 1_000_000 });
    expect(here.connected()).toBe(0);
  });

  test.for<[Verdict, FleetHost['availability']]>([
    [pass('answers', 'yes'), 'healthy'],
    [fail('wrong_answer', 'no'), 'unhealthy'],
    [noData('not_asked', 'not asked yet'), 'unknown'],
    [{ verdict: 'inconclusive', code: 'x', reason: 'x' }, 'unknown'],
    [{ verdict: 'pending', code: 'x', reason: 'x' }, 'unknown'],
  ])('that says %o of itself is %s: nothing but a pass is healthy', ([health, availability]) => {
    hear(here, health);
    expect(seenBy(here).availability).toBe(availability);
  });

  test('is busy when it is told so', () => {
    expect(seenBy(here, [ns1.id]).busy).toBe(true);
    expect(here.fleet(new Set([ns1.id]), new Map()).get(ENROLLED[1]!.id)?.busy).toBe(false);
  });
});

describe('what is acknowledged', () => {
  test('only grows', () => {
    hear(here);
    expect(here.acknowledge(ns1.id, 5)).toBe(5);
    expect(here.acknowledge(ns1.id, 3)).toBe(5);
    hear(here);
    expect(here.acknowledge(ns1.id, 0)).toBe(5);
  });

  test('begins anew with another journal', () => {
    hear(here);
    here.acknowledge(ns1.id, 5);
    hear(here, undefined, J2);
    expect(here.acknowledge(ns1.id, 1)).toBe(1);
    expect(here.sighting(ns1.id)).toMatchObject({ journal: J2, acknowledged: 1 });
  });
});

describe('two orchestrators', () => {
  test('know of each other what they have heard, and the newer word holds', async () => {
    hear(here, fail('wrong_answer', 'no'));
    here.acknowledge(ns1.id, 7);
    await here.exchange();
    await there.exchange();
    expect(seenBy(there).availability).toBe('unhealthy');
    expect(there.sighting(ns1.id)?.acknowledged).toBe(7);

    await clock.advance(10);
    hear(there);
    await there.exchange();
    await here.exchange();
    expect(seenBy(here)).toMatchObject({ availability: 'healthy', heardAt: 1_000_010 });
  });

  test('do not let an older word replace a newer one', async () => {
    hear(here, fail('wrong_answer', 'no'));
    await here.exchange();
    await clock.advance(10);
    hear(there);
    await there.exchange();
    expect(seenBy(there).availability).toBe('healthy');
  });

  test('keep what was acknowledged when the host has turned to the other one', async () => {
    hear(here);
    here.acknowledge(ns1.id, 7);
    await here.exchange();
    // A restart: it has heard the host before it has read what was stored.
    await clock.advance(10);
    hear(there);
    await there.exchange();
    expect(there.sighting(ns1.id)).toMatchObject({ acknowledged: 7, heardAt: 1_000_010 });
    await there.exchange();
    await here.exchange();
    expect(here.sighting(ns1.id)).toMatchObject({ acknowledged: 7, heardAt: 1_000_010 });
  });

  test('write again what an older word has overwritten, and nothing that is stored already', async () => {
    const store = new WatchedStore();
    const watch = watchFleet(store, ENROLLED, 1000, clock);
    hear(there);
    const old = there.sighting(ns1.id)!;
    await clock.advance(10);
    hear(watch);
    for (let round = 0; round < 3; round += 1) await watch.exchange();
    expect(store.puts).toEqual([1]);
    await store.putSightings(new Map([[ns1.id, old]]));
    await watch.exchange();
    expect((await store.sightings()).get(ns1.id)).toEqual(watch.sighting(ns1.id));
  });

  test('do not write an older word over a newer one', async () => {
    hear(here, fail('wrong_answer', 'no'));
    await clock.advance(10);
    hear(there);
    await there.exchange();
    await here.exchange();
    expect((await stores.here.sightings()).get(ns1.id)?.heardAt).toBe(1_000_010);
  });

  test('do not take another journal for the same one', async () => {
    hear(here);
    here.acknowledge(ns1.id, 7);
    await here.exchange();
    await clock.advance(10);
    hear(there, undefined, J2);
    await there.exchange();
    await here.exchange();
    expect(here.sighting(ns1.id)).toMatchObject({ journal: J2, acknowledged: 0 });
  });

  test('do not lose what could not be written while the store was down', async () => {
    hear(here);
    stores.here.faults.down = true;
    await expect(here.exchange()).rejects.toMatchObject({ code: 'store_unavailable' });
    stores.here.faults.down = false;
    await here.exchange();
    await there.exchange();
    expect(seenBy(there).availability).toBe('healthy');
  });
});

test('what could not be written is written later, unless the host has been heard since', async () => {
  const store = new WatchedStore();
  const watch = watchFleet(store, ENROLLED, 1000, clock);
  hear(watch);
  store.failure = new Error('out of memory');
  await expect(watch.exchange()).rejects.toBe(store.failure);
  store.failure = null;
  await watch.exchange();
  expect((await store.sightings()).get(ns1.id)).toEqual(watch.sighting(ns1.id));
});

describe('silence means something', () => {
  test('since the orchestrator began to listen', async () => {
    await clock.advance(50);
    expect(here.listeningSince()).toBe(1_000_000);
  });

  test('not before the store was back after an outage', async () => {
    here.storeReached(true);
    expect(here.listeningSince()).toBe(1_000_000);
    here.storeReached(false);
    await clock.advance(500);
    expect(here.listeningSince()).toBe(1_000_500);
    await clock.advance(500);
    here.storeReached(true);
    await clock.advance(500);
    here.storeReached(true);
    expect(here.listeningSince()).toBe(1_001_000);
  });
});

test('a process that was stopped gives everybody time to be heard again, before and after it has asked the others', async () => {
  await here.exchange();
  await clock.advance(4000);
  expect(here.listeningSince()).toBe(clock.now() - 4000);
  await here.exchange();
  await clock.advance(60_000);
  expect(here.listeningSince()).toBe(clock.now());
  await here.exchange();
  await clock.advance(1000);
  expect(here.listeningSince()).toBe(clock.now() - 1000);
});

test('a host is not believed to be well for an hour because a clock was an hour ahead when it was heard', async () => {
  const ahead = new FakeClock();
  ahead.jumpWall(3_600_000);
  const other = watchFleet(stores.there, ENROLLED, 1000, ahead);
  hear(other);
  await other.exchange();
  await here.exchange();
  expect(seenBy(here).availability).toBe('healthy');
  await clock.advance(600);
  await here.exchange();
  expect(seenBy(here).availability).toBe('healthy');
  await clock.advance(600);
  await here.exchange();
  expect(seenBy(here).availability).toBe('unknown');
  hear(here);
  await here.exchange();
  expect(seenBy(here)).toMatchObject({ availability: 'healthy', heardAt: clock.now() });
});
