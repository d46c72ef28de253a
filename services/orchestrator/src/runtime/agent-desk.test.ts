import { getEventListeners } from 'node:events';
import { fail, type PollResponse, revisionOf, sha256 } from '@breakwater/shared';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { grantedRollout, haltedRollout, REX, TestOrchestrator } from '../testing/test-orchestrator.ts';
import type { Rollout } from '../core/rollout.ts';
import type { SimulatedHost } from '../testing/simulated-host.ts';
import { contentOf } from './bundles.ts';
import { setLine } from './line-control.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

/** Everything that has begun without waiting for time has come to rest. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A poll that is to wait, with what became of it so far. */
async function waiting(id: string, waitMs = 30_000) {
  const leave = new AbortController();
  const poll: { answer: PollResponse | null; leave: AbortController; done: Promise<PollResponse> } = {
    answer: null,
    leave,
    done: o.desk.poll(o.host(id).id, o.host(id).request({ waitMs }), leave.signal).then((answer) => {
      poll.answer = answer;
      return answer;
    }),
  };
  await settled();
  return poll;
}

function expectNobodyWaits(...polls: readonly { leave: AbortController }[]): void {
  expect(o.clock.timers).toBe(0);
  for (const { leave } of polls) expect(getEventListeners(leave.signal, 'abort')).toHaveLength(0);
}

describe('a long poll', () => {
  test('is answered as soon as the assignment changes', async () => {
    const poll = await waiting('ns1.ams');
    expect(poll.answer).toBeNull();
    const { id } = await o.submit();
    expect((await poll.done).assignment).toMatchObject({ rollout: id, step: 'stage' });
    expectNobodyWaits(poll);
  });

  test('is answered at its time with what there is, and not before', async () => {
    const poll = await waiting('ns1.ams', 5000);
    await o.clock.advance(4999);
    expect(poll.answer).toBeNull();
    await o.clock.advance(1);
    expect(await poll.done).toEqual({
      host: 'ns1.ams',
      assignment: null,
      vantage: [],
      acknowledged: 0,
      sequence: 0,
    });
    expectNobodyWaits(poll);
  });

  test('is answered at once when the agent follows another level than it should', async () => {
    await o.submit();
    const poll = await waiting('ns1.ams');
    expect(poll.answer?.assignment?.step).toBe('stage');
    expectNobodyWaits(poll);
  });

  test('ends when its client has gone, also one that had gone before it began', async () => {
    const poll = await waiting('ns1.ams');
    poll.leave.abort();
    await poll.done;
    const gone = AbortSignal.abort();
    await o.desk.poll(o.host('ns1.ams').id, o.host('ns1.ams').request({ waitMs: 30_000 }), gone);
    expectNobodyWaits(poll);
  });

  test('leaves nobody waiting when the store fails in the middle of it', async () => {
    const poll = await waiting('ns1.ams');
    const failure = poll.done.catch((error: unknown) => error);
    o.store.faults.down = true;
    await o.wakeups.publish({ hosts: [o.host('ns1.ams').id], head: 1 });
    expect(await failure).toMatchObject({ code: 'store_unavailable' });
    expectNobodyWaits(poll);
  });

  test('does not wake for what concerns other hosts, nor end without another assignment', async () => {
    const poll = await waiting('ns1.ams');
    await o.submit({ targets: { hosts: ['ns2.ams'] } });
    const looks = vi.spyOn(o.store, 'snapshot');
    await o.wakeups.publish({ hosts: [o.host('ns2.ams').id], head: 1 });
    await settled();
    expect(looks).not.toHaveBeenCalled();
    await o.wakeups.publish({ hosts: [o.host('ns1.ams').id], head: 1 });
    await settled();
    expect(poll.answer).toBeNull();
    await o.clock.advance(30_000);
    await poll.done;
    expectNobodyWaits(poll);
  });

  test('does not miss a change, at whichever moment it falls', async () => {
    for (let moment = 0; moment < 30; moment += 1) {
      o = await TestOrchestrator.ready();
      const { id } = await o.submit();
      const host = o.host('ns1.ams');
      await host.poll(o.desk);
      const poll = waiting('ns1.ams');
      for (let passed = 0; passed < moment; passed += 1) await Promise.resolve();
      await o.command(id, 'abort');
      await settled();
      expect((await poll).answer?.assignment).toBeNull();
    }
  });

  test('of the same host may be held twice; both are answered', async () => {
    const polls = [await waiting('ns1.ams'), await waiting('ns1.ams', 1000)];
    await o.clock.advance(1000);
    expect(polls.map(({ answer }) => answer === null)).toEqual([true, false]);
    await o.submit();
    expect((await polls[0]!.done).assignment?.step).toBe('stage');
    expectNobodyWaits(...polls);
  });

  test('that nobody wakes finds the change at its end: signals are carried at most once', async () => {
    const poll = await waiting('ns1.ams');
    o.wakeups.lost = true;
    await o.submit();
    await o.clock.advance(30_000);
    expect((await poll.done).assignment?.step).toBe('stage');
  });
});

