import { describe, expect, test } from 'vitest';
import { assignmentOf, stepOf } from './assignment.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver, withAvailability } from './testing/fleet.ts';
import { waveName } from './rollout.ts';

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };

function drive(strategy: Record<string, unknown> = {}, perDatacenter = 4): Drive {
  const fleet = evenFleet(['ams', 'fra', 'iad'], perDatacenter);
  return new Drive(rolloutOver(fleet, { strategy: { ...SOAKS, ...strategy } }), fleet);
}

const canary = 'ns1.ams';

describe('a good change', () => {
  test('passes canary, datacenter and global waves in order, and succeeds', () => {
    const run = drive().preflight().succeedUntil('succeeded');
    expect(run.rollout.state).toBe('succeeded');
    const passed = run.events.flatMap((event) =>
      event.type === 'wave.state' && event.to === 'passed' ? [event.wave] : [],
    );
    expect(passed).toEqual(['canary', 'datacenter ams', 'datacenter fra', 'datacenter iad', 'global']);
    expect(run.inState('confirmed')).toHaveLength(12);
  });

  test('no host is granted before every host has proved the change offline', () => {
    const run = drive().look();
    for (const id of run.inState('staging').slice(1)) run.report(id, 'ready');
    expect(run.inState('applying')).toEqual([]);
    run.report(run.inState('staging')[0] ?? '', 'ready');
    expect(run.inState('applying')).toEqual([canary]);
  });

  test('a host is not confirmed before its soak is over by our clock too', () => {
    const run = drive()
      .preflight()
      .report(canary, 'applying')
      .report(canary, 'soaking')
      .report(canary, 'soaked');
    expect(run.row(canary).confirming).toBe(false);
    run.wait(999);
    expect(run.row(canary).confirming).toBe(false);
    expect(run.nextLookAt).toBe(1000);
    run.wait(1);
    expect(run.row(canary).confirming).toBe(true);
  });

  test('a host that confirms itself without being told is not believed', () => {
    const run = drive()
      .preflight()
      .report(canary, 'applying')
      .report(canary, 'soaking')
      .report(canary, 'confirmed');
    expect(run.row(canary).state).toBe('soaking');
  });

  test('one host in each datacenter at a time under 20 % of four', () => {
    const run = drive().preflight().succeedUntil('succeeded');
    let flying = new Map<string, number>();
    let most = 0;
    for (const event of run.events) {
      if (event.type !== 'host.state') continue;
      const place = event.host.split('.')[1] ?? '';
      const change = event.to === 'applying' ? 1 : event.to === 'confirmed' ? -1 : 0;
      flying = flying.set(place, (flying.get(place) ?? 0) + change);
      most = Math.max(most, ...flying.values());
    }
    expect(most).toBe(1);
  });

  test('an unhealthy host uses up the budget of its datacenter, and a healthy one again frees it', () => {
    const run = drive().preflight();
    run.pass(canary, 1000);
    run.fleet = withAvailability(run.fleet, 'ns4.fra', 'unhealthy');
    run.pass('ns2.ams', 1000);
    expect(run.inState('applying')).toEqual([]);
    run.fleet = withAvailability(run.fleet, 'ns4.fra', 'healthy');
    run.look(1000);
    expect(run.inState('applying')).toEqual(['ns1.fra']);
  });

  test('reports that come twice change nothing', () => {
    const run = drive().preflight();
    const report = {
      seq: 99,
      epoch: 1,
      rollout: run.rollout.id,
      state: 'applying',
      verdict: { verdict: 'pass', code: 'x', reason: '' },
      observedAgoMs: 0,
    } as const;
    const input = {
      type: 'reports',
      host: run.row(canary).id,
      journal: 'journal',
      reports: [report],
    } as const;
    run.put(input);
    const once = run.rollout;
    run.put(input);
    expect(run.rollout).toBe(once);
  });
});

