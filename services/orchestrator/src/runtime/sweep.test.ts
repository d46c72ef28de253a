import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { grantedRollout, haltedRollout, SUE, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { chain } from './chain.ts';
import { standWatch } from './sweep.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

/** Lets an orchestrator stand watch until the test ends. @returns what ends it earlier. */
async function watching(orchestrator = o): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const watch = standWatch(orchestrator.deps, orchestrator.engine, stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await watch;
  };
  onTestFinished(end);
  await orchestrator.clock.advance(1);
  await new Promise((resolve) => setImmediate(resolve));
  return end;
}

describe('the sweep finds', () => {
  test('a wake-up that was lost', async () => {
    o.waves.failure = new Error('the queue is gone');
    const { id } = await grantedRollout(o);
    o.waves.failure = null;
    expect(o.waves.jobs).toEqual([]);
    await watching();
    const { nextLookAt } = await o.engine.decide(id, { type: 'look' });
    expect(o.waves.jobs).toEqual([{ wakeUp: { rollout: id, part: 'wave-0' }, at: nextLookAt }]);
  });

  test('a page whose job was lost', async () => {
    o.pages.failure = new Error('the queue is gone');
    const { id } = await haltedRollout(o);
    o.pages.failure = null;
    await watching();
    expect([...o.pages.jobs]).toEqual((await o.store.outbox()).map((page) => page.id));
    expect(await o.deliver()).toEqual([]);
    expect((await o.stored(id)).pagedAt).not.toBeNull();
  });

  test('what was decided by an orchestrator that died right after its write', async () => {
    const { id } = await grantedRollout(o);
    const canary = o.host('ns1.ams');
    await canary.poll(o.desk);
    canary.owe('failed');
    o.store.faults.repliesLost = 1;
    await expect(canary.poll(o.desk)).rejects.toMatchObject({ code: 'store_unavailable' });
    const other = new TestOrchestrator([], o);
    await watching(other);
    expect(other.pages.jobs.size).toBe(1);
    expect(other.waves.jobs.map(({ wakeUp }) => wakeUp)).toEqual([{ rollout: id, part: 'settle' }]);
  });

  test('a host that was lost while nobody looked, and this every five seconds', async () => {
    const { id } = await grantedRollout(o);
    await watching();
    const deadline = (await o.stored(id)).strategy.applyDeadline;
    await o.clock.advance(deadline - 10);
    expect((await o.stored(id)).state).toBe('running');
    await o.clock.advance(5010);
    expect(await o.stored(id)).toMatchObject({ state: 'halted', verdict: { code: 'deadline_passed' } });
    expect(o.pages.jobs.size).toBe(1);
  });

  test('everything else, although one rollout or one page cannot be looked after', async () => {
    const broken = await o.submit({ targets: { hosts: ['ns1.ams'] } });
    const { head } = await o.store.snapshot();
    const events = chain(
      head,
      [{ type: 'rollout.submitted', rollout: broken.id, by: SUE.name, title: '', reason: '', hosts: 1 }],
      0,
    );
    const before = await o.stored(broken.id);
    // No row of this can come to rest; every decision about it throws.
    const after = { ...before, waves: [], state: 'running' as const };
    await o.store.commit({ expected: head, events, rollouts: [{ before, after, live: true }] });

    const sound = await o.submit({ targets: { hosts: ['ns2.ams'] }, strategy: { applyDeadline: '60s' } });
    o.waves.jobs.length = 0;
    const stop = await watching();
    expect(o.waves.jobs.map(({ wakeUp }) => wakeUp.rollout)).toContain(sound.id);
    // And no host's silence is excused by it.
    await o.clock.advance(80_000);
    expect(await o.stored(sound.id)).toMatchObject({ state: 'halted' });
    expect(o.pages.jobs.size).toBe(1);
    await stop();
    expect(o.lines.filter((line) => line.includes('could not be looked after'))).toHaveLength(1);
  });
});

describe('while the store is down', () => {
  test('it is logged once, and the watch goes on by itself as soon as it is back', async () => {
    o.store.faults.down = true;
    await watching();
    await o.clock.advance(30_000);
    expect(o.lines.filter((line) => line.includes('a duty failed'))).toHaveLength(4);
    expect(o.guard.unsafe()).toEqual(['its settings could not be read']);
    o.store.faults.down = false;
    await o.clock.advance(1000);
    expect(o.guard.unsafe()).toEqual([]);
    o.store.faults.down = true;
    await o.clock.advance(30_000);
    expect(o.lines.filter((line) => line.includes('a duty failed'))).toHaveLength(8);
  });

  test('silence means nothing: no host is lost for it, until it had time to come back', async () => {
    const { id } = await grantedRollout(o);
    await watching();
    const deadline = (await o.stored(id)).strategy.applyDeadline;
    o.store.faults.down = true;
    await o.clock.advance(deadline + 60_000);
    o.store.faults.down = false;
    await o.clock.advance(10_000);
    expect((await o.stored(id)).state).toBe('running');
    await o.clock.advance(15_000);
    expect((await o.stored(id)).state).toBe('halted');
  });
});

test('sightings are exchanged every second', async () => {
  const other = new TestOrchestrator([], o);
  await watching(o);
  await watching(other);
  await o.host('ns1.ams').poll(o.desk);
  await o.clock.advance(2000);
  expect(other.watch.sighting(o.host('ns1.ams').id)).toEqual(o.watch.sighting(o.host('ns1.ams').id));
});

test('a watch that is over asks and waits for nothing any more', async () => {
  const stop = await watching();
  await stop();
  expect(o.clock.timers).toBe(0);
});