describe('a grant', () => {
  test('is withheld after a pause, and given again after it', async () => {
    const { id } = await grantedRollout(o);
    await o.command(id, 'pause');
    await o.host('ns1.ams').poll(o.desk);
    expect(o.host('ns1.ams').assignment?.step).toBe('stage');
    await o.command(id, 'resume');
    await o.host('ns1.ams').poll(o.desk);
    expect(o.host('ns1.ams').assignment?.step).toBe('apply');
  });

  test('is withheld while the line is stopped, and while the store is not safe', async () => {
    await grantedRollout(o);
    const canary = o.host('ns1.ams');
    await setLine(o.deps, o.engine, true, REX, 'smoke');
    await canary.poll(o.desk);
    expect(canary.assignment?.step).toBe('stage');
    await setLine(o.deps, o.engine, false, REX, 'gone');
    o.store.unsafe = ['appendfsync is "everysec"'];
    await o.guard.look();
    await canary.poll(o.desk);
    expect(canary.assignment?.step).toBe('stage');
    o.store.unsafe = [];
    await o.guard.look();
    await canary.poll(o.desk);
    expect(canary.assignment?.step).toBe('apply');
  });

  test.for<['a pause' | 'a line stop']>([['a pause'], ['a line stop']])(
    'is withheld from a poll that was waiting already when %s overtakes it',
    async ([what]) => {
      const { id } = await o.submit();
      for (const name of ['ns2.ams', 'ns3.ams', 'ns4.ams']) await o.host(name).live(o.desk);
      const canary = o.host('ns1.ams');
      await canary.poll(o.desk);
      const poll = await waiting('ns1.ams');
      // The grant is decided, and its signal is slow; the stop comes in between.
      o.wakeups.lost = true;
      canary.owe('ready');
      await o.desk.poll(canary.id, canary.request({ following: 'none' }), AbortSignal.abort());
      expect((await o.stored(id)).hosts[canary.id]?.state).toBe('applying');
      await (what === 'a pause' ? o.command(id, 'pause') : setLine(o.deps, o.engine, true, REX, 'smoke'));
      o.wakeups.lost = false;
      await o.wakeups.publish({ hosts: [canary.id], head: 1 });
      await settled();
      expect(poll.answer).toBeNull();
      await o.clock.advance(30_000);
      expect((await poll.done).assignment?.step).toBe('stage');
    },
  );

  test('is not taken away by a pause from a host that has taken it', async () => {
    const { id } = await grantedRollout(o);
    await o.host('ns1.ams').live(o.desk);
    await o.command(id, 'pause');
    await o.host('ns1.ams').poll(o.desk);
    expect(o.host('ns1.ams').assignment?.step).toBe('apply');
  });
});

