import { bundleDigest, fail, manifestOf, sha256 } from '@breakwater/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import { GENESIS } from '../adapters/store/interface.ts';
import { grantedRollout, REX, submissionOf, SUE, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { chain } from './chain.ts';
import { setLine } from './line-control.ts';
import { createOperations } from './operations.ts';
import { previewPlan } from './planning.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

const FILES = { 'all/named.conf': 'options { recursion no; };\n' };
const DIGEST = bundleDigest(manifestOf(FILES));
const key = (body: string, name = 'key') => ({ key: name, request: sha256(body) });

describe('a submission', () => {
  test('becomes a rollout that owns its hosts, has its bundle, and has begun', async () => {
    const rollout = await o.submit({ bundle: { files: FILES }, ticket: 'NET-1' });
    expect(rollout).toMatchObject({ id: 'r-1', state: 'preflighting', bundle: DIGEST, submittedBy: 'sue' });
    expect([...(await o.store.snapshot()).claims.values()]).toEqual(Array(4).fill('r-1'));
    expect(await o.store.manifest(DIGEST)).toEqual(manifestOf(FILES));
    const [first] = await o.events('r-1' as typeof rollout.id);
    expect(first).toMatchObject({ type: 'rollout.submitted', by: 'sue', reason: 'a test', hosts: 4 });
    expect(o.waves.jobs).toHaveLength(1);
  });

  test('is for hosts that are staged by an epoch which none has seen', async () => {
    await o.submit({ targets: { hosts: ['ns1.ams'] } });
    const { seq } = (await o.store.snapshot()).head;
    const second = await o.submit({ targets: { hosts: ['ns2.ams'] } });
    expect(second.id).toBe(`r-${seq + 1}`);
    expect(Object.values(second.hosts).map(({ epoch }) => epoch)).toEqual([seq + 1]);
  });

  test('may name a bundle that is stored', async () => {
    const first = await o.submit({ bundle: { files: FILES }, targets: { hosts: ['ns1.ams'] } });
    const again = await o.submit({ bundle: { digest: DIGEST }, targets: { hosts: ['ns2.ams'] } });
    expect(again.bundle).toBe(first.bundle);
  });

  test('is decided anew when somebody else wrote first, and takes the id that is free then', async () => {
    o.store.faults.rivals.push(({ head, line }) => {
      const events = chain(head, [{ type: 'line.started', by: REX.name, reason: 'x' }], 0);
      return { expected: head, events, line };
    });
    expect((await o.submit()).id).toBe('r-2');
  });

  test('sees what the winner of a race wrote: the line is stopped now', async () => {
    o.store.faults.rivals.push(({ head, line }) => {
      const events = chain(head, [{ type: 'line.stopped', by: REX.name, reason: 'smoke' }], 0);
      return { expected: head, events, line: { ...line, stopped: true, reason: 'smoke' } };
    });
    await expect(o.submit()).rejects.toMatchObject({ code: 'line_stopped' });
    expect((await o.store.snapshot()).live.size).toBe(0);
  });
});

describe('a refused submission stores nothing, no bundle either:', () => {
  const cases: [string, Record<string, unknown>, string, (() => Promise<unknown>)?][] = [
    ['no such host', { targets: { hosts: ['ns9.ams'] } }, 'target_unknown'],
    ['too many hosts', { expect: { maxHosts: 3 } }, 'more_hosts_than_expected'],
    ['several faults', { targets: { hosts: ['a', 'b'] }, expect: { maxHosts: 1 } }, 'target_unknown'],
    ['another plan', { planDigest: sha256('x') }, 'plan_changed'],
    ['the line is stopped', {}, 'line_stopped', () => setLine(o.deps, o.engine, true, REX, 'smoke')],
    ['an overlap', {}, 'rollout_overlap', () => o.submit({ targets: { hosts: ['ns3.ams'] } })],
    [
      'an unsafe store',
      {},
      'store_unsafe',
      () => {
        o.store.unsafe = ['appendfsync is "everysec"'];
        return o.guard.look();
      },
    ],
  ];
  test.for(cases)('%s', async ([, change, code, prepare]) => {
    await prepare?.();
    const before = await o.store.snapshot();
    const asked = o.submit({ bundle: { files: FILES }, ...change }, key('body'));
    await expect(asked).rejects.toMatchObject({ code });
    expect(await o.store.snapshot()).toEqual(before);
    expect(await o.store.manifest(DIGEST)).toBeNull();
    expect(await o.store.idempotent('key')).toBeNull();
  });

  test('a bundle that is not stored', async () => {
    const asked = o.submit({ bundle: { digest: DIGEST } }, key('body'));
    await expect(asked).rejects.toMatchObject({ code: 'bundle_unknown' });
    expect((await o.store.snapshot()).head).toEqual(GENESIS);
  });
});

describe('overlap', () => {
  test('is refused with the ids of the rollouts in the way, and the hosts that they have', async () => {
    await o.submit({ targets: { hosts: ['ns1.ams', 'ns2.ams'] } });
    const second = await o.submit({ targets: { hosts: ['ns3.ams'] } });
    const asked = o.submit();
    await expect(asked).rejects.toMatchObject({
      code: 'rollout_overlap',
      faults: [
        { path: '/targets', message: 'rollout r-1 has 2 of these hosts (ns1.ams, ns2.ams)' },
        { path: '/targets', message: `rollout ${second.id} has 1 of these hosts (ns3.ams)` },
      ],
    });
  });

  test('ends with the rollout in the way', async () => {
    const first = await o.submit();
    await o.command(first.id, 'abort');
    expect((await o.submit()).state).toBe('preflighting');
  });

  test('does not end while a host of an aborted rollout is still on its way back', async () => {
    const { id } = await grantedRollout(o);
    await o.host('ns1.ams').live(o.desk);
    await o.command(id, 'abort');
    await expect(o.submit()).rejects.toMatchObject({ code: 'rollout_overlap' });
    await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
    expect((await o.submit()).state).toBe('preflighting');
  });

  test('of two submissions at the same moment to two orchestrators lets one through', async () => {
    const other = new TestOrchestrator([], o);
    await other.guard.look();
    const results = await Promise.allSettled([o.submit(), other.submit()]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await o.store.snapshot()).live.size).toBe(1);
  });
});