describe('a bad change', () => {
  test('halts at the canary, pages in the same decision, and touches nobody else', () => {
    const run = drive()
      .preflight()
      .report(canary, 'applying')
      .report(canary, 'verifying')
      .report(canary, 'failed');
    expect(run.rollout).toMatchObject({
      state: 'halted',
      verdict: { code: 'wrong_answer', host: canary, wave: 'canary' },
      pages: 1,
    });
    expect(run.events.filter((event) => event.type === 'page.queued')).toHaveLength(1);
    run.report(canary, 'reverting').report(canary, 'reverted').wait(60_000);
    expect(run.row(canary).state).toBe('reverted');
    expect(run.inState('ready')).toHaveLength(11);
    expect(run.rollout.waves.map((wave) => wave.state)).toEqual([
      'failed',
      'pending',
      'pending',
      'pending',
      'pending',
    ]);
  });

  test('a halt in preflight calls staging hosts back: nothing is asked of them any more', () => {
    const run = drive().look().report('ns1.iad', 'failed');
    expect(run.rollout.state).toBe('halted');
    expect(run.inState('staging')).toEqual([]);
    expect(stepOf(run.rollout, run.row('ns2.iad'), null)).toBeNull();
    run.report('ns2.iad', 'ready');
    expect(run.row('ns2.iad').state).toBe('pending');
  });

  test('a report of an earlier attempt says nothing about the present one', () => {
    const run = drive()
      .preflight()
      .report(canary, 'applying')
      .report(canary, 'failed')
      .report(canary, 'reverted');
    run.say('retry', canary);
    const verdict = { verdict: 'pass', code: 'x', reason: '' } as const;
    const report = {
      seq: 99,
      epoch: 1,
      rollout: run.rollout.id,
      state: 'ready',
      verdict,
      observedAgoMs: 0,
    } as const;
    run.put({ type: 'reports', host: run.row(canary).id, journal: 'journal', reports: [report] });
    expect(run.row(canary).state).toBe('staging');
  });

  test('a late word of health does not undo the failure', () => {
    const run = drive()
      .preflight()
      .report(canary, 'applying')
      .report(canary, 'failed')
      .report(canary, 'soaking')
      .report(canary, 'soaked');
    expect(run.row(canary).state).toBe('failed');
    expect(run.rollout.state).toBe('halted');
  });

  test('a failure that the host saw two seconds ago was detected two seconds ago', () => {
    const run = drive().preflight().report(canary, 'applying').wait(5000);
    const verdict = { verdict: 'fail', code: 'x', reason: '' } as const;
    const report = {
      seq: 99,
      epoch: 1,
      rollout: run.rollout.id,
      state: 'failed',
      verdict,
      observedAgoMs: 2000,
    } as const;
    run.put({ type: 'reports', host: run.row(canary).id, journal: 'journal', reports: [report] });
    expect(run.rollout).toMatchObject({ detectedAt: 3000, haltedAt: 5000 });
  });

  test('hosts in flight are called back when another one fails', () => {
    const run = drive({ maxUnavailable: 2 }).preflight();
    run.pass(canary, 1000).pass('ns2.ams', 1000).pass('ns1.fra', 1000).pass('ns1.iad', 1000);
    const flying = run.inState('applying');
    expect(flying.length).toBeGreaterThan(2);
    const [bad = '', other = ''] = flying;
    run.report(other, 'applying').report(bad, 'applying').report(bad, 'failed');
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { wave: 'global', host: bad } });
    expect(run.inState('applying', 'verifying', 'soaking')).toEqual([]);
    expect(run.row(other).state).toBe('reverting');
    expect(stepOf(run.rollout, run.row(other), null)).toBe('revert');
    expect(run.inState('confirmed')).toHaveLength(4);
  });

  test('under onFailure: rollback the confirmed hosts go back too, the newest wave first', () => {
    const run = drive({ onFailure: 'rollback' }).preflight();
    run.pass(canary, 1000).pass('ns2.ams', 1000);
    run.report('ns1.fra', 'applying').report('ns1.fra', 'failed');
    expect(run.rollout.state).toBe('rollingBack');
    expect(run.inState('reverting')).toEqual([]);
    run.report('ns1.fra', 'reverting').report('ns1.fra', 'reverted');
    expect(run.inState('reverting')).toEqual(['ns2.ams']);
    run.report('ns2.ams', 'reverted');
    expect(run.inState('reverting')).toEqual([canary]);
    run.report(canary, 'reverted');
    expect(run.rollout).toMatchObject({ state: 'rolledBack', verdict: { code: 'wrong_answer' }, pages: 1 });
  });

  test('a host that cannot go back is paged for itself, and keeps the rollout from being called rolled back', () => {
    const run = drive().preflight();
    run.pass(canary, 1000);
    expect(run.say('rollback')).toBeNull();
    run.report(canary, 'revertFailed').report('ns2.ams', 'reverted').look();
    expect(run.rollout).toMatchObject({
      state: 'halted',
      verdict: { code: 'rollback_incomplete', host: canary },
    });
    const pages = run.events.flatMap((event) => (event.type === 'page.queued' ? [event.page.code] : []));
    expect(pages).toContain('revert_failed');
    const told = run.events.flatMap((event) => (event.type === 'page.queued' ? [event.page.decide] : []));
    expect(told.join()).toContain(`On ${canary}: breakwater-agent status, then breakwater-agent repair`);
  });

  test('a halt that nobody decides about is paged again under the same key', () => {
    const run = drive()
      .preflight()
      .report(canary, 'applying')
      .report(canary, 'failed')
      .report(canary, 'reverted');
    run.wait(899_999);
    expect(run.rollout.pages).toBe(1);
    run.wait(1);
    expect(run.rollout.pages).toBe(2);
    const keys = run.events.flatMap((event) => (event.type === 'page.queued' ? [event.page.dedupKey] : []));
    expect(new Set(keys).size).toBe(1);
  });
});

