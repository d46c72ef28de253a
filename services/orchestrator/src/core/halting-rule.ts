import type { Cause } from './cause.ts';
import type { Context } from './context.ts';
import { RECONNECT_GRACE_MS } from './context.ts';
import { holdOf } from './hold.ts';
import type { HostRow, Rollout, Wave } from './rollout.ts';

/** When something happens, as far as the halting rule tells moments apart. */
export const STAGES = [
  'preflight',
  'running',
  'held',
  'paused',
  'awaitingApproval',
  'restarted',
  'rollingBack',
  'halted',
  'ended',
] as const;
export type Stage = (typeof STAGES)[number];

/**
 * `halts`: at once, with a page in the same write. `counts`: the host is a failure of its wave, and the rollout halts when
 * the wave has more of them than `failureThreshold`, which in the canary is none. `waits`: it is judged when the moment is
 * over. `noted`: the rollout is stopped already; the host's state says it, and no further host is touched. `ignored`:
 * nobody looks any more. `cannot`: it cannot happen then; if it did, it would halt.
 */
export type Effect = 'halts' | 'counts' | 'waits' | 'noted' | 'ignored' | 'cannot';

type Row = Readonly<Record<Stage, Effect>>;

const NOTED = { rollingBack: 'noted', halted: 'noted', ended: 'noted' } as const;
const IGNORED = { rollingBack: 'ignored', halted: 'ignored', ended: 'ignored' } as const;
const UNTIL_THE_END = { ...NOTED, ended: 'ignored' } as const;

/** The same in every moment until the rollout is stopped, but for what is named. */
function always(effect: Effect, but: Partial<Row>): Row {
  return {
    preflight: effect,
    running: effect,
    held: effect,
    paused: effect,
    awaitingApproval: effect,
    restarted: effect,
    ...NOTED,
    ...but,
  };
}

/** Silence that may be the orchestrator's own is believed once the agents have had the time to come back. */
const ONCE_HEARD = { restarted: 'waits' } as const;
/** Only a host in flight can do so, and these moments have none. */
const IN_FLIGHT = { preflight: 'cannot', awaitingApproval: 'cannot' } as const;
/** An orchestrator that has just begun has not measured for long enough. */
const MEASURED_FIRST = { restarted: 'cannot' } as const;
/** A wave that somebody stops is not late. */
const BY_ITS_OWN = { preflight: 'waits', held: 'waits', paused: 'waits', awaitingApproval: 'waits' } as const;

/**
 * When a rollout halts: what happens, and what follows in each moment. `haltCause` reads it, the tests are made from it,
 * and the documentation shows it. What is missing counts as much as what is said.
 */
export const HALTING_RULE: Readonly<Record<Cause, Row>> = {
  preflightFails: always('halts', {}),
  canaryFails: always('halts', {}),
  hostFails: always('counts', {}),
  cannotTell: always('counts', {}),
  turnsUnhealthy: always('counts', {}),
  staysUnwell: always('counts', { ...ONCE_HEARD, ...UNTIL_THE_END }),
  silent: always('counts', { ...ONCE_HEARD, ...UNTIL_THE_END }),
  overdue: always('counts', { ...ONCE_HEARD, ...IN_FLIGHT }),
  vantageFails: always('counts', IGNORED),
  vantageUnreachable: always('counts', IGNORED),
  vantageSilent: always('counts', { ...ONCE_HEARD, ...IN_FLIGHT, ...IGNORED }),
  drifts: always('halts', IGNORED),
  gateFails: always('halts', IGNORED),
  gateUnclear: always('halts', { ...MEASURED_FIRST, ...IGNORED }),
  neverHome: always('halts', { ...IN_FLIGHT, ...ONCE_HEARD, ...IGNORED }),
  canaryGone: always('halts', IGNORED),
  waveLate: always('halts', { ...BY_ITS_OWN, ...ONCE_HEARD, ...IGNORED }),
  expires: always('halts', IGNORED),
};

/** Each cause in words, as the documentation has it. */
export const IN_WORDS: Readonly<Record<Cause, string>> = {
  preflightFails: 'a host fails or is lost before it was told to apply',
  canaryFails: 'a canary host fails, in whatever way',
  hostFails: 'a host reports that it failed, or goes back by itself',
  cannotTell: 'a host reports `noData` or `inconclusive`: at its deadline that is a failure',
  turnsUnhealthy: 'a host that keeps the change reports that it is unhealthy',
  staysUnwell: 'a changed host reports nothing, and its status does not call it well for too long',
  silent: 'a changed host says nothing for `applyDeadline`; its link is lost',
  overdue: 'a host talks, and does not finish a step within its deadline',
  vantageFails: 'another host gets a wrong answer from a changed one',
  vantageUnreachable: 'two other hosts get nothing to judge from a changed one',
  vantageSilent: 'those who have to ask a soaked host say nothing for `applyDeadline`',
  drifts: 'somebody changed what is live on a host that has proved or kept the change',
  gateFails: 'a gate misses its condition more often than it tolerates',
  gateUnclear: 'a gate tells neither pass nor fail for its `deadline`',
  neverHome: 'all waves are over, and a tolerated failure has not gone back',
  canaryGone: 'every canary was drained or removed before its turn',
  waveLate: 'a wave has not passed within `progressDeadline`',
  expires: 'an emergency is out of time, and some of its hosts still wait',
};

/** The moment that a rollout is in. */
export function stageOf(rollout: Rollout, context: Context): Stage {
  const { state } = rollout;
  switch (state) {
    case 'succeeded':
    case 'aborted':
    case 'rolledBack':
      return 'ended';
    case 'halted':
    case 'rollingBack':
      return state;
    case 'planned':
    case 'preflighting':
    case 'running':
    case 'paused':
    case 'awaitingApproval':
      break;
    default:
      return state satisfies never;
  }
  if (context.now < context.listeningSince + RECONNECT_GRACE_MS) return 'restarted';
  if (state === 'paused' || state === 'awaitingApproval') return state;
  if (state !== 'running') return 'preflight';
  return holdOf(rollout, context) === null ? 'running' : 'held';
}

const BY_CODE: Readonly<Record<string, Cause>> = {
  host_unwell: 'staysUnwell',
  host_silent: 'silent',
  deadline_passed: 'overdue',
  vantage_failed: 'vantageFails',
  vantage_unreachable: 'vantageUnreachable',
  vantage_silent: 'vantageSilent',
};

/** Which row of the table a failed host falls under; the canary's stand above all others. */
export function causeOf(wave: Wave, { failure, grantedAt, state, changed }: HostRow): Cause | null {
  if (failure === null) return null;
  if (grantedAt === null && (state === 'failed' || state === 'lost')) return 'preflightFails';
  if (wave.kind === 'canary') return 'canaryFails';
  const known = BY_CODE[failure.code];
  if (known) return known;
  if (failure.verdict !== 'fail') return 'cannotTell';
  return changed ? 'turnsUnhealthy' : 'hostFails';
}
