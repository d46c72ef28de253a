import { fail, noData, pass } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { RECONNECT_GRACE_MS } from './context.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';
import { BAD, canaryOf, gated, NOTHING, pace, soaking } from './testing/gated.ts';

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
const CANARY = 'ns1.ams';
const SIX_MINUTES = 360_000;
const REFUSED = fail('wrong_answer', 'REFUSED');

function start(strategy: object = {}): Drive {
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  return new Drive(rolloutOver(fleet, { strategy: { ...SOAKS, ...strategy } }), fleet).preflight();
}

/** Two hosts of the wave of ams are in flight; the canary keeps the change. */
function twoInFlight(strategy: object = {}): Drive {
  const run = start({ maxUnavailable: 2, datacenters: { share: '50%', soak: '1s' }, ...strategy });
  run.pass(CANARY, 1000);
  expect(run.inState('applying')).toEqual(['ns2.ams', 'ns3.ams']);
  return run.report('ns2.ams', 'applying').report('ns3.ams', 'applying');
}

const halts = (run: Drive): number =>
  run.events.filter((event) => event.type === 'rollout.state' && event.to === 'halted').length;

describe('what other tools went on over', () => {
  // Ansible #82834: an unreachable host did not count against max_fail_percentage.
  test('a host that cannot be reached counts as one that failed', () => {
    const run = twoInFlight();
    run.now += SIX_MINUTES;
    for (const [id, one] of run.fleet) if (id !== 'ns3.ams') run.fleet.set(id, { ...one, heardAt: run.now });
    run.report('ns2.ams', 'soaking');
    expect(run.row('ns3.ams').state).not.toBe('applying');
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { host: 'ns3.ams' } });
  });

  // Salt #54521, hawkBit #2161: only the first failure of a batch was counted, or the count was made once.
  test('the second failure of a batch counts, also when the first was tolerated', () => {
    const run = twoInFlight({ failureThreshold: 1 }).report('ns2.ams', 'failed', REFUSED);
    expect(run.rollout.state).toBe('running');
    run.report('ns3.ams', 'failed', REFUSED);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { wave: 'datacenter ams' } });
  });

  test('two hosts that fail in one round halt once, and both are named as failed', () => {
    const run = twoInFlight();
    run.now += SIX_MINUTES;
    run.listeningSince = -1_000_000;
    run.look();
    expect(halts(run)).toBe(1);
    expect([run.row('ns2.ams').failure, run.row('ns3.ams').failure]).not.toContain(null);
  });

  // hawkBit #3110: a group whose neither success nor error condition was met was gone past.
  test('a host that neither succeeds nor fails is never gone past: it is lost at its deadline', () => {
    const run = start().report(CANARY, 'applying').report(CANARY, 'verifying');
    for (let minute = 0; minute < 6; minute += 1) run.wait(60_000);
    expect(run.rollout).toMatchObject({
      state: 'halted',
      verdict: { code: 'deadline_passed', host: CANARY },
    });
    expect(run.inState('confirmed')).toEqual([]);
  });

  // Flagger #1801: what failed while a gate waited for a person was not looked at.
  test('a failure while a person is waited for halts before the approval, and the approval is refused then', () => {
    const run = start({ approval: { before: ['datacenter'] } }).pass(CANARY, 1000);
    expect(run.rollout.state).toBe('awaitingApproval');
    run.report(CANARY, 'unhealthy', REFUSED);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { host: CANARY } });
    expect(run.say('approve')).toMatchObject({ code: 'verb_not_allowed' });
    expect(run.inState('applying')).toEqual([]);
  });

  // Argo Rollouts #4479: a metric of which every measurement was an error passed.
  test('a gate of which every measurement is an error never passes, and halts at its deadline', () => {
    const run = soaking(gated({ during: ['canary'], deadline: '2m', every: '10s' }));
    pace(run, 60, NOTHING).report(canaryOf(run), 'soaked');
    pace(run, 30, NOTHING);
    expect(run.row(canaryOf(run)).confirming).toBe(false);
    pace(run, 200, NOTHING);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'gate_unclear' } });
  });

  // Argo Rollouts #4461: a failure right after a promotion was not acted on.
  test('a failure right after an approval halts, before or after the first grant of the new wave', () => {
    const run = start({ approval: { before: ['datacenter'] } }).pass(CANARY, 1000);
    expect(run.say('approve')).toBeNull();
    run.report(CANARY, 'unhealthy', REFUSED);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { host: CANARY } });
    expect(run.inState('applying', 'verifying', 'soaking')).toEqual([]);
  });

  test('a gate that fails while a person is waited for halts', () => {
    const run = soaking(gated({ during: ['canary'], every: '1s' }, { approval: { before: ['datacenter'] } }));
    const canary = canaryOf(run);
    pace(run, 61, pass('condition_met', '0 < 1')).report(canary, 'soaked');
    pace(run, 2, pass('condition_met', '0 < 1')).report(canary, 'confirmed');
    expect(run.rollout.state).toBe('awaitingApproval');
    pace(run, 130, BAD);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'gate_failed' } });
  });

  test('what happened while the orchestrator was down is acted on when it is back', () => {
    const run = twoInFlight();
    run.now += SIX_MINUTES;
    run.listeningSince = run.now;
    expect(run.look().rollout.state).toBe('running');
    // Reported failures count at once; silence only when all have had the time to come back.
    run.report('ns2.ams', 'failed', REFUSED);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { host: 'ns2.ams' } });
    const silent = twoInFlight();
    silent.now += SIX_MINUTES;
    silent.listeningSince = silent.now;
    silent.look().look(RECONNECT_GRACE_MS);
    expect(silent.rollout.state).toBe('halted');
  });
});

describe('a host that keeps the change', () => {
  const unwell = (run: Drive, verdict: ReturnType<typeof fail> | null): Drive => {
    for (const [id, one] of run.fleet)
      if (id === CANARY)
        run.fleet.set(id, {
          ...one,
          availability: verdict ? 'unhealthy' : 'healthy',
          unwell: verdict && { since: run.now, verdict },
        });
    return run.look();
  };

  test('and flaps has failed with its first report, and stays failed when it is well again', () => {
    const run = start().pass(CANARY, 1000).report(CANARY, 'unhealthy', REFUSED);
    unwell(run, null).report(CANARY, 'confirmed', pass('confirmed', 'well again'));
    expect(run.row(CANARY).failure).toMatchObject({ code: 'wrong_answer' });
    expect(run.rollout.state).toBe('halted');
  });

  // The table: a status counts when it has not been well for its bound; each recovery begins a new one.
  test('and reboots once is no failure, if it is well again within its bound', () => {
    const run = start().pass(CANARY, 1000);
    unwell(run, noData('no_answer', 'the daemon is starting'));
    run.wait(60_000);
    unwell(run, null).wait(1000);
    unwell(run, fail('no_process', 'no daemon runs'));
    run.wait(14_000);
    unwell(run, null).wait(60_000);
    expect(run.rollout.state).toBe('running');
    expect(Object.values(run.rollout.hosts).every((row) => row.failure === null)).toBe(true);
  });

  test('and reboots, and is not well again within its bound, has failed', () => {
    const run = unwell(start().pass(CANARY, 1000), fail('no_process', 'no daemon runs')).wait(15_000);
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'host_unwell', host: CANARY } });
  });
});
