import type { RolloutId } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { GENESIS } from '../adapters/store/interface.ts';
import { stepOf } from '../core/assignment.ts';
import { type Rollout, rowOf } from '../core/rollout.ts';
import { SUE, submissionOf, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { verifyChain } from './chain.ts';
import { previewPlan } from './planning.ts';

const EMERGENCY = { incident: 'INC-7', expires: '1h' };

const urgent = (overtakes: readonly string[] = [], more: object = {}): Record<string, unknown> => ({
  title: 'a fix',
  emergency: { ...EMERGENCY, overtakes },
  ...more,
});

const SHORT = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };

const states = (rollout: Rollout): Record<string, string> =>
  Object.fromEntries(Object.values(rollout.hosts).map(({ id, state }) => [id, state]));

/** A rollout whose canary, ns1.ams, soaks. */
async function soaking(o: TestOrchestrator): Promise<Rollout> {
  const { id } = await o.submit();
  return o.until(id, (rollout) => states(rollout)['ns1.ams'] === 'soaking');
}

async function said(o: TestOrchestrator, id: RolloutId): Promise<string[]> {
  return (await o.events(id)).map((event) => {
    if (event.type === 'rollout.state') return `${event.from} -> ${event.to}`;
    if (event.type === 'page.queued') return `page ${event.page.code} ${event.page.severity}`;
    return event.type;
  });
}

describe('an emergency rollout', () => {
  test('changes nothing before a second person has approved it, is paged twice, and is staged', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit(urgent());
    expect((await o.store.outbox()).map((page) => [page.code, page.severity, page.dedupKey])).toEqual([
      ['emergency_submitted', 'critical', `${id}/emergency/submitted`],
    ]);
    const waiting = await o.until(id, ({ state }) => state === 'awaitingApproval');
    expect(new Set(Object.values(states(waiting)))).toEqual(new Set(['ready']));
    const own = { verb: 'approve' as const, by: SUE.name, reason: 'it is mine', host: null };
    await expect(o.engine.decide(id, { type: 'command', command: own })).rejects.toMatchObject({
      code: 'own_approval',
    });
    const started = await o.command(id, 'approve');
    expect(started.waves.map(({ kind, state }) => `${kind} ${state}`).slice(0, 2)).toEqual([
      'canary running',
      'datacenter pending',
    ]);
    // That a second person was wanted is taken back by the approval.
    expect((await o.store.outbox()).map(({ code, status }) => `${code} ${status}`).toSorted()).toEqual([
      'emergency_started firing',
      'emergency_submitted firing',
      'emergency_submitted resolved',
    ]);
    const counted = [...(await o.store.tallies())].filter(([name]) => name.startsWith('emergencies'));
    expect(counted).toEqual([
      ['emergencies submitted', 1],
      ['emergencies started', 1],
    ]);
    expect(await o.until(id, ({ state }) => state === 'succeeded')).toMatchObject({ state: 'succeeded' });
  });

  test('its own pages are not taken for the page of a halt', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit(urgent());
    await o.deliver();
    expect(await o.stored(id)).toMatchObject({ pagedAt: null });
    expect(await o.store.outbox()).toEqual([]);
    o.host('ns1.ams').breaks = true;
    await o.until(id, ({ state }) => state === 'awaitingApproval');
    await o.command(id, 'approve');
    const halted = await o.until(id, ({ state }) => state === 'halted');
    await o.deliver();
    expect((await o.stored(id)).pagedAt).toBeGreaterThanOrEqual(halted.haltedAt ?? Infinity);
  });

  test('halts and pages when it expires while nobody approves it, and is not taken up again', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit(urgent([], { emergency: { incident: 'INC-7', expires: '1m' } }));
    const halted = await o.until(id, ({ state }) => state === 'halted');
    expect(halted).toMatchObject({ verdict: { code: 'emergency_expired' }, pages: 1 });
    expect((halted.haltedAt ?? 0) - halted.createdAt).toBeLessThanOrEqual(61_000);
    await expect(o.command(id, 'resume')).rejects.toMatchObject({ code: 'emergency_expired' });
    expect(await o.command(id, 'abort')).toMatchObject({ state: 'aborted' });
  });

  test('may not be submitted while the line is stopped', async () => {
    const o = await TestOrchestrator.ready();
    const { head, line } = await o.store.snapshot();
    const stopped = { ...line, stopped: true, reason: 'smoke' };
    const event = {
      type: 'line.stopped' as const,
      by: SUE.name,
      reason: 'smoke',
      seq: 1,
      at: 0,
      prev: head.hash,
      hash: 'x',
    };
    await o.store.commit({ expected: head, events: [event], line: stopped });
    await expect(o.submit(urgent())).rejects.toMatchObject({ code: 'line_stopped' });
  });
});

