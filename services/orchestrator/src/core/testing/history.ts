import {
  fail,
  type HostId,
  inconclusive,
  noData,
  type OperatorName,
  pass,
  pending,
  type ReportedState,
  type Step,
  type Verdict,
} from '@breakwater/shared';
import fc from 'fast-check';
import { stepOf } from '../assignment.ts';
import { VERBS } from '../event.ts';
import type { FleetHost } from '../fleet.ts';
import { Drive } from './drive.ts';
import { evenFleet, rolloutOver } from './fleet.ts';

/**
 * A host as it really is, following the levels that it is given: what the safety promises are judged on.
 * `generation` is what its name server runs; `next` is the report that it owes.
 */
interface Truth {
  generation: 'old' | 'new';
  epoch: number;
  phase: ReportedState | 'idle';
}

const HEALTHY_NEXT: Partial<Record<ReportedState, ReportedState>> = {
  applying: 'verifying',
  verifying: 'soaking',
  soaking: 'soaked',
};

const SWAPPED: readonly Truth['phase'][] = ['applying', 'verifying', 'soaking', 'soaked'];

/** What a host does next at a level; `bad` decides whether its name server answers rightly. */
function act({ phase }: Truth, step: Step | null, bad: boolean): ReportedState | null {
  const swapped = SWAPPED.includes(phase);
  if (phase === 'failed') return 'reverting';
  if (phase === 'reverting') return 'reverted';
  if (step === 'revert') return goBack(phase, swapped);
  if (step === 'stage' && phase === 'idle') return bad ? 'failed' : 'ready';
  if (step === 'apply' && phase === 'ready') return 'applying';
  if (!swapped) return null;
  if (bad) return 'failed';
  return step === 'confirm' && phase === 'soaked'
    ? 'confirmed'
    : (HEALTHY_NEXT[phase as ReportedState] ?? null);
}

function goBack(phase: Truth['phase'], swapped: boolean): ReportedState | null {
  if (swapped || phase === 'confirmed') return 'reverting';
  return phase === 'reverted' ? null : 'reverted';
}

/** What a host says of others. */
const FINDINGS = ['pass', 'pass', 'fail', 'noData', 'inconclusive', 'pending', 'silence'] as const;
type Finding = (typeof FINDINGS)[number];

export type Action =
  | { do: 'host'; index: number; bad: boolean; lost: boolean }
  | { do: 'allWell' }
  | { do: 'repeat'; index: number; state: ReportedState }
  | { do: 'time'; ms: number }
  | { do: 'verb'; verb: (typeof VERBS)[number]; index: number; by: string }
  | { do: 'health'; index: number; availability: FleetHost['availability'] }
  | { do: 'line'; stopped: boolean }
  /** What a host finds at all others that it is to ask, from now on: it may be true, a lie, or nothing at all. */
  | { do: 'vantage'; index: number; finds: Finding }
  | { do: 'restart' };

const index = fc.nat(30);
const REPEATED: readonly ReportedState[] = ['ready', 'soaking', 'soaked', 'confirmed', 'applying'];
const AVAILABILITIES: readonly FleetHost['availability'][] = ['healthy', 'healthy', 'unhealthy', 'unknown'];
/** `bad` is rare enough that many histories get far. */
const rarely = fc.integer({ min: 0, max: 24 }).map((n) => n === 0);
/** One random thing that may happen, with how often it does beside the others. */
const chance = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });

export const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    chance(40, fc.constant({ do: 'allWell' as const })),
    chance(20, fc.record({ do: fc.constant('host' as const), index, bad: rarely, lost: rarely })),
    chance(1, fc.record({ do: fc.constant('repeat' as const), index, state: fc.constantFrom(...REPEATED) })),
    chance(
      6,
      fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(1, 500, 1000, 5000, 60_000) }),
    ),
    chance(1, fc.record({ do: fc.constant('time' as const), ms: fc.constant(400_000) })),
    chance(
      3,
      fc.record({
        do: fc.constant('verb' as const),
        verb: fc.constantFrom(...VERBS),
        index,
        by: fc.constantFrom('sam', 'alex'),
      }),
    ),
    chance(
      1,
      fc.record({
        do: fc.constant('health' as const),
        index,
        availability: fc.constantFrom(...AVAILABILITIES),
      }),
    ),
    chance(1, fc.record({ do: fc.constant('line' as const), stopped: fc.boolean() })),
    chance(2, fc.record({ do: fc.constant('vantage' as const), index, finds: fc.constantFrom(...FINDINGS) })),
    chance(1, fc.record({ do: fc.constant('restart' as const) })),
  ),
  { minLength: 20, maxLength: 200, size: 'max' },
);

export const strategies = fc.record({
  vantage: fc.constantFrom(0, 1, 1, 2, 5),
  maxUnavailable: fc.constantFrom(1, 2, '20%', '50%'),
  failureThreshold: fc.constantFrom(0, 0, 1),
  onFailure: fc.constantFrom('halt', 'rollback'),
  canary: fc.record({ hosts: fc.constantFrom(1, 2), soak: fc.constantFrom('0s', '1s') }),
  datacenters: fc.constant({ soak: '1s' }),
  global: fc.constant({ soak: '1s' }),
  approval: fc.constantFrom('none', { before: ['global'] }),
});

function verdictOf(finding: Finding): Verdict | null {
  switch (finding) {
    case 'pass':
      return pass('answered', 'as expected');
    case 'fail':
      return fail('wrong_rcode', 'REFUSED');
    case 'noData':
      return noData('no_answer', 'no answer');
    case 'inconclusive':
      return inconclusive('not_judged', 'nonsense');
    case 'pending':
      return pending('not_certain', 'asked once');
    case 'silence':
      return null;
    default:
      return finding satisfies never;
  }
}

/** One random history of a rollout, its hosts and the people around it. */
export class History {
  readonly drive: Drive;
  readonly truths: Map<HostId, Truth>;
  /** What each host finds at others; those that are not in it find all well. */
  readonly findings = new Map<HostId, Finding>();

  constructor(strategy: object) {
    const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
    this.drive = new Drive(rolloutOver(fleet, { strategy }), fleet);
    this.drive.says = (point) => verdictOf(this.findings.get(point) ?? 'pass');
    this.truths = new Map(
      [...fleet.keys()].map((id) => [id, { generation: 'old', epoch: 0, phase: 'idle' }]),
    );
  }

  play(action: Action): void {
    const { drive } = this;
    const ids = [...this.truths.keys()];
    const pick = (at: number): HostId => ids[at % ids.length] as HostId;
    switch (action.do) {
      case 'host':
        return this.live(pick(action.index), action.bad, action.lost);
      case 'allWell':
        // Every host does its next step and a second passes: without it no history would get beyond a canary.
        for (const id of ids) this.live(id, false, false);
        drive.look(1000);
        return;
      case 'repeat':
        drive.report(pick(action.index), action.state);
        return;
      case 'time':
        drive.look(action.ms);
        return;
      case 'verb':
        drive.put({
          type: 'command',
          command: {
            verb: action.verb,
            by: action.by as OperatorName,
            reason: 'a test',
            host: pick(action.index),
          },
        });
        return;
      case 'health': {
        const id = pick(action.index);
        const one = drive.fleet.get(id);
        if (one) drive.fleet.set(id, { ...one, availability: action.availability });
        return;
      }
      case 'vantage':
        this.findings.set(pick(action.index), action.finds);
        drive.look();
        return;
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
    if (
      step !== null &&
      row.epoch > truth.epoch &&
      (truth.phase === 'idle' || ['ready', 'reverted', 'confirmed'].includes(truth.phase))
    ) {
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
