import { ROLLOUT_STATES, type RolloutState } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { LEGAL } from './commands.ts';
import { VERBS } from './event.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

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
    const refusal = run.say(verb, host);
    if (LEGAL[verb].done.includes(state)) {
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

describe('retry and skip', () => {
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