describe('reports', () => {
  test('are acknowledged only after the commit; sent again they are taken in once', async () => {
    const { id } = await o.submit();
    const host = o.host('ns1.ams');
    await host.poll(o.desk);
    host.owe('ready');
    const before = (await o.types(id)).length;
    o.store.faults.repliesLost = 1;
    await expect(host.poll(o.desk)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(o.watch.sighting(host.id)?.acknowledged).toBe(0);
    await host.poll(o.desk);
    expect(host.acknowledged).toBe(1);
    expect((await o.types(id)).slice(before)).toEqual(['host.state']);
  });

  test('are not acknowledged by a store that is down, and are after it', async () => {
    await o.submit();
    const host = o.host('ns1.ams');
    await host.poll(o.desk);
    host.owe('ready');
    o.store.faults.down = true;
    await expect(host.poll(o.desk)).rejects.toMatchObject({ code: 'store_unavailable' });
    o.store.faults.down = false;
    await host.poll(o.desk, { reports: [] });
    expect(host.acknowledged).toBe(0);
    await host.poll(o.desk);
    expect(host.acknowledged).toBe(1);
  });

  test('are taken in by their numbers, in whatever order they are sent', async () => {
    const { id } = await grantedRollout(o);
    const host = o.host('ns1.ams');
    await host.poll(o.desk);
    for (const state of ['applying', 'verifying', 'soaking'] as const) host.owe(state);
    await host.poll(o.desk, { reports: host.owed.toReversed() });
    expect((await o.stored(id)).hosts[host.id]?.state).toBe('soaking');
    expect(host.acknowledged).toBe(4);
  });

  test('change only the row of the host that sends them', async () => {
    const { id } = await grantedRollout(o);
    const before = await o.stored(id);
    const stranger = o.host('ns2.ams');
    await stranger.poll(o.desk);
    // It claims to be in the state in which only the canary can be.
    stranger.owe('ready', { rollout: id, epoch: before.hosts[o.host('ns1.ams').id]!.epoch });
    stranger.owe('unhealthy');
    stranger.owe('confirmed');
    await stranger.poll(o.desk);
    const { hosts } = await o.stored(id);
    const { [stranger.id]: own, ...others } = hosts;
    const { [stranger.id]: ownBefore, ...othersBefore } = before.hosts;
    expect(others).toEqual(othersBefore);
    expect(own?.heard?.seq).not.toBe(ownBefore?.heard?.seq);
  });

  test('of a host that is in no rollout, or about one that it is not in, change nothing', async () => {
    const { id } = await o.submit({ targets: { hosts: ['ns1.ams'] } });
    const before = await o.stored(id);
    const stranger = o.host('ns2.ams');
    stranger.owe('failed', { rollout: id, epoch: 1 });
    await stranger.poll(o.desk);
    expect(stranger.acknowledged).toBe(1);
    expect(await o.stored(id)).toEqual(before);
  });

  test('about a rollout that is over are acknowledged and change nothing', async () => {
    const { id } = await haltedRollout(o);
    await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
    await o.command(id, 'abort');
    const before = await o.store.snapshot();
    const pages = o.pages.jobs.size;
    const late = o.host('ns2.ams');
    late.owe('failed', { rollout: id, epoch: 1 });
    await late.poll(o.desk);
    expect(late.owed).toEqual([]);
    expect((await o.store.snapshot()).head).toEqual(before.head);
    expect(o.pages.jobs.size).toBe(pages);
  });

  test('about a rollout that is over do not reach the one that has the host now', async () => {
    const old = await o.submit();
    await o.command(old.id, 'abort');
    const next = await o.submit();
    const host = o.host('ns1.ams');
    await host.poll(o.desk);
    host.owe('failed', { rollout: old.id, epoch: host.assignment!.epoch });
    await host.poll(o.desk);
    expect((await o.stored(next.id)).state).toBe('preflighting');
    expect(host.acknowledged).toBe(1);
  });

  test('stay acknowledged when a poll brings none', async () => {
    await grantedRollout(o);
    await o.host('ns1.ams').poll(o.desk);
    expect(o.host('ns1.ams').acknowledged).toBe(1);
  });

  test('of another journal are counted anew: the first of it is news', async () => {
    const { id } = await grantedRollout(o);
    const host = o.host('ns1.ams');
    await host.live(o.desk);
    expect(host.acknowledged).toBe(2);
    host.loseDisk('00000000-0000-4000-8000-000000000002');
    await host.poll(o.desk);
    expect(host.acknowledged).toBe(0);
    host.owe('failed');
    await host.poll(o.desk);
    expect(host.acknowledged).toBe(1);
    expect((await o.stored(id)).state).toBe('halted');
  });
});

test('an agent is answered from what is stored, by whichever orchestrator it asks', async () => {
  await grantedRollout(o);
  const other = new TestOrchestrator([], o);
  const host = o.host('ns1.ams');
  await host.poll(other.desk);
  // The other one has not read the store's settings yet: it grants nothing.
  expect(revisionOf(host.assignment)).toMatch('stage');
  await other.guard.look();
  await host.poll(other.desk);
  expect(revisionOf(host.assignment)).toMatch('apply');
});

test('the content of a bundle is served, and what does not exist is not found', async () => {
  const { digest, manifest, files } = contentOf({ 'all/named.conf': 'größer\n' });
  await o.store.putBundle(digest, manifest, files);
  expect(await o.desk.manifest(digest)).toEqual(manifest);
  expect(Buffer.from(await o.desk.file(sha256('größer\n'))).toString()).toBe('größer\n');
  await expect(o.desk.manifest(sha256('x'))).rejects.toMatchObject({ code: 'bundle_unknown' });
  await expect(o.desk.file(sha256('x'))).rejects.toMatchObject({ code: 'not_found' });
});

/** The canary ns1.ams soaks, and some other host is to ask it. */
async function soaking(): Promise<{ id: Rollout['id']; point: SimulatedHost }> {
  o = await TestOrchestrator.ready(['ns1.ams', 'ns2.ams', 'ns1.fra', 'ns2.fra']);
  const { id } = await o.submit();
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'verifying');
  return { id, point: o.host('ns1.fra') };
}

