import { type OperatorName, ROLLOUT_STATES, type RolloutState } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { LEGAL } from './commands.ts';
import { VERBS } from './event.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver, withAvailability } from './testing/fleet.ts';

const canary = 'ns1.ams';

/** A way into every state. */
const REACH: Record<RolloutState, () => Drive> = {
  planned: () => start(),
  preflighting: () => start().look(),
  running: () => start().preflight(),
  awaitingApproval: () => start({ approval: { before: ['canary'] } }).preflight(),
  paused: () => said(start().preflight(), 'pause'),
  halted: () =>
    start().preflight().report(canary, 'applying').report(canary, 'failed').report(canary, 'reverted'),
  rollingBack: () => said(start().preflight().pass(canary, 1000), 'rollback'),
  rolledBack: () =>
    said(start().preflight().pass(canary, 1000), 'rollback')
      .report(canary, 'reverted')
      .report('ns2.ams', 'reverted')
      .look(),
  aborted: () => said(start().preflight(), 'abort'),
  succeeded: () => start().preflight().succeedUntil('succeeded'),
};

function start(strategy: Record<string, unknown> = {}): Drive {
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
  return new Drive(rolloutOver(fleet, { strategy: { ...soaks, ...strategy } }), fleet);
}

function said(run: Drive, verb: 'pause' | 'abort' | 'rollback'): Drive {
  expect(run.say(verb)).toBeNull();
  return run;
}

describe('every verb in every state', () => {
  test.each(ROLLOUT_STATES)('a rollout can be brought into the state %s', (state) => {
    expect(REACH[state]().rollout.state).toBe(state);
  });

  const combinations = VERBS.flatMap((verb) => ROLLOUT_STATES.map((state) => [verb, state] as const));
  test.each(combinations)('%s while %s', (verb, state) => {
    const run = REACH[state]();
    const before = run.rollout;
    const host = verb === 'retry' || verb === 'skip' ? canary : null;
    // A host that is proving the change for the first time counts as one that is tried.
    const tried = verb === 'retry' && ['staging', 'ready'].includes(run.row(canary).state);
    const refusal = run.say(verb, host);
    if (LEGAL[verb].done.includes(state) || (tried && LEGAL[verb].from.includes(state))) {
      // Done already: saying it again changes nothing and is no error.
      expect(refusal).toBeNull();
      expect(run.rollout).toBe(before);
    } else if (!LEGAL[verb].from.includes(state)) {
      expect(refusal).toMatchObject({ code: 'verb_not_allowed' });
      expect(run.rollout).toBe(before);
    } else if (refusal === null) {
      expect(run.rollout).not.toBe(before);
    } else {
      // Legal for the rollout, but not for this host.
      expect(host).not.toBeNull();
      expect(run.rollout).toBe(before);
    }
  });
});

describe('a verb that is repeated', () => {
  test('the same approver approves again: nothing changes; another one is told that nothing waits', () => {
    const run = REACH.awaitingApproval();
    expect(run.say('approve', null, 'alex')).toBeNull();
    const approved = run.rollout;
    expect(run.say('approve', null, 'alex')).toBeNull();
    expect(run.rollout).toBe(approved);
    expect(run.say('approve', null, 'kim')).toMatchObject({ code: 'verb_not_allowed' });
    expect(run.rollout).toBe(approved);
  });

  test('an approval that names its wave approves no other, however late it comes', () => {
    const run = start({ approval: { before: ['canary', 'datacenter'] } }).preflight();
    const approve = (wave: string, by = 'alex') => {
      const given = { verb: 'approve' as const, by: by as OperatorName, reason: 'a test', host: null, wave };
      return run.put({ type: 'command', command: given });
    };
    expect(approve('global')).toMatchObject({ code: 'verb_not_allowed' });
    expect(approve('canary')).toBeNull();
    run.pass(canary, 1000).look();
    const waits = run.rollout;
    expect(waits.state).toBe('awaitingApproval');
    expect(approve('canary')).toBeNull();
    expect(run.rollout).toBe(waits);
    expect(approve('datacenter ams')).toBeNull();
    expect(run.rollout.state).toBe('running');
  });

  test.each(['retry', 'skip'] as const)('%s of the same host is written once', (verb) => {
    const run = REACH.halted();
    expect(run.say(verb, canary)).toBeNull();
    const once = run.rollout;
    const events = run.events.length;
    expect(run.say(verb, canary)).toBeNull();
    expect(run.rollout).toBe(once);
    expect(run.events).toHaveLength(events);
  });
});