describe('an idempotency key', () => {
  test('with the same body gives the same rollout, also when it has gone on or ended', async () => {
    const { id } = await o.submit({}, key('body'));
    expect((await o.submit({}, key('body'))).id).toBe(id);
    await o.command(id, 'abort');
    const { head } = await o.store.snapshot();
    expect(await o.submit({}, key('body'))).toMatchObject({ id, state: 'aborted' });
    expect((await o.store.snapshot()).head).toEqual(head);
  });

  test('with another body gives an error and stores nothing', async () => {
    const { id } = await o.submit({ targets: { hosts: ['ns1.ams'] } }, key('body'));
    const { head } = await o.store.snapshot();
    const change = { bundle: { files: FILES }, targets: { hosts: ['ns2.ams'] } };
    const asked = o.submit(change, key('other body'));
    await expect(asked).rejects.toMatchObject({ code: 'idempotency_conflict' });
    await expect(asked).rejects.toThrow(id);
    expect((await o.store.snapshot()).head).toEqual(head);
    expect(await o.store.manifest(DIGEST)).toBeNull();
  });

  test('makes it safe to ask again when the answer was lost; the rollout begins then', async () => {
    o.store.faults.repliesLost = 1;
    await expect(o.submit({}, key('body'))).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await o.store.snapshot()).live.size).toBe(1);
    expect(await o.submit({}, key('body'))).toMatchObject({ id: 'r-1', state: 'preflighting' });
    expect((await o.types()).filter((type) => type === 'rollout.submitted')).toHaveLength(1);
  });

  test('that two orchestrators are given at the same moment makes one rollout', async () => {
    const other = new TestOrchestrator([], o);
    await other.guard.look();
    const [mine, theirs] = await Promise.all([o.submit({}, key('body')), other.submit({}, key('body'))]);
    expect(mine.id).toBe(theirs.id);
  });

  test('belongs to its request: other keys are other requests', async () => {
    await o.submit({ targets: { hosts: ['ns1.ams'] } }, key('body', 'a'));
    await expect(o.submit({ targets: { hosts: ['ns1.ams'] } }, key('body', 'b'))).rejects.toMatchObject({
      code: 'rollout_overlap',
    });
  });
});

