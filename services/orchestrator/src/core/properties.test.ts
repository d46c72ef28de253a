import { fail, type HostId, type OperatorName, pass, type ReportedState, type Step } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stepOf } from './assignment.ts';
import { limitOf } from './budget.ts';
import { VERBS } from './event.ts';
import type { FleetHost } from './fleet.ts';
import { inFlight } from './host-row.ts';
import { type Rollout, rowsOf, type Wave } from './rollout.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';
import { ENDED } from './transitions.ts';

/**
 * A host as it really is, following the levels that it is given: what the safety promises are judged on.
 * `generation` is what its name server runs; `next` is the report that it owes.
 */
interface Truth {
  generation: 'old' | 'new';
  epoch: number;
  phase: ReportedState | 'idle';
}

const HEALTHY_NEXT: Partial<Record<ReportedState, ReportedState>> = { applying: 'verifying', verifying: 'soaking', soaking: 'soaked' };

/** What a host does next at a level; `bad` decides whether its name server answers rightly. */
function act(truth: Truth, step: Step | null, bad: boolean): ReportedState | null {
  const { phase } = truth;
  const swapped = phase === 'applying' || phase === 'verifying' || phase === 'soaking' || phase === 'soaked';
  if (phase === 'failed') return 'reverting';
  if (phase === 'reverting') return 'reverted';
  if (step === 'stage' && phase === 'idle') return bad ? 'failed' : 'ready';
  if (step === 'apply' && phase === 'ready') return 'applying';
  if (step === 'revert') return swapped || phase === 'confirmed' ? 'reverting' : phase === 'reverted' ? null : 'reverted';
  if (swapped && bad) return 'failed';
  if (step === 'confirm' && phase === 'soaked') return 'confirmed';
  return swapped ? (HEALTHY_NEXT[phase] ?? null) : null;
}

type Action =
  | { do: 'host'; index: number; bad: boolean; lost: boolean }
  | { do: 'repeat'; index: number; state: ReportedState }
  | { do: 'time'; ms: number }
  | { do: 'verb'; verb: (typeof VERBS)[number]; index: number; by: string }
  | { do: 'health'; index: number; availability: FleetHost['availability'] }
  | { do: 'line'; stopped: boolean }
  | { do: 'restart' };

const index = fc.nat(30);
/** `bad` is rare enough that many histories get far. */
const rarely = fc.integer({ min: 0, max: 24 }).map((n) => n === 0);
const actions = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: fc.record({ do: fc.constant('host' as const), index, bad: rarely, lost: rarely }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), index, state: fc.constantFrom<ReportedState>('ready', 'soaking', 'soaked', 'confirmed', 'applying') }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(1, 500, 1000, 5000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(60_000, 400_000) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('verb' as const), verb: fc.constantFrom(...VERBS), index, by: fc.constantFrom('sam', 'alex') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('health' as const), index, availability: fc.constantFrom('healthy' as const, 'unhealthy' as const, 'unknown' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('line' as const), stopped: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  ),
  { minLength: 50, maxLength: 400 },
);

const strategies = fc.record({
  maxUnavailable: fc.constantFrom(1, 2, '20%', '50%'),
  failureThreshold: fc.constantFrom(0, 0, 1),
  onFailure: fc.constantFrom('halt', 'rollback'),
  canary: fc.record({ hosts: fc.constantFrom(1, 2), soak: fc.constantFrom('0s', '1s') }),
  datacenters: fc.constant({ soak: '1s' }),
  global: fc.constant({ soak: '1s' }),
  approval: fc.constantFrom('none', { before: ['global'] }),
});

/** One random history of a rollout, its hosts and the people around it. */
class History {
  readonly drive: Drive;
  readonly truths: Map<HostId, Truth>;

  constructor(strategy: object) {
    const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
    this.drive = new Drive(rolloutOver(fleet, { strategy }), fleet);
    this.truths = new Map([...fleet.keys()].map((id) => [id, { generation: 'old', epoch: 0, phase: 'idle' }]));
  }

  play(action: Action): void {
    const { drive } = this;
    const ids = [...this.truths.keys()];
    const pick = (at: number): HostId => ids[at % ids.length] as HostId;
    switch (action.do) {
      case 'host':
        return this.live(pick(action.index), action.bad, action.lost);
      case 'repeat':
        drive.report(pick(action.index), action.state);
        return;
      case 'time':
        drive.look(action.ms);
        return;
      case 'verb':
        drive.put({ type: 'command', command: { verb: action.verb, by: action.by as OperatorName, reason: 'a test', host: pick(action.index) } });
        return;
      case 'health': {
        const id = pick(action.index);
        const one = drive.fleet.get(id);
        if (one) drive.fleet.set(id, { ...one, availability: action.availability });
        return;
      }
      case 'line':
        drive.blocked = action.stopped ? 'the line is stopped' : null;
        return;
      case 'restart':
        drive.listeningSince = drive.now;
        return;
      default:
        return action satisfies never;
    }
  }