describe('retry and skip', () => {
  test('a retry of the last failed host takes the others up too: those that were staging or called back', () => {
    const run = start({ maxUnavailable: 2 }).preflight();
    for (const id of [canary, 'ns2.ams', 'ns1.fra', 'ns1.iad']) run.pass(id, 1000);
    const [bad = '', other = ''] = run.inState('applying');
    run.report(bad, 'applying').report(other, 'applying').report(bad, 'failed');
    run.report(bad, 'reverted');
    expect(run.say('retry', bad)).toMatchObject({ code: 'verb_not_allowed' });
    for (const id of run.inState('reverting')) run.report(id, 'reverted');
    expect(run.say('retry', bad)).toBeNull();
    run.preflight().succeedUntil('succeeded');
    expect(run.rollout.state).toBe('succeeded');
  });

  test('a retry after a halt in preflight has everybody prove the change, and does not wait for ever', () => {
    const run = start().look().report('ns1.iad', 'failed');
    expect(run.say('retry', 'ns1.iad')).toBeNull();
    expect(run.inState('staging')).toHaveLength(12);
    run.preflight().succeedUntil('succeeded');
    expect(run.rollout.state).toBe('succeeded');
  });

  test('a host that is left out while it cannot be heard is told apart', () => {
    const run = REACH.halted();
    run.fleet = withAvailability(run.fleet, 'ns4.iad', 'unknown');
    run.say('skip', 'ns4.iad');
    run.say('skip', 'ns3.iad');
    expect(run.row('ns4.iad').verdict?.code).toBe('skipped_unreachable');
    expect(run.row('ns3.iad').verdict?.code).toBe('skipped');
  });

  test('a rollout is not resumed over drift on a host that keeps the change', () => {
    const run = start().preflight().pass(canary, 1000);
    const one = [...run.fleet.values()].find(({ id }) => id === canary);
    if (!one) throw new Error('no canary');
    run.fleet.set(one.id, { ...one, drift: 'named.conf differs' });
    run.look().report('ns2.ams', 'reverted');
    expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'host_drifted', host: canary } });
    expect(run.row(canary)).toMatchObject({ state: 'confirmed', failure: null });
    expect(run.say('resume')?.detail).toContain('repair');
    run.fleet.set(one.id, one);
    expect(run.say('resume')).toBeNull();
  });

  test('a retried canary proves the change again in a new attempt, and the rollout goes on', () => {
    const run = REACH.halted();
    expect(run.say('retry', canary)).toBeNull();
    expect(run.rollout.state).toBe('preflighting');
    expect(run.row(canary)).toMatchObject({ state: 'staging', failure: null });
    run.report(canary, 'ready');
    expect(run.inState('applying')).toEqual([canary]);
  });

  test('a host that is in flight is neither skipped nor retried', () => {
    const run = start().preflight().report(canary, 'applying');
    expect(run.say('skip', canary)).toMatchObject({ code: 'verb_not_allowed' });
    expect(run.say('retry', canary)).toMatchObject({ code: 'verb_not_allowed' });
  });

  test('a host that is not in the rollout is not found', () => {
    expect(REACH.halted().say('skip', 'ns9.ams')).toMatchObject({ code: 'not_found' });
  });
});

test('a retry of a host that kept the change and could not go back is refused, also when it is well', () => {
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s', share: '50%' }, global: { soak: '1s' } };
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  const strategy = { ...soaks, failureThreshold: 1, maxUnavailable: 2 };
  const run = new Drive(rolloutOver(fleet, { strategy }), fleet).preflight().pass('ns1.ams', 1000);
  run.pass('ns2.ams', 1000).report('ns2.ams', 'unhealthy').report('ns2.ams', 'reverting');
  run.report('ns2.ams', 'revertFailed');
  expect(run.row('ns2.ams')).toMatchObject({ state: 'revertFailed', changed: true });
  expect(run.say('retry', 'ns2.ams')).toMatchObject({ code: 'verb_not_allowed' });
  expect(run.say('skip', 'ns2.ams')).toBeNull();
});
