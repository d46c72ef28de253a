import { fail, inconclusive, noData, type RolloutState } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { RECONNECT_GRACE_MS } from './context.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const canary = 'ns1.ams';
const SECOND = 'ns2.ams';

function start(strategy: Record<string, unknown> = {}): Drive {
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
  return new Drive(rolloutOver(fleet, { strategy: { ...soaks, ...strategy } }), fleet);
}

/** Moments at which something can go wrong, each with the host that is in the middle of it then. */
const MOMENTS: Record<string, { reach: () => Drive; host: string }> = {
  'in preflight': { reach: () => start().look(), host: 'ns3.iad' },
  'while the canary applies': { reach: () => start().preflight().report(canary, 'applying'), host: canary },
  'while the canary is verified': {
    reach: () => start().preflight().report(canary, 'applying').report(canary, 'verifying'),
    host: canary,
  },
  'while the canary soaks': {
    reach: () => start().preflight().report(canary, 'applying').report(canary, 'soaking'),
    host: canary,
  },
  'in a later wave, when its canary is confirmed': {
    reach: () => start().preflight().pass(canary, 1000).report(SECOND, 'applying'),
    host: canary,
  },
  'in a later wave': {
    reach: () => start().preflight().pass(canary, 1000).report(SECOND, 'applying'),
    host: SECOND,
  },
  'while paused': {
    reach: () => {
      const run = start().preflight().report(canary, 'applying').report(canary, 'soaking');
      run.say('pause');
      return run;
    },
    host: canary,
  },
  'while awaiting approval': {
    reach: () =>
      start({ approval: { before: ['datacenter'] } })
        .preflight()
        .pass(canary, 1000),
    host: canary,
  },
  'while the line is stopped': {
    reach: () => {
      const run = start().preflight().report(canary, 'applying').report(canary, 'soaking');
      run.blocked = 'the line is stopped';
      return run;
    },
    host: canary,
  },
  'right after a restart of the orchestrator': {
    reach: () => {
      const run = start().preflight().report(canary, 'applying').report(canary, 'soaking');
      run.listeningSince = run.now;
      return run;
    },
    host: canary,
  },
};

const APPLY_DEADLINE = 5 * 60_000;

/** Causes of a halt. What is missing counts as much as what is said. */
const CAUSES: Record<string, (run: Drive, host: string) => void> = {
  'a failure': (run, host) => tell(run, host, fail('wrong_answer', 'it answered REFUSED')),
  'no data': (run, host) => tell(run, host, noData('no_answer', 'it did not answer')),
  'a result that could not be told': (run, host) =>
    tell(run, host, inconclusive('not_understood', 'it answered nonsense')),
  silence: (run) => {
    run.look(APPLY_DEADLINE + RECONNECT_GRACE_MS + 1000);
  },
  'two failures at once': (run, host) => {
    tell(run, host, fail('wrong_answer', 'it answered REFUSED'));
    run.look(APPLY_DEADLINE + RECONNECT_GRACE_MS + 1000);
  },
};

function tell(run: Drive, host: string, verdict: ReturnType<typeof fail>): void {
  run.report(host, run.row(host).state === 'confirmed' ? 'unhealthy' : 'failed', verdict);
}

/** A rollout that tolerates one failure, at its last host, with a host of a passed wave that keeps the change. */
function almostDone(): Drive {
  const run = start({ failureThreshold: 1, maxUnavailable: 2 }).preflight().pass(canary, 1000);
  for (const id of [SECOND, 'ns1.fra', 'ns1.iad']) run.pass(id, 1000);
  return run;
}