describe('rolling back', () => {
  test('hosts that serve go back one at a time in each datacenter, those that are down at once', () => {
    const run = drive().preflight().succeedUntil('succeeded');
    run.fleet = withAvailability(run.fleet, 'ns4.fra', 'unhealthy');
    run.say('rollback');
    const going = run.inState('reverting');
    expect(going.filter((id) => id.endsWith('ams'))).toHaveLength(1);
    expect(going.filter((id) => id.endsWith('fra')).toSorted()).toEqual(['ns2.fra', 'ns4.fra']);
  });

  test('a host that keeps the change, was unwell and is well again is kept on resume, and can still go back', () => {
    const run = drive()
      .preflight()
      .pass(canary, 1000)
      .report(canary, 'unhealthy')
      .report('ns2.ams', 'reverted');
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { host: canary } });
    const well = run.fleet;
    run.fleet = withAvailability(well, canary, 'unhealthy');
    expect(run.say('resume')).toMatchObject({ code: 'verb_not_allowed' });
    run.fleet = well;
    expect(run.say('resume')).toBeNull();
    expect(run.row(canary)).toMatchObject({ state: 'confirmed', epoch: 1, failure: null });
    run.preflight().succeedUntil('succeeded');
    run.say('rollback');
    expect(run.rollout.state).toBe('rollingBack');
  });
});