describe('a host that is to ask another one', () => {
  test('is called as soon as there is somebody to ask, and again when there is not', async () => {
    const { id, point } = await soaking();
    const poll = await waiting(point.id);
    await o.host('ns1.ams').live(o.desk);
    const { vantage } = await poll.done;
    expect(vantage).toMatchObject([{ target: 'ns1.ams', address: '192.0.2.1', port: 53 }]);
    point.vantage = vantage;
    const next = await waiting(point.id);
    expect(next.answer).toBeNull();
    await o.command(id, 'abort');
    expect((await next.done).vantage).toEqual([]);
    expectNobodyWaits(poll, next);
  });

  test('halts the rollout at once by what it finds, and its own row stays as it was', async () => {
    const { id, point } = await soaking();
    await o.host('ns1.ams').live(o.desk);
    await point.poll(o.desk);
    point.finds = fail('wrong_rcode', 'a.example SOA over udp answered REFUSED, expected NOERROR');
    const before = (await o.stored(id)).hosts[point.id];
    await point.poll(o.desk);
    const { state, verdict, hosts } = await o.stored(id);
    expect({ state, code: verdict.code, host: verdict.host }).toEqual({
      state: 'halted',
      code: 'vantage_failed',
      host: 'ns1.ams',
    });
    expect(hosts[point.id]).toEqual(before);
    await o.host('ns1.ams').poll(o.desk);
    expect(o.host('ns1.ams').assignment?.step).toBe('revert');
  });

  test('says the same thing again without a write', async () => {
    const { id, point } = await soaking();
    await o.host('ns1.ams').live(o.desk);
    for (let poll = 0; poll < 3; poll += 1) await point.poll(o.desk);
    const { length } = await o.events(id);
    for (let poll = 0; poll < 5; poll += 1) await point.poll(o.desk);
    expect(await o.events(id)).toHaveLength(length);
  });

  test('is believed by another orchestrator too, once that one has heard of it', async () => {
    const { id, point } = await soaking();
    await o.host('ns1.ams').live(o.desk);
    for (let poll = 0; poll < 2; poll += 1) await point.poll(o.desk);
    await o.watch.exchange();
    const other = new TestOrchestrator([], o);
    await other.guard.look();
    await other.watch.exchange();
    expect([...other.watch.words()]).toEqual([...o.watch.words()]);
    expect(other.watch.words().get(point.id)).toMatchObject([
      { target: 'ns1.ams', verdict: { verdict: 'pass' } },
    ]);
    expect((await o.stored(id)).state).toBe('running');
  });
});