  /** The host polls, does one thing, and reports it unless the report is lost for good. */
  private live(id: HostId, bad: boolean, lost: boolean): void {
    const { drive } = this;
    const truth = this.truths.get(id) as Truth;
    const one = drive.fleet.get(id);
    if (one) drive.fleet.set(id, { ...one, heardAt: drive.now });
    const row = drive.row(id);
    const step = stepOf(drive.rollout, row, drive.blocked);
    if (step !== null && row.epoch > truth.epoch && (truth.phase === 'idle' || ['ready', 'reverted', 'confirmed'].includes(truth.phase))) {
      Object.assign(truth, { epoch: row.epoch, phase: 'idle' });
    }
    const next = act(truth, step, bad);
    if (next === null || truth.epoch !== row.epoch) return;
    truth.phase = next;
    if (next === 'applying') truth.generation = 'new';
    if (next === 'reverted') truth.generation = 'old';
    if (!lost) drive.report(id, next, next === 'failed' ? fail('wrong_answer', 'bad') : pass(next, next));
  }
}

/** Plays random histories, and checks a promise between every two moments. */
function always(check: (before: Rollout, history: History, action: Action) => void): void {
  fc.assert(
    fc.property(strategies, actions, (strategy, list) => {
      const history = new History(strategy);
      history.drive.look();
      for (const action of list) {
        const before = history.drive.rollout;
        history.play(action);
        check(before, history, action);
      }
    }),
    { numRuns: 150 },
  );
}

function newlyGranted(before: Rollout, after: Rollout): HostId[] {
  return Object.values(after.hosts).filter((row) => row.grantedAt !== null && before.hosts[row.id]?.grantedAt == null && row.state === 'applying').map((row) => row.id);
}

function isOver(rollout: Rollout, wave: Wave): boolean {
  const rows = rowsOf(rollout, wave);
  const failures = rows.filter((row) => row.failure !== null).length;
  const most = wave.kind === 'canary' ? 0 : rollout.strategy.failureThreshold;
  return failures <= most && rows.every((row) => row.state === 'confirmed' || row.state === 'skipped' || row.failure !== null);
}

describe('for any fleet and any order of reports, losses and restarts', () => {
  test('S1: a grant never takes a datacenter over its budget', () => {
    always((before, { drive }, action) => {
      if (action.do === 'repeat' || newlyGranted(before, drive.rollout).length === 0) return;
      for (const place of ['ams', 'fra', 'iad']) {
        const members = [...drive.fleet.values()].filter((one) => one.datacenter === place);
        const granted = newlyGranted(before, drive.rollout).some((id) => id.endsWith(place));
        const down = members.filter((one) => one.availability !== 'healthy' || inFlight(drive.row(one.id)));
        if (granted) expect(down.length).toBeLessThanOrEqual(limitOf(drive.rollout.strategy.maxUnavailable, members.length));
      }
    });
  });

  test('S3: no host runs a generation of a wave that has not begun', () => {
    always((_before, { drive, truths }) => {
      for (const wave of drive.rollout.waves) {
        if (wave.startedAt !== null) continue;
        expect(wave.hosts.filter((id) => truths.get(id)?.generation === 'new')).toEqual([]);
      }
    });
  });

  test('S4: after a durable stop nothing is granted until a person resumes', () => {
    always((before, { drive }, action) => {
      const stopped = ['halted', 'paused', 'aborted', 'rollingBack', 'rolledBack'].includes(before.state);
      const resumed = action.do === 'verb' || action.do === 'repeat';
      if (!resumed && (stopped || drive.blocked !== null)) expect(newlyGranted(before, drive.rollout)).toEqual([]);
      if (drive.rollout.state === 'running' && drive.blocked === null) return;
      const fresh = Object.values(drive.rollout.hosts).filter((row) => row.state === 'applying' && !row.taken);
      for (const row of fresh) expect(stepOf(drive.rollout, row, drive.blocked)).not.toBe('apply');
    });
  });

  test('S13: a wave begins only when every host of the one before it keeps the change or was skipped', () => {
    always((before, { drive }) => {
      for (const [at, wave] of drive.rollout.waves.entries()) {
        const began = wave.startedAt !== null && before.waves[at]?.startedAt === null;
        if (began) expect(drive.rollout.waves.slice(0, at).every((earlier) => isOver(drive.rollout, earlier))).toBe(true);
      }
    });
  });

  test('S15: end states absorb, and a late word of health never undoes a failure', () => {
    always((before, { drive }, action) => {
      if (ENDED.includes(before.state) && action.do !== 'verb') expect(drive.rollout.state).toBe(before.state);
      if (action.do === 'verb') return;
      for (const row of Object.values(before.hosts)) {
        if (row.failure === null) continue;
        expect(drive.row(row.id).failure).toEqual(row.failure);
        expect(['ready', 'applying', 'verifying', 'soaking', 'confirmed']).not.toContain(drive.row(row.id).state);
      }
    });
  });

  test('a failed canary is the only host that ever runs the change', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const history = new History({ canary: { soak: '1s' } });
        history.drive.look();
        for (const action of list.filter(({ do: what }) => what !== 'verb' && what !== 'repeat')) {
          // Every new generation answers wrongly; proving it offline shows nothing.
          const truth = action.do === 'host' ? [...history.truths.values()][action.index % 12] : undefined;
          history.play(action.do === 'host' ? { ...action, bad: truth?.generation === 'new' } : action);
        }
        const changed = [...history.truths.entries()].filter(([, truth]) => truth.phase !== 'idle' && truth.phase !== 'ready');
        expect(changed.map(([id]) => id).filter((id) => id !== 'ns1.ams')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