describe('a plan', () => {
  const preview = (change: Record<string, unknown> = {}) =>
    previewPlan(o.deps, o.engine, submissionOf({ bundle: { files: FILES }, ...change }));

  test('shows what a submission would do, and stores nothing', async () => {
    const planned = await preview();
    expect(planned).toMatchObject({ bundle: DIGEST, warnings: [] });
    expect(planned.waves.flatMap(({ hosts }) => hosts).toSorted()).toEqual([...o.hosts.keys()]);
    expect((await o.store.snapshot()).head).toEqual(GENESIS);
    expect(await o.store.manifest(DIGEST)).toBeNull();
  });

  test('compares with what is confirmed on each host, or else with what is live there', async () => {
    const { digest } = await createOperations(o.deps, o.engine, async () => []).storeBundle({
      'all/named.conf': 'old\n',
    });
    const [first, second] = [o.host('ns1.ams'), o.host('ns2.ams')];
    await first.poll(o.desk, { status: { ...first.status, generation: DIGEST, lastKnownGood: digest } });
    await second.poll(o.desk, { status: { ...second.status, generation: digest } });
    expect((await preview()).diff).toMatchObject([
      { hosts: ['ns1.ams', 'ns2.ams'], from: digest, files: [{ path: 'named.conf', change: 'changed' }] },
      { hosts: ['ns3.ams', 'ns4.ams'], from: null, known: false },
    ]);
  });

  test('may be held to: its digest is taken while the fleet still gives it, and refused afterwards', async () => {
    const { planDigest } = await preview();
    // The first canary turns unhealthy, so another host would be taken.
    const canary = o.host('ns1.ams');
    canary.health = fail('wrong_answer', 'no');
    await canary.poll(o.desk);
    await expect(o.submit({ bundle: { files: FILES }, planDigest })).rejects.toMatchObject({
      code: 'plan_changed',
    });
    expect((await preview()).planDigest).not.toBe(planDigest);
    canary.health = { verdict: 'pass', code: 'answers', reason: 'again' };
    await canary.poll(o.desk);
    expect((await o.submit({ bundle: { files: FILES }, planDigest })).state).toBe('preflighting');
  });

  test('names what is in the way instead of refusing', async () => {
    await o.submit({ targets: { hosts: ['ns2.ams'] } });
    expect((await preview()).warnings).toContain(
      'rollout r-1 has 1 of these hosts (ns2.ams); it must end first',
    );
  });

  test('is refused with every fault, and when its bundle is not stored', async () => {
    const bad = preview({ targets: { hosts: ['ns8.ams', 'ns9.ams'] } });
    await expect(bad).rejects.toMatchObject({ code: 'target_unknown' });
    const { faults } = (await bad.catch((error: unknown) => error)) as { faults: { path: string }[] };
    expect(faults.map(({ path }) => path)).toEqual(['/targets/hosts/0', '/targets/hosts/1']);
    await expect(preview({ bundle: { digest: DIGEST } })).rejects.toMatchObject({ code: 'bundle_unknown' });
  });
});

test('a submitter is who the call says, and a rollout is approved by another', async () => {
  const { id } = await o.submit({ strategy: { approval: { before: ['canary'] } } });
  for (const host of o.hosts.values()) await host.live(o.desk);
  expect((await o.stored(id)).state).toBe('awaitingApproval');
  const command = { verb: 'approve' as const, by: SUE.name, reason: 'x', host: null };
  await expect(o.engine.decide(id, { type: 'command', command })).rejects.toMatchObject({
    code: 'own_approval',
  });
  expect((await o.command(id, 'approve')).state).toBe('running');
});

test('the same key at two orchestrators at the same moment is one rollout, whoever is first by however little', async () => {
  for (let steps = 0; steps < 40; steps += 1) {
    const here = await TestOrchestrator.ready();
    const there = new TestOrchestrator([], here);
    await Promise.all([there.guard.look(), there.trust.look()]);
    const first = here.submit({}, key('body'));
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    const [one, other] = await Promise.all([first, there.submit({}, key('body'))]);
    expect(other.id).toBe(one.id);
  }
});