describe('the halting rule', () => {
  const combinations = Object.keys(CAUSES).flatMap((cause) =>
    Object.keys(MOMENTS).map((moment) => [cause, moment] as const),
  );

  test.each(combinations)('%s %s halts the rollout and pages', (cause, moment) => {
    const { reach, host } = MOMENTS[moment] as (typeof MOMENTS)[string];
    const run = reach();
    const changedBefore = run.inState('confirmed');
    CAUSES[cause]?.(run, host);
    expect(run.rollout.state).toBe('halted');
    expect(run.rollout.pages).toBeGreaterThanOrEqual(1);
    expect(run.rollout.detectedAt).not.toBeNull();
    expect(run.inState('applying', 'verifying', 'soaking')).toEqual([]);
    // Nothing is granted afterwards, however long nobody decides.
    run.wait(60_000);
    expect(run.inState('applying')).toEqual([]);
    expect(run.inState('confirmed').every((id) => changedBefore.includes(id))).toBe(true);
  });

  test('silence right after a restart is the orchestrator’s own, and is forgiven once', () => {
    const run = start().preflight().report(canary, 'applying').report(canary, 'soaking');
    run.now += APPLY_DEADLINE + 1000;
    run.listeningSince = run.now;
    run.look();
    expect(run.rollout.state).toBe('running');
    run.look(RECONNECT_GRACE_MS);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'host_silent', host: canary } });
  });

  test('one failure more than the threshold halts a later wave; the threshold itself does not', () => {
    const run = start({ failureThreshold: 1, maxUnavailable: 2 }).preflight();
    for (const id of [canary, SECOND, 'ns1.fra', 'ns1.iad']) run.pass(id, 1000);
    run.report('ns3.ams', 'applying').report('ns3.ams', 'failed');
    expect(run.rollout.state).toBe('running');
    run.report('ns2.fra', 'applying').report('ns2.fra', 'failed');
    expect(run.rollout.state).toBe('halted');
  });

  test('a tolerated host that kept the change goes back alone, and the rollout succeeds once it is home', () => {
    const run = almostDone().report(SECOND, 'unhealthy');
    expect(run.rollout.state).toBe('running');
    expect(run.row(SECOND).state).toBe('reverting');
    run.succeedUntil('succeeded');
    expect(run.rollout.state).toBe('running');
    run.report(SECOND, 'reverting').report(SECOND, 'reverted');
    expect(run.rollout.state).toBe('succeeded');
  });

  test('a tolerated host that is never home halts what would have succeeded', () => {
    const run = almostDone().report(SECOND, 'unhealthy').succeedUntil('succeeded');
    run.wait(APPLY_DEADLINE);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { host: SECOND, wave: 'datacenter ams' } });
  });

  test('the threshold never covers the canary', () => {
    const run = start({ failureThreshold: 5 })
      .preflight()
      .report(canary, 'applying')
      .report(canary, 'failed');
    expect(run.rollout.state).toBe('halted');
  });

  test('a wave that does not pass in time halts, and says what it waited for', () => {
    const run = start({ vantage: 0 }).preflight();
    run.fleet = new Map(
      [...run.fleet].map(([id, one]) => [id, { ...one, availability: 'unknown' as const }]),
    );
    run.pass(canary, 1000).wait(60 * 60_000);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'progress_deadline' } });
    expect(run.rollout.verdict.reason).toContain('ns2.ams is unknown');
  });

  test('time spent paused is not held against the wave, and its start stays what it was', () => {
    const run = start({ vantage: 0 }).preflight();
    run.fleet = new Map(
      [...run.fleet].map(([id, one]) => [id, { ...one, availability: 'unknown' as const }]),
    );
    run.pass(canary, 1000).wait(30 * 60_000);
    const began = run.rollout.waves[1]?.startedAt;
    run.say('pause');
    run.wait(3 * 60 * 60_000);
    run.say('resume');
    expect(run.rollout.state).toBe('running');
    expect(run.rollout.waves[1]?.startedAt).toBe(began);
    run.wait(29 * 60_000);
    expect(run.rollout.state).toBe('running');
    run.wait(60_000);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'progress_deadline' } });
  });

  test('a wave that was late while its hosts proved the change again halts before any of them is granted it', () => {
    const run = start({ vantage: 0, applyDeadline: '90m', confirmDeadline: '3h' }).preflight();
    run.pass(canary, 1000).report(SECOND, 'applying').report(SECOND, 'failed').report(SECOND, 'reverted');
    expect(run.say('resume')).toBeNull();
    run.wait(61 * 60_000);
    expect(run.rollout.state).toBe('preflighting');
    for (const id of run.inState('staging')) run.report(id, 'ready');
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'progress_deadline' } });
    expect(run.row(SECOND)).toMatchObject({ state: 'ready', grantedAt: null });
  });

  const stable: RolloutState[] = ['halted', 'rolledBack', 'aborted'];
  test('a rollout that has ended is not halted again by a late failure', () => {
    const run = start().preflight().pass(canary, 1000);
    run.say('abort');
    run.report(canary, 'unhealthy');
    expect(stable).toContain(run.rollout.state);
    expect(run.rollout.state).toBe('aborted');
  });
});
