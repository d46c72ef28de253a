import type { HostId, OperatorName } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver, withAvailability } from './testing/fleet.ts';

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
const canary = 'ns1.ams';

function drive(strategy: Record<string, unknown> = {}): Drive {
  const fleet = evenFleet(['ams', 'fra'], 5);
  return new Drive(rolloutOver(fleet, { strategy: { ...SOAKS, ...strategy } }), fleet);
}

function order(run: Drive, id: string, kind: 'drained' | 'removed'): Drive {
  run.orders.set(id as HostId, { kind, by: 'ada' as OperatorName, reason: 'new disk', since: 0 });
  const host = run.fleet.get(id as HostId);
  if (host && kind === 'drained') run.fleet.set(host.id, { ...host, drained: true });
  else run.fleet.delete(id as HostId);
  return run.look();
}

describe('a host that is drained or removed while a rollout lasts', () => {
  test.each(['drained', 'removed'] as const)(
    '%s before its turn it is left out, and the rest goes on',
    (kind) => {
      const run = order(drive({ maxUnavailable: 2 }).preflight(), 'ns5.fra', kind);
      expect(run.row('ns5.fra')).toMatchObject({ state: 'skipped', verdict: { code: `skipped_${kind}` } });
      expect(run.succeedUntil('succeeded').rollout.state).toBe('succeeded');
    },
  );

  test('in flight it goes on, and is confirmed', () => {
    const run = order(drive().preflight(), canary, 'drained');
    expect(run.row(canary).state).toBe('applying');
    expect(run.pass(canary, 1000).row(canary).state).toBe('confirmed');
  });

  test('a drained host is not retried', () => {
    const run = order(drive().preflight(), 'ns5.fra', 'drained');
    expect(run.say('retry', 'ns5.fra')).toMatchObject({ code: 'host_drained' });
  });

  test('one that is in the fleet’s file no more, and that nobody removed, is waited for', () => {
    const run = drive().preflight();
    run.fleet.delete('ns5.fra' as HostId);
    expect(run.look().row('ns5.fra').state).toBe('ready');
  });

  test('a catch-up whose host is drained ends without a page', () => {
    const fleet = evenFleet(['ams'], 4);
    const rollout = rolloutOver(fleet, { targets: { hosts: ['ns2.ams'] } });
    const run = new Drive({ ...rollout, catchUpOf: rollout.id }, fleet).look();
    order(run, 'ns2.ams', 'drained');
    expect(run.rollout).toMatchObject({ state: 'aborted', pages: 0, verdict: { code: 'skipped_drained' } });
  });
});

describe('a host that cannot be heard when its wave comes', () => {
  const late = 'ns2.ams';
  function gone(strategy: Record<string, unknown> = {}): Drive {
    const run = drive(strategy).preflight();
    run.fleet = withAvailability(run.fleet, late, 'unknown');
    run.pass(canary, 1000);
    return run;
  }
  /** Everybody but the silent host is heard. */
  function pass(run: Drive, ms: number): Drive {
    run.now += ms;
    for (const [id, one] of run.fleet) if (id !== late) run.fleet.set(id, { ...one, heardAt: run.now });
    return run.look();
  }

  test('is waited for, and named when the wave is late', () => {
    const run = pass(gone(), 3_700_000);
    expect(run.rollout.verdict).toMatchObject({ code: 'progress_deadline' });
    expect(run.rollout.verdict.reason).toContain(`${late} is unknown`);
  });

  test('is left out after applyDeadline where the strategy says so', () => {
    const run = pass(gone({ unreachable: 'skip' }), 299_000);
    expect(run.row(late).state).toBe('ready');
    pass(run, 2000);
    expect(run.row(late)).toMatchObject({ state: 'skipped', verdict: { code: 'skipped_unreachable' } });
  });

  test('time for which the line was stopped is not counted', () => {
    const run = gone({ unreachable: 'skip' });
    run.blocked = 'the line is stopped';
    pass(run, 0);
    pass(run, 600_000);
    run.blocked = null;
    expect(pass(run, 299_000).row(late).state).toBe('ready');
  });

  test('a canary is never left out for it', () => {
    const run = drive({ unreachable: 'skip' });
    run.look();
    run.fleet = withAvailability(run.fleet, canary, 'unknown');
    run.preflight();
    pass(run, 400_000);
    expect(run.row(canary).state).toBe('ready');
  });
});
