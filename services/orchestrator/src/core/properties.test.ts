import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostId } from '@breakwater/shared';
import { stepOf } from './assignment.ts';
import { limitOf } from './budget.ts';
import type { FleetHost } from './fleet.ts';
import { inFlight } from './host-row.ts';
import { type Rollout, rowsOf, type Wave } from './rollout.ts';
import { type Action, actions, strategies, submissions } from './testing/actions.ts';
import { History } from './testing/history.ts';
import { ENDED } from './transitions.ts';

/** Plays random histories, and expects a promise to hold over every decision. */
function expectAlways(check: (before: Rollout, history: History, action: Action) => void): void {
  fc.assert(
    fc.property(strategies, submissions, actions, (strategy, rest, list) => {
      const history = new History(strategy, rest);
      history.drive.look();
      for (const action of list) {
        history.drive.saved = (before) => check(before, history, action);
        history.play(action);
      }
    }),
    // One seed, so that a run on somebody's machine fails only for what was changed there. Try others by hand.
    { numRuns: 150, seed: 2016 },
  );
}

function newlyGranted(before: Rollout, after: Rollout): HostId[] {
  return Object.values(after.hosts)
    .filter(
      (row) => row.grantedAt !== null && before.hosts[row.id]?.grantedAt == null && row.state === 'applying',
    )
    .map((row) => row.id);
}

function isOver(rollout: Rollout, wave: Wave): boolean {
  const rows = rowsOf(rollout, wave);
  const failures = rows.filter((row) => row.failure !== null).length;
  const most = wave.kind === 'canary' ? 0 : rollout.strategy.failureThreshold;
  return (
    failures <= most &&
    rows.every((row) => row.state === 'confirmed' || row.state === 'skipped' || row.failure !== null)
  );
}