describe('overtaking', () => {
  test('is never done unasked, and the refusal says how', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await soaking(o);
    const before = await o.events();
    const message: unknown = expect.stringContaining(`name ${id} in emergency.overtakes`);
    await expect(o.submit(urgent())).rejects.toMatchObject({ code: 'rollout_overlap', message });
    expect(await o.events()).toEqual(before);
  });

  test('pauses the other rollout and calls its hosts back in the write that submits the emergency', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await soaking(o);
    const head = (await o.events()).length;
    const { id: emergency } = await o.submit(urgent([id]));
    const log = (await o.events()).slice(head);
    const at = log[0]?.at;
    expect(
      log
        .filter((event) => event.at === at)
        .map(({ type }) => type)
        .slice(0, 4),
    ).toEqual(['rollout.submitted', 'page.queued', 'rollout.command', 'rollout.state']);
    expect(log).toContainEqual(
      expect.objectContaining({
        type: 'rollout.command',
        rollout: id,
        verb: 'pause',
        by: 'sue',
        reason: `overtaken by ${emergency} (incident INC-7)`,
      }),
    );
    const other = await o.stored(id);
    expect(other).toMatchObject({ state: 'paused' });
    expect(states(other)).toEqual({
      'ns1.ams': 'reverting',
      'ns2.ams': 'skipped',
      'ns3.ams': 'skipped',
      'ns4.ams': 'skipped',
    });
    expect(Object.values(other.hosts).map(({ released }) => released)).toEqual(Array(4).fill(emergency));
    verifyChain(await o.events(), GENESIS);
  });

  test('the emergency waits until a host that was called back is home, then has it alone', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await soaking(o);
    const { id: emergency } = await o.submit(urgent([id]));
    await o.command(id, 'pause');
    const { claims } = await o.store.snapshot();
    expect([claims.get(o.host('ns1.ams').id), claims.get(o.host('ns2.ams').id)]).toEqual([id, emergency]);
    const waiting = await o.until(emergency, ({ state }) => state === 'awaitingApproval');
    expect(rowOf(await o.stored(id), o.host('ns1.ams').id).state).toBe('skipped');
    expect(stepOf(waiting, rowOf(waiting, o.host('ns1.ams').id), null)).toBe('stage');
    await o.command(emergency, 'approve');
    await o.until(emergency, ({ state }) => state === 'succeeded');
    expect(await said(o, id)).toContain('rollout.overtaken');
  });

  test('whose canary was taken never goes on: it is rolled back or aborted', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await soaking(o);
    const { id: emergency } = await o.submit(urgent([id], { targets: { hosts: ['ns1.ams'] } }));
    await o.until(emergency, ({ state }) => state === 'awaitingApproval');
    await expect(o.command(id, 'resume')).rejects.toMatchObject({ code: 'canary_unproven' });
    await expect(o.command(id, 'retry', 'ns2.ams')).rejects.toMatchObject({ code: 'canary_unproven' });
    await expect(o.command(id, 'retry', 'ns1.ams')).rejects.toMatchObject({ code: 'superseded' });
    expect(await o.command(id, 'rollback')).toMatchObject({ state: 'rolledBack' });
  });

  test('one whose canary has passed goes on with the hosts that are left, and rolls only those back', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit();
    await o.until(id, (rollout) => states(rollout)['ns2.ams'] === 'confirmed');
    const { id: emergency } = await o.submit(urgent([id], { targets: { hosts: ['ns2.ams', 'ns4.ams'] } }));
    const given = await o.stored(id);
    expect(states(given)).toMatchObject({
      'ns1.ams': 'confirmed',
      'ns2.ams': 'skipped',
      'ns4.ams': 'skipped',
    });
    await o.until(emergency, ({ state }) => state === 'awaitingApproval');
    await o.command(emergency, 'approve');
    await o.until(emergency, ({ state }) => state === 'succeeded');
    await o.command(id, 'resume');
    await o.until(id, ({ state }) => state === 'succeeded');
    await o.command(id, 'rollback');
    const back = await o.until(id, ({ state }) => state === 'rolledBack');
    expect(states(back)).toEqual({
      'ns1.ams': 'reverted',
      'ns2.ams': 'skipped',
      'ns3.ams': 'reverted',
      'ns4.ams': 'skipped',
    });
    expect(o.host('ns2.ams').phase).toBe('confirmed');
  });

  test('an emergency does not overtake another one', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit(urgent());
    const message: unknown = expect.stringContaining('it is an emergency itself');
    await expect(o.submit(urgent([id]))).rejects.toMatchObject({ code: 'rollout_overlap', message });
  });

  test('a halted rollout stays halted, and a lost host stays its own until a person has looked', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit({ strategy: { ...SHORT, applyDeadline: '20s' } });
    await o.until(id, (rollout) => states(rollout)['ns1.ams'] === 'soaking');
    const silent = o.host('ns1.ams');
    o.hosts.delete('ns1.ams');
    await o.until(id, ({ state }) => state === 'halted');
    const lost = await o.until(id, (rollout) => states(rollout)['ns1.ams'] === 'lost');
    const { id: emergency } = await o.submit(urgent([id]));
    expect(await o.stored(id)).toMatchObject({ state: 'halted', verdict: lost.verdict });
    expect((await o.store.snapshot()).claims.get(silent.id)).toBe(id);
    await o.command(id, 'skip', 'ns1.ams');
    expect((await o.store.snapshot()).claims.get(silent.id)).toBe(emergency);
  });

  test('the same request under the same key overtakes once', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await soaking(o);
    const idempotency = { key: 'k', request: 'b'.repeat(64) as never };
    const first = await o.submit(urgent([id]), idempotency);
    const log = await o.events(id);
    expect((await o.submit(urgent([id]), idempotency)).id).toBe(first.id);
    expect(await o.events(id)).toEqual(log);
  });

  test('a lost reply and another writer make it neither half nor twice', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await soaking(o);
    o.store.faults.repliesLost = 1;
    await expect(o.submit(urgent([id]))).rejects.toMatchObject({ code: 'store_unavailable' });
    const [newest] = (await o.store.rollouts(1, null)).items;
    const rows = Object.values((await o.stored(id)).hosts);
    const releases = new Set(rows.map(({ released }) => released));
    expect([...releases]).toEqual([newest?.id]);
    expect((await o.types(id)).filter((type) => type === 'rollout.overtaken')).toHaveLength(1);
  });

  test('the plan says whom it pauses, what a revert leads back to, and who has to approve', async () => {
    const o = await TestOrchestrator.ready();
    const { id } = await o.submit();
    await o.until(id, (rollout) => states(rollout)['ns1.ams'] === 'confirmed');
    const { warnings } = await previewPlan(o.deps, o.engine, submissionOf(urgent([id])));
    expect(warnings.slice(0, 3)).toEqual([
      'another person has to approve the canary of an emergency',
      `${id} is running: it is paused, and gives 4 hosts up (ns1.ams, ns2.ams, ns3.ams, ns4.ams)`,
      `going back leads these hosts to the change of ${id}, which they keep, and not to what was before: ns1.ams`,
    ]);
    const [unasked] = (await previewPlan(o.deps, o.engine, submissionOf(urgent()))).warnings;
    expect(unasked).toContain(`name ${id} in emergency.overtakes`);
  });
});
