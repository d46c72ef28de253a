import { isoTime, RolloutId } from '@breakwater/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Commit, Snapshot } from '../adapters/store/interface.ts';
import type { Line } from '../core/line.ts';
import { grantedRollout, haltedRollout, REX, SUE, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { chain } from './chain.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

/** Another orchestrator's write that has nothing to do with any rollout. */
function lineWritten({ head, line }: Snapshot, change: Partial<Line> = {}): Commit {
  const events = chain(head, [{ type: 'line.stopped', by: REX.name, reason: 'smoke' }], 0);
  return { expected: head, events, line: { ...line, ...change } };
}

describe('a conflict', () => {
  test('is decided anew from the reloaded state: what others wrote in between holds', async () => {
    const { id } = await o.submit();
    for (const name of ['ns1.ams', 'ns2.ams', 'ns3.ams']) await o.host(name).live(o.desk);
    // The last host is ready, by which the canary would be granted; at that moment the line is stopped.
    o.store.faults.rivals.push((snapshot) => lineWritten(snapshot, { stopped: true, reason: 'smoke' }));
    await o.host('ns4.ams').live(o.desk);
    expect(o.metrics.conflicts).toBe(1);
    const rollout = await o.stored(id);
    expect(rollout.state).toBe('running');
    expect(Object.values(rollout.hosts).map(({ state }) => state)).toEqual(Array(4).fill('ready'));
  });

  test('of two orchestrators that take in reports at the same moment loses neither', async () => {
    const { id } = await o.submit();
    const other = new TestOrchestrator([], o);
    await other.guard.look();
    await other.trust.look();
    for (const host of o.hosts.values()) {
      await host.poll(o.desk);
      host.owe('ready');
    }
    const [first, second, ...rest] = [...o.hosts.values()];
    await Promise.all([first!.poll(o.desk), second!.poll(other.desk)]);
    expect(o.metrics.conflicts + other.metrics.conflicts).toBe(1);
    for (const host of rest) await host.poll(other.desk);
    expect((await o.stored(id)).state).toBe('running');
  });

  test('that comes again and again is told to the caller, who may try again', async () => {
    const { id } = await o.submit();
    o.store.faults.rivals.push(...Array<typeof lineWritten>(50).fill((snapshot) => lineWritten(snapshot)));
    await expect(o.command(id, 'pause')).rejects.toMatchObject({ code: 'conflict' });
    expect((await o.command(id, 'pause')).state).toBe('paused');
  });

  test('counts no report twice', async () => {
    const { id } = await grantedRollout(o);
    o.store.faults.rivals.push((snapshot) => lineWritten(snapshot));
    await o.host('ns1.ams').live(o.desk);
    const told = (await o.events(id)).filter(({ type }) => type === 'host.reported');
    expect(told).toHaveLength(1);
  });
});

describe('publishing', () => {
  test('begins only after the write: when its outcome is not known, nothing was told, queued or counted', async () => {
    const { id } = await grantedRollout(o);
    const canary = o.host('ns1.ams');
    await canary.poll(o.desk);
    canary.owe('failed');
    const before = [o.wakeups.published.length, o.metrics.halts.length, o.metrics.decisions];
    o.waves.jobs.length = 0;
    o.store.faults.repliesLost = 2;
    await expect(canary.poll(o.desk)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(o.command(id, 'abort')).rejects.toMatchObject({ code: 'store_unavailable' });
    expect([o.wakeups.published.length, o.metrics.halts.length, o.metrics.decisions]).toEqual(before);
    expect([...o.pages.jobs, ...o.waves.jobs]).toEqual([]);
  });

  test('finds the new state in the store already', async () => {
    const states: Promise<string>[] = [];
    const { id } = await o.submit();
    o.wakeups.subscribe(() => states.push(o.stored(id).then(({ state }) => state)));
    await o.command(id, 'pause');
    expect(await Promise.all(states)).toEqual(['paused']);
    expect(o.wakeups.published.at(-1)?.head).toBe((await o.store.snapshot()).head.seq);
  });

  test('wakes exactly the hosts whose level has changed', async () => {
    const { id } = await grantedRollout(o);
    expect(o.wakeups.published.at(-1)?.hosts).toEqual(['ns1.ams']);
    await o.command(id, 'pause');
    expect(o.wakeups.published.at(-1)?.hosts).toEqual(['ns1.ams']);
    await o.command(id, 'abort');
    expect(o.wakeups.published.at(-1)?.hosts.toSorted()).toEqual([...o.hosts.keys()].toSorted());
  });

  test('that fails takes nothing back: the decision stands, and the failure is logged', async () => {
    o.waves.failure = o.pages.failure = o.wakeups.failure = new Error('the queue is gone');
    const { id } = await haltedRollout(o);
    expect((await o.stored(id)).state).toBe('halted');
    expect(await o.store.outbox()).toHaveLength(1);
    expect(o.lines.some((line) => line.includes('a wake-up was not sent'))).toBe(true);
    expect([...o.pages.jobs, ...o.waves.jobs]).toEqual([]);
  });

  test('of a page that cannot be queued does not keep the hosts from being woken', async () => {
    o.pages.failure = new Error('the queue is gone');
    await haltedRollout(o);
    expect(o.wakeups.published.at(-1)?.hosts).toContain('ns2.ams');
    expect(o.waves.jobs.map(({ wakeUp }) => wakeUp.part)).toContain('settle');
  });

  test('does not happen when nothing changed', async () => {
    const { id } = await o.submit();
    const published = o.wakeups.published.length;
    const { head } = await o.store.snapshot();
    await o.look(id);
    expect((await o.store.snapshot()).head).toEqual(head);
    expect(o.wakeups.published).toHaveLength(published);
  });
});

test('a decision that would break an invariant is never saved', async () => {
  const { id } = await o.submit();
  // A row that no decision can make: kept although it was never granted. It was written by something that is broken.
  const before = await o.stored(id);
  const [row] = Object.values(before.hosts);
  const after = {
    ...before,
    hosts: { ...before.hosts, [row!.id]: { ...row!, state: 'confirmed' as const } },
  };
  const { head } = await o.store.snapshot();
  const events = chain(
    head,
    [{ type: 'rollout.submitted', rollout: id, by: SUE.name, title: '', reason: '', hosts: 4 }],
    0,
  );
  await o.store.commit({ expected: head, events, rollouts: [{ before, after, live: true }] });
  const broken = await o.store.snapshot();
  await expect(o.command(id, 'pause')).rejects.toThrow('would break an invariant');
  expect((await o.store.snapshot()).head).toEqual(broken.head);
});

test('halt and page are one commit', async () => {
  const { id } = await grantedRollout(o);
  const canary = o.host('ns1.ams');
  await canary.poll(o.desk);
  canary.owe('failed');
  const before = (await o.store.snapshot()).head.seq;
  o.store.faults.repliesLost = 1;
  await expect(canary.poll(o.desk)).rejects.toMatchObject({ code: 'store_unavailable' });
  // One single write has taken place, of which nobody has heard. It has both.
  const { state, haltedAt, detectedAt, verdict } = await o.stored(id);
  expect({ state, host: verdict.host }).toEqual({ state: 'halted', host: 'ns1.ams' });
  expect(await o.store.outbox()).toMatchObject([{ rollout: id, at: isoTime(haltedAt!) }]);
  const added = (await o.types()).slice(before);
  expect(added).toEqual(expect.arrayContaining(['rollout.state', 'page.queued']));
  expect(detectedAt).toBe(haltedAt);
});

test('seconds to halt and conflicts are measured once the halt is durable', async () => {
  const { id } = await haltedRollout(o);
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
  expect(o.metrics.halts).toEqual([0]);
  const tallies = await o.store.tallies();
  expect(tallies.get('halts')).toBe(1);
  expect([...tallies].filter(([name]) => name.startsWith('failures '))).toEqual([[expect.any(String), 1]]);
});

test('a refused command changes nothing; an unknown rollout is not found', async () => {
  const { id } = await o.submit();
  const { head } = await o.store.snapshot();
  await expect(o.command(id, 'resume')).resolves.toMatchObject({ state: 'preflighting' });
  await expect(o.command(id, 'approve')).rejects.toMatchObject({ code: 'verb_not_allowed' });
  await expect(o.look(RolloutId.parse('r-99'))).rejects.toMatchObject({ code: 'not_found' });
  expect((await o.store.snapshot()).head).toEqual(head);
});

test('a host in flight for another rollout is busy for this one, and counts against its budget', async () => {
  const first = await o.submit({ targets: { hosts: ['ns1.ams'] } });
  await o.submit({ targets: { hosts: ['ns2.ams'] } });
  for (const host of o.hosts.values()) await host.live(o.desk);
  const { live } = await o.store.snapshot();
  const states = [...live.values()].flatMap(({ hosts }) => Object.values(hosts).map(({ state }) => state));
  expect(states).toEqual(expect.arrayContaining(['applying', 'ready']));
  const own = o.engine.context(await o.store.snapshot(), first.id).fleet;
  expect([...own.values()].filter(({ busy }) => busy)).toEqual([]);
  const others = o.engine.context(await o.store.snapshot(), null).fleet;
  expect([...others.values()].filter(({ busy }) => busy).map(({ id }) => id)).toEqual(['ns1.ams']);
});

describe('a succeeded rollout', () => {
  const succeeded = async (): Promise<RolloutId> => {
    const { id } = await o.submit();
    await o.until(id, ({ state }) => state === 'succeeded');
    return id;
  };

  test('is rolled back while its hosts are where it left them, and owns them again', async () => {
    const id = await succeeded();
    expect((await o.store.snapshot()).claims.size).toBe(0);
    await o.command(id, 'rollback');
    expect((await o.store.snapshot()).claims.size).toBe(4);
    await o.until(id, ({ state }) => state === 'rolledBack');
    expect((await o.store.snapshot()).claims.size).toBe(0);
  });

  test('is superseded while a newer rollout owns one of its hosts, which is named', async () => {
    const id = await succeeded();
    const newer = await o.submit({ targets: { hosts: ['ns3.ams'] } });
    const asked = o.command(id, 'rollback');
    await expect(asked).rejects.toMatchObject({ code: 'superseded' });
    await expect(asked).rejects.toThrow(newer.id);
    expect((await o.stored(id)).state).toBe('succeeded');
  });

  test('is superseded after a newer one has changed one of its hosts and has ended', async () => {
    const id = await succeeded();
    const newer = await o.submit({ targets: { hosts: ['ns3.ams'] } });
    await o.until(newer.id, ({ state }) => state === 'succeeded');
    await o.host('ns3.ams').poll(o.desk);
    expect((await o.store.snapshot()).claims.size).toBe(0);
    await expect(o.command(id, 'rollback')).rejects.toMatchObject({ code: 'superseded' });
    expect((await o.command(newer.id, 'rollback')).state).toBe('rollingBack');
  });
});

test('writers of one process take turns: they never make each other decide anew', async () => {
  const { id } = await o.submit();
  for (const host of o.hosts.values()) {
    await host.poll(o.desk);
    host.owe('ready');
  }
  await Promise.all([...[...o.hosts.values()].map((host) => host.poll(o.desk)), o.command(id, 'pause')]);
  expect(o.metrics.conflicts).toBe(0);
  expect((await o.stored(id)).state).toBe('paused');
});