describe('for any fleet and any order of reports, losses and restarts', () => {
  test('S1: a grant never takes a datacenter over its budget', () => {
    expectAlways((before, { drive }, action) => {
      if (action.do === 'repeat' || newlyGranted(before, drive.rollout).length === 0) return;
      for (const id of newlyGranted(before, drive.rollout)) {
        const taken = drive.fleet.get(id);
        const members = [...drive.fleet.values()].filter((one) => one.datacenter === taken?.datacenter);
        const flying = (one: FleetHost): boolean => inFlight(drive.row(one.id));
        const down = members.filter((one) => one.availability !== 'healthy' || one.drained || flying(one));
        // What is repaired was down before.
        const repaired = drive.rollout.emergency !== null && taken?.availability === 'unhealthy';
        const most = limitOf(drive.rollout.strategy.maxUnavailable, members.length);
        expect((repaired ? members.filter(flying) : down).length).toBeLessThanOrEqual(most);
      }
    });
  });

  test('S3: no host runs a generation of a wave that has not begun', () => {
    expectAlways((_before, { drive, truths }) => {
      for (const wave of drive.rollout.waves) {
        if (wave.startedAt !== null) continue;
        expect(wave.hosts.filter((id) => truths.get(id)?.generation === 'new')).toEqual([]);
      }
    });
  });

  test('S4: after a durable stop nothing is granted until a person resumes', () => {
    expectAlways((before, { drive }, action) => {
      const stopped = ['halted', 'paused', 'aborted', 'rollingBack', 'rolledBack'].includes(before.state);
      const resumed = action.do === 'verb' || action.do === 'repeat';
      if (!resumed && (stopped || drive.blocked !== null))
        expect(newlyGranted(before, drive.rollout)).toEqual([]);
      if (drive.rollout.state === 'running' && drive.blocked === null) return;
      const fresh = Object.values(drive.rollout.hosts).filter(
        (row) => row.state === 'applying' && !row.taken,
      );
      for (const row of fresh) expect(stepOf(drive.rollout, row, drive.blocked)).not.toBe('apply');
    });
  });

  test('S13: a wave begins only when every host of the one before it keeps the change or was skipped', () => {
    expectAlways((before, { drive }) => {
      for (const [at, wave] of drive.rollout.waves.entries()) {
        const began = wave.startedAt !== null && before.waves[at]?.startedAt === null;
        if (began)
          expect(drive.rollout.waves.slice(0, at).every((earlier) => isOver(drive.rollout, earlier))).toBe(
            true,
          );
      }
    });
  });

  test('S2: no host is told to keep a change that others did not find well, nor on less than was asked for', () => {
    expectAlways((before, { drive, findings }) => {
      const { vantage } = drive.rollout.strategy;
      for (const row of Object.values(drive.rollout.hosts)) {
        const told = row.confirming && before.hosts[row.id]?.confirming === false;
        if (!told || vantage === 0) continue;
        const { passed } = drive.rollout.vantage[row.id] ?? { passed: null };
        const others = new Set(passed ?? []);
        expect(others.size).toBeGreaterThanOrEqual(Math.min(vantage, drive.fleet.size - 1));
        expect(others.has(row.id)).toBe(false);
        expect([...others].map((point) => findings.get(point) ?? 'pass')).toEqual(
          [...others].map(() => 'pass'),
        );
      }
    });
  });

  test('S21: only what others really found fails a host: one wrong answer, or nothing at all for two of them', () => {
    const reached = new Set<string>();
    expectAlways((before, { drive, findings }) => {
      for (const row of Object.values(drive.rollout.hosts)) {
        const code = before.hosts[row.id]?.failure === null ? row.failure?.code : undefined;
        if (!code?.startsWith('vantage_')) continue;
        reached.add(code);
        const { points = [], letGo = [], required = 0 } = drive.rollout.vantage[row.id] ?? {};
        const found = points.map(({ host }) => findings.get(host) ?? 'pass');
        const those = (...kinds: readonly string[]): number =>
          found.filter((kind) => kinds.includes(kind)).length;
        expect([...points, ...letGo].map(({ host }) => host)).not.toContain(row.id);
        const evidence: Record<string, boolean> = {
          vantage_failed: those('fail') >= 1,
          vantage_unreachable: those('noData', 'inconclusive') + letGo.length >= 2,
          vantage_silent: row.soaked && those('pass') < required,
        };
        expect({ [code]: evidence[code] }).toEqual({ [code]: true });
      }
    });
    expect([...reached]).not.toEqual([]);
  });

  test('S15: end states absorb, and a late word of health never undoes a failure', () => {
    expectAlways((before, { drive }, action) => {
      if (ENDED.includes(before.state) && action.do !== 'verb')
        expect(drive.rollout.state).toBe(before.state);
      // Only a person undoes a failure: by a verb, or by giving the host up.
      if (action.do === 'verb' || action.do === 'overtake') return;
      for (const row of Object.values(before.hosts)) {
        if (row.failure === null) continue;
        // What was given up is left out once it is home, however late that is.
        const home = row.released !== null && drive.row(row.id).state === 'skipped';
        if (!home) expect(drive.row(row.id).failure).toEqual(row.failure);
        expect(['ready', 'applying', 'verifying', 'soaking', 'confirmed']).not.toContain(
          drive.row(row.id).state,
        );
      }
    });
  });

  test('a failed canary is the only host that ever runs the change', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const history = new History({ canary: { soak: '1s' } });
        history.drive.look();
        // Every new generation answers wrongly; proving it offline shows nothing.
        const step = (at: number, lost: boolean): void => {
          const [, truth] = [...history.truths][at % history.truths.size] ?? [];
          history.play({ do: 'host', index: at, bad: truth?.generation === 'new', lost });
        };
        for (const action of list) {
          if (action.do === 'allWell')
            for (const at of history.truths.keys().map((_, i) => i)) step(at, false);
          else if (action.do === 'host') step(action.index, action.lost);
          else if (action.do !== 'verb' && action.do !== 'repeat') history.play(action);
        }
        const changed = [...history.truths.entries()].filter(
          ([, truth]) => truth.phase !== 'idle' && truth.phase !== 'ready',
        );
        expect(changed.map(([id]) => id).filter((id) => id !== 'ns1.ams')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

test('the random histories reach what the promises are about', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(strategies, submissions, actions, (strategy, rest, list) => {
      const history = new History(strategy, rest);
      history.drive.look();
      for (const action of list) history.play(action);
      for (const event of history.drive.events) {
        if (event.type === 'rollout.state') reached.add(event.to).add(`${event.to} ${event.verdict.code}`);
        if (event.type === 'wave.state') reached.add(`${event.wave.split(' ')[0]} ${event.to}`);
        if (event.type !== 'host.state') continue;
        reached.add(`host ${event.to}`).add(`host ${event.to} ${event.verdict?.code}`);
      }
    }),
    { numRuns: 600, seed: 2021 },
  );
  const situations = [
    'halted',
    'paused',
    'aborted',
    'rollingBack',
    'rolledBack',
    'succeeded',
    'awaitingApproval',
  ];
  const waves = ['canary failed', 'canary passed', 'datacenter passed', 'datacenter failed', 'global passed'];
  const others = [
    'host failed vantage_failed',
    'host failed vantage_unreachable',
    'host lost vantage_silent',
  ];
  const halts = [
    'wrong_answer',
    'host_drifted',
    'host_unwell',
    'gate_failed',
    'emergency_expired',
    'rollback_incomplete',
  ].map((code) => `halted ${code}`);
  const left = ['overtaken', 'skipped_drained', 'skipped_unreachable'].map((code) => `host skipped ${code}`);
  others.push('host revertFailed', ...halts, ...left);
  const hosts = [...others, 'host lost', 'host reverted', 'host confirmed', 'host skipped'];
  expect([...situations, ...waves, ...hosts].filter((name) => !reached.has(name))).toEqual([]);
});
