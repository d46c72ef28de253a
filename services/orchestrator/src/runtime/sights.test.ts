import { describe, expect, test } from 'vitest';
import { haltedRollout, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { createSights } from './sights.ts';

describe('pages', () => {
  test('are shown as waiting until a channel has taken them, and then which and when', async () => {
    const o = await TestOrchestrator.ready();
    const sights = createSights(o.deps);
    expect(await sights.pages()).toEqual([]);
    const { id } = await haltedRollout(o);
    expect(await sights.pages()).toMatchObject([
      { page: { rollout: id, status: 'firing' }, takenAt: null, channel: null },
    ]);
    await o.clock.advance(1000);
    await o.deliver();
    expect(await sights.pages()).toMatchObject([
      { page: { rollout: id }, takenAt: o.clock.now(), channel: o.pager.name },
    ]);
  });

  test('of before the start are known too, and those that wait as well', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await haltedRollout(o);
    await o.deliver();
    await o.command(id, 'abort');
    const known = await createSights(o.deps).pages();
    expect(known.map(({ page, takenAt }) => [page.status, takenAt === null])).toEqual(
      expect.arrayContaining([['firing', false]]),
    );
  });

  test('of a store that was put back are those that it has', async () => {
    const o = await TestOrchestrator.ready();
    const sights = createSights(o.deps);
    const back = o.store.checkpoint();
    await haltedRollout(o);
    expect(await sights.pages()).toHaveLength(1);
    back();
    await o.store.snapshot();
    expect(await createSights({ ...o.deps, store: o.store }).pages()).toEqual([]);
  });
});

describe('rollouts in progress', () => {
  test('are those that are not settled, the newest first', async () => {
    const o = await TestOrchestrator.ready();
    const sights = createSights(o.deps);
    const { id } = await haltedRollout(o);
    expect((await sights.live()).map((rollout) => rollout.id)).toEqual([id]);
    await o.command(id, 'abort');
    for (let step = 0; step < 10; step += 1) await o.step();
    expect(await sights.live()).toEqual([]);
  });
});

describe('the diff against what is live', () => {
  test('is made once for as long as hosts run what they ran, however many look', async () => {
    const o = await TestOrchestrator.ready();
    let reads = 0;
    const store = new Proxy(o.deps.store, {
      get: (target, name) => {
        if (name === 'manifest') reads += 1;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const sights = createSights({ ...o.deps, store });
    const rollout = await o.submit();
    await Promise.all(Array.from({ length: 100 }, () => sights.diff(rollout)));
    const once = reads;
    expect(once).toBeGreaterThan(0);
    await sights.diff(rollout);
    expect(reads).toBe(once);
    const done = await o.until(rollout.id, ({ state }) => state === 'succeeded');
    for (const id of done.waves.flatMap((wave) => wave.hosts)) {
      const { status, journal } = o.watch.sighting(id)!;
      o.watch.see(id, { ...status, lastKnownGood: done.bundle }, journal, []);
    }
    // Every host runs the change now: there is nothing left that it would make another.
    expect(await sights.diff(done)).toEqual([]);
  });
});
