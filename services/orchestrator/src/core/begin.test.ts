import type { HostId, OperatorName, RolloutId } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
const OTHER = 'r-0' as RolloutId;
const by = 'ada' as OperatorName;

function drive(change: Record<string, unknown> = {}): Drive {
  const fleet = evenFleet(['ams'], 4);
  return new Drive(rolloutOver(fleet, { strategy: SOAKS, whenBusy: 'queue', ...change }), fleet);
}
const waits = (run: Drive): unknown[] => run.events.filter(({ type }) => type === 'rollout.waiting');

describe('a queued rollout', () => {
  test('waits for the owner of any of its hosts, says for whom once, and begins when it is gone', () => {
    const run = drive();
    run.owners.set('ns3.ams' as HostId, OTHER);
    run.look().look(5000);
    expect(run.rollout).toMatchObject({ state: 'planned', verdict: { code: 'queued' } });
    expect(run.rollout.verdict.reason).toContain(OTHER);
    expect(waits(run)).toHaveLength(1);
    expect(run.nextLookAt).toBe(6000);
    run.owners.clear();
    expect(run.look().rollout.state).toBe('preflighting');
  });

  test('leaves nobody out before its turn: a canary that is drained meanwhile does not halt it', () => {
    const run = drive();
    run.owners.set('ns3.ams' as HostId, OTHER);
    run.orders.set('ns1.ams' as HostId, { kind: 'drained', by, reason: 'new disk', since: 0 });
    expect(run.look().say('pause')).toBeNull();
    expect(run.look().rollout.state).toBe('paused');
    expect(run.say('resume')).toBeNull();
    expect(run.rollout).toMatchObject({ state: 'planned', verdict: { code: 'queued' } });
    run.owners.clear();
    expect(run.look().rollout).toMatchObject({ state: 'halted', verdict: { code: 'canary_gone' } });
  });

  test('is paused and aborted while it waits', () => {
    const run = drive();
    run.owners.set('ns3.ams' as HostId, OTHER);
    expect(run.look().say('pause')).toBeNull();
    expect(run.say('resume')).toBeNull();
    expect(run.rollout).toMatchObject({ state: 'planned', verdict: { code: 'queued' } });
    expect(run.say('abort')).toBeNull();
    expect(run.rollout.state).toBe('aborted');
  });
});

describe('a rollout whose canary is drained before it begins', () => {
  const drain = (run: Drive): void =>
    void run.orders.set('ns1.ams' as HostId, { kind: 'drained', by, reason: 'new disk', since: 0 });

  test('does not halt for that while a freeze keeps it from beginning', () => {
    const run = drive();
    [run.frozen, run.thawsAt] = ['frozen: year end', 50_000];
    drain(run);
    expect(run.look().rollout).toMatchObject({ state: 'planned', verdict: { code: 'frozen' } });
    run.orders.clear();
    run.frozen = null;
    expect(run.look().rollout.state).toBe('preflighting');
  });

  test('ends at once when it begins, if it rolls back by itself', () => {
    const run = drive({ strategy: { ...SOAKS, onFailure: 'rollback' } });
    drain(run);
    expect(run.look().rollout.state).toBe('rolledBack');
  });
});

describe('a freeze', () => {
  test('keeps an ordinary rollout from beginning until it ends', () => {
    const run = drive();
    [run.frozen, run.thawsAt] = ['frozen: year end', 50_000];
    run.look();
    expect(run.rollout).toMatchObject({ state: 'planned', verdict: { code: 'frozen' } });
    expect(run.nextLookAt).toBe(50_000);
    run.frozen = null;
    expect(run.look().rollout.state).toBe('preflighting');
  });

  test('lets what is in flight finish, and begins no further wave', () => {
    const run = drive().preflight();
    run.frozen = 'frozen: year end';
    run.pass('ns1.ams', 1000).look();
    expect(run.row('ns1.ams').state).toBe('confirmed');
    expect(run.rollout).toMatchObject({ state: 'running', verdict: { code: 'frozen' } });
    expect(run.rollout.waves[1]?.startedAt).toBeNull();
  });

  test('an emergency does not heed it', () => {
    const run = drive();
    run.rollout = { ...run.rollout, emergency: { incident: 'INC-1', expiresAt: 9e9 } };
    run.frozen = 'frozen: year end';
    expect(run.look().rollout.state).toBe('preflighting');
  });
});

describe('a stopped line', () => {
  test('is not held against a wave, and a paused rollout does not count it twice', () => {
    const run = drive({ strategy: { ...SOAKS, progressDeadline: '10m' } }).preflight();
    run.pass('ns1.ams', 1000);
    run.blocked = 'the line is stopped';
    run.wait(0).wait(3_000_000);
    expect(run.rollout.state).toBe('running');
    expect(run.say('pause')).toBeNull();
    run.wait(1_000_000);
    run.blocked = null;
    expect(run.say('resume')).toBeNull();
    expect(
      run.rollout.waves.find(({ startedAt, state }) => startedAt !== null && state === 'running'),
    ).toMatchObject({
      held: null,
      pausedMs: 4_000_000,
    });
    const held = run.events.filter(({ type }) => type === 'wave.held');
    expect(held).toMatchObject([{ reason: 'the line is stopped' }, { reason: null }]);
  });
});