describe('stops', () => {
  test('a grant that its host has not taken is withheld once the rollout is paused', () => {
    const run = drive().preflight();
    expect(stepOf(run.rollout, run.row(canary), null)).toBe('apply');
    run.say('pause');
    expect(stepOf(run.rollout, run.row(canary), null)).toBe('stage');
    run.say('resume');
    expect(stepOf(run.rollout, run.row(canary), null)).toBe('apply');
  });

  test.each(['soaking', 'reverted'] as const)(
    'a host that took a grant before it was withheld is heard, also if it is %s by then',
    (last) => {
      const run = drive({ applyDeadline: '10s' }).preflight();
      run.say('pause');
      run.wait(11_000);
      expect(run.row(canary)).toMatchObject({ state: 'ready', taken: false });
      const states = last === 'soaking' ? ['applying', last] : ['applying', 'failed', 'reverting', last];
      const reports = states.map((state, at) => ({
        seq: 1000 + at,
        epoch: 1,
        rollout: run.rollout.id,
        state: state as 'applying',
        verdict: { verdict: 'fail', code: 'x', reason: 'x' } as const,
        observedAgoMs: 0,
      }));
      run.put({ type: 'reports', host: run.row(canary).id, journal: 'journal', reports });
      expect(run.row(canary)).toMatchObject({ state: last, taken: true });
      expect(run.rollout.state).toBe(last === 'soaking' ? 'paused' : 'halted');
    },
  );

  test('a stopped line withholds grants and makes no new ones', () => {
    const run = drive().look();
    run.blocked = 'the line is stopped';
    run.preflight();
    expect(run.inState('applying')).toEqual([]);
    run.blocked = null;
    run.look();
    expect(run.inState('applying')).toEqual([canary]);
    expect(stepOf(run.rollout, run.row(canary), 'the line is stopped')).toBe('stage');
  });

  test('a paused rollout still halts', () => {
    const run = drive().preflight().report(canary, 'applying');
    run.say('pause');
    run.report(canary, 'failed');
    expect(run.rollout.state).toBe('halted');
  });

  test('an approval is asked for before the wave, and nobody approves their own', () => {
    const run = drive({ approval: { before: ['global'] } })
      .preflight()
      .succeedUntil('awaitingApproval');
    expect(run.rollout.state).toBe('awaitingApproval');
    expect(run.say('approve', null, 'sam')).toMatchObject({ code: 'own_approval' });
    expect(run.say('approve', null, 'alex')).toBeNull();
    run.succeedUntil('succeeded');
    expect(run.rollout.state).toBe('succeeded');
  });

  test('a resumed rollout proves the change again and goes on where it stopped, in a new attempt', () => {
    const run = drive().preflight();
    run.pass(canary, 1000);
    run.report('ns2.ams', 'applying').report('ns2.ams', 'failed');
    expect(run.say('resume')).toMatchObject({ code: 'verb_not_allowed' });
    run.report('ns2.ams', 'reverting').report('ns2.ams', 'reverted');
    expect(run.say('resume')).toBeNull();
    expect(run.row('ns2.ams').epoch).toBeGreaterThan(1);
    expect(run.row(canary)).toMatchObject({ state: 'confirmed', epoch: 1 });
    run.preflight().succeedUntil('succeeded');
    expect(run.rollout.state).toBe('succeeded');
  });

  test('an aborted rollout lets go of its hosts when the last one is back', () => {
    const run = drive().preflight().report(canary, 'applying');
    run.say('abort');
    expect(run.rollout.state).toBe('aborted');
    expect(assignmentOf(run.rollout, run.row(canary), null, 1000)).toMatchObject({ step: 'revert' });
    run.report(canary, 'reverting').report(canary, 'reverted');
    expect(assignmentOf(run.rollout, run.row(canary), null, 1000)).toBeNull();
    expect(run.nextLookAt).toBeNull();
  });

  test('a rollout that succeeded can still be rolled back', () => {
    const run = drive().preflight().succeedUntil('succeeded');
    expect(run.say('rollback')).toBeNull();
    for (let guard = 0; guard < 20 && run.rollout.state === 'rollingBack'; guard += 1) {
      for (const id of run.inState('reverting')) run.report(id, 'reverted');
      run.look(1000);
    }
    expect(run.rollout.state).toBe('rolledBack');
    expect(run.inState('reverted')).toHaveLength(12);
  });

  test('a rollback of a fleet that nobody has heard of for long ends halted, and says who is not back', () => {
    const run = drive().preflight().succeedUntil('succeeded').look(400_000);
    expect(run.say('rollback')).toBeNull();
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'rollback_incomplete' } });
  });

  test('a host of a passed wave that was lost while halted and is well again does not keep the rollout halted', () => {
    const run = drive().preflight().pass(canary, 1000).pass('ns2.ams', 1000);
    run.report('ns1.fra', 'applying').report('ns1.fra', 'failed').report('ns1.fra', 'reverted');
    run.look(400_000);
    expect(run.row('ns2.ams')).toMatchObject({ state: 'lost', changed: true });
    expect(run.say('resume')).toBeNull();
    run.wait(0);
    expect(run.row('ns2.ams')).toMatchObject({ state: 'confirmed', failure: null, epoch: 1 });
    expect(run.rollout.state).toBe('preflighting');
  });

  test('a host of a passed wave that went back while halted is changed again before anything goes on', () => {
    const run = drive().preflight().pass(canary, 1000).pass('ns2.ams', 1000);
    run.report('ns1.fra', 'applying').report('ns1.fra', 'failed').report('ns1.fra', 'reverted');
    run.report('ns2.ams', 'reverting').report('ns2.ams', 'reverted');
    run.say('resume');
    run.preflight();
    expect(run.rollout.state).toBe('running');
    expect(run.inState('applying')).toEqual(['ns2.ams']);
    run.succeedUntil('succeeded');
    expect(run.rollout.state).toBe('succeeded');
  });

  test('a rollback that is incomplete is not turned round: neither resumed nor retried', () => {
    const run = drive().preflight().pass(canary, 1000);
    run.say('rollback');
    run.report(canary, 'revertFailed').report('ns2.ams', 'reverted').look();
    expect(run.rollout.verdict.code).toBe('rollback_incomplete');
    run.report(canary, 'reverted');
    expect(run.say('resume')).toMatchObject({ code: 'verb_not_allowed' });
    expect(run.say('retry', canary)).toMatchObject({ code: 'verb_not_allowed' });
    expect(run.say('rollback')).toBeNull();
    expect(run.rollout.state).toBe('rolledBack');
  });

  test('a skipped canary leaves its wave out', () => {
    const run = drive()
      .preflight()
      .report(canary, 'applying')
      .report(canary, 'failed')
      .report(canary, 'reverted');
    expect(run.say('skip', canary)).toBeNull();
    expect(run.say('resume')).toBeNull();
    run.preflight();
    expect(run.rollout.waves.map((wave) => `${waveName(wave)} ${wave.state}`).slice(0, 2)).toEqual([
      'canary skipped',
      'datacenter ams running',
    ]);
  });
});
