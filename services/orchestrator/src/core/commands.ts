import type { ErrorCode, HostId, OperatorName, RolloutState } from '@breakwater/shared';
import { inconclusive, pass, pending } from '@breakwater/shared';
import type { Context } from './context.ts';
import { emergencyRefusal } from './emergency.ts';
import type { Verb } from './event.ts';
import { callBack, isTolerated } from './halting.ts';
import { enter, inFlight, isMoving, mapRows, newAttempt } from './host-row.ts';
import { unreached } from './left-out.ts';
import { releasedRefusal } from './releasing.ts';
import { beginRollback } from './rollback.ts';
import { type HostRow, type Rollout, type Wave, waveName, waveOf } from './rollout.ts';
import { endWatch } from './vantage.ts';
import { currentWave } from './waves.ts';

/** What a person asks of a rollout. */
export interface Command {
  verb: Verb;
  by: OperatorName;
  reason: string;
  /** For `retry` and `skip`. */
  host: HostId | null;
  /** For `approve`: the wave that is meant. Without it, it is the one that waits. */
  wave?: string | undefined;
}

/** A command that is not legal, and why. Nothing has changed. */
export interface Refusal {
  code: ErrorCode;
  detail: string;
}

/** In which states each verb is legal, and in which it has been done already and changes nothing. */
export const LEGAL: Readonly<Record<Verb, { from: readonly RolloutState[]; done: readonly RolloutState[] }>> =
  {
    approve: { from: ['awaitingApproval'], done: [] },
    pause: { from: ['planned', 'preflighting', 'awaitingApproval', 'running'], done: ['paused'] },
    resume: {
      from: ['paused', 'halted'],
      done: ['preflighting', 'running', 'awaitingApproval'],
    },
    abort: {
      from: ['planned', 'preflighting', 'awaitingApproval', 'running', 'paused', 'halted', 'rollingBack'],
      done: ['aborted'],
    },
    rollback: {
      from: ['preflighting', 'awaitingApproval', 'running', 'paused', 'halted', 'aborted', 'succeeded'],
      done: ['rollingBack', 'rolledBack'],
    },
    retry: { from: ['preflighting', 'running', 'paused', 'awaitingApproval', 'halted'], done: [] },
    skip: { from: ['preflighting', 'running', 'paused', 'awaitingApproval', 'halted'], done: [] },
  };

/** Carries a person's command out on the rollout's state; what follows from it is decided afterwards. */
export function command(rollout: Rollout, asked: Command, context: Context): Rollout | Refusal {
  const { from, done } = LEGAL[asked.verb];
  const forward = asked.verb === 'resume' || asked.verb === 'retry';
  // Waves that have passed may be back by now, so there is nothing left to go on from.
  if (forward && rollout.state === 'halted' && rollout.verdict.code === 'rollback_incomplete')
    return refuseHost('it was being rolled back: roll it back again, skip hosts that are gone, or abort it');
  if (done.includes(rollout.state) || isApproved(rollout, asked)) return rollout;
  if (!from.includes(rollout.state)) {
    const is = inWords(rollout.state);
    const detail = `a rollout that is ${is} cannot ${asked.verb}; ${asked.verb} is for ${from.map(inWords).join(', ')}`;
    return { code: 'verb_not_allowed', detail };
  }
  const refusal = emergencyRefusal(rollout, asked, context.now) ?? releasedRefusal(rollout, asked);
  if (refusal) return refusal;
  if (isTried(rollout, asked) || isSkipped(rollout, asked)) return rollout;
  switch (asked.verb) {
    case 'approve':
      return approve(rollout, asked, context.now);
    case 'pause':
      return pause(rollout, asked, context.now);
    case 'resume':
      return rollout.state === 'paused' ? unpause(rollout, context.now) : takeUp(rollout, context);
    case 'abort':
      return {
        ...callBack(rollout, context.now),
        state: 'aborted',
        since: context.now,
        pausedFrom: null,
        verdict: inconclusive('aborted', asked.reason),
      };
    case 'rollback': {
      const verdict =
        rollout.state === 'halted' ? rollout.verdict : inconclusive('rolled_back', asked.reason);
      return { ...beginRollback(rollout, context.now), verdict };
    }
    case 'retry':
      return retry(rollout, asked, context);
    case 'skip':
      return skip(rollout, asked, context);
    default:
      return asked.verb satisfies never;
  }
}

// A command whose answer was lost is given again: it must be neither a second approval nor a second attempt.

function isApproved(rollout: Rollout, { verb, by, wave: meant }: Command): boolean {
  if (verb !== 'approve') return false;
  const mine = rollout.waves.filter((wave) => wave.approvedBy === by);
  if (meant !== undefined) return mine.some((wave) => waveName(wave) === meant);
  return rollout.state === 'running' && mine.length > 0;
}

function isTried(rollout: Rollout, { verb, host }: Command): boolean {
  const row = host === null ? undefined : rollout.hosts[host];
  return verb === 'retry' && row?.failure === null && isProving(row);
}

function isSkipped(rollout: Rollout, { verb, host }: Command): boolean {
  return verb === 'skip' && host !== null && rollout.hosts[host]?.state === 'skipped';
}

function approve(rollout: Rollout, { by, wave: meant }: Command, now: number): Rollout | Refusal {
  if (by === rollout.submittedBy) return { code: 'own_approval', detail: `${by} submitted this rollout` };
  const next = currentWave(rollout);
  const waits = next ? waveName(next) : 'none';
  if (meant !== undefined && meant !== waits)
    return refuseHost(`wave ${meant} does not wait for approval; the one that does is ${waits}`);
  const mark = (wave: Wave): Wave => (wave === next ? { ...wave, approvedBy: by } : wave);
  const verdict = pending('approved', `wave ${next ? waveName(next) : ''} was approved`);
  return { ...rollout, state: 'running', since: now, waves: rollout.waves.map(mark), verdict };
}

export function pause(rollout: Rollout, { reason }: Pick<Command, 'reason'>, now: number): Rollout {
  return {
    ...rollout,
    state: 'paused',
    since: now,
    pausedFrom: rollout.state,
    verdict: pending('paused', reason),
  };
}

/** Goes on where it was. */
function unpause(rollout: Rollout, now: number): Rollout {
  const pausedFor = now - rollout.since;
  const running = (wave: Wave): boolean => wave.state === 'running' || wave.state === 'soaking';
  const wait = (wave: Wave): Wave =>
    running(wave) ? { ...wave, pausedMs: wave.pausedMs + pausedFor } : wave;
  return {
    ...rollout,
    state: rollout.pausedFrom ?? 'preflighting',
    since: now,
    pausedFrom: null,
    waves: rollout.waves.map(wait),
    verdict: pending('resumed', 'the rollout was resumed'),
  };
}

/** A wave that is over is not opened again: the ones after it were begun on its word. */
function isBehind(wave: Wave): boolean {
  return wave.state === 'passed' || wave.state === 'skipped';
}

/**
 * After a halt: every host that does not keep the change proves it again; those that keep it must be well.
 * @param stands which proofs still stand: hosts that were only asked to wait.
 */
function takeUp(
  rollout: Rollout,
  context: Context,
  stands: (row: HostRow) => boolean = () => false,
): Rollout | Refusal {
  const rows = Object.values(rollout.hosts);
  const ids = (some: readonly HostRow[]): string => some.map((row) => row.id).join(', ');
  const moving = rows.filter((row) => row.state !== 'staging' && isMoving(row));
  if (moving.length > 0) return refuseHost(`still going back: ${ids(moving)}`);
  const broken = rows.filter((row) => row.state === 'revertFailed');
  if (broken.length > 0) {
    return refuseHost(`not back on its old configuration: ${ids(broken)}; retry or skip it first`);
  }
  const unwell = rows.filter((row) => row.failure !== null && row.changed && !isWell(row, context));
  if (unwell.length > 0)
    return refuseHost(`keeps the change and is not well: ${ids(unwell)}; roll back or skip it`);
  const drifted = rows.filter((row) => row.changed && (context.fleet.get(row.id)?.drift ?? null) !== null);
  if (drifted.length > 0) {
    return refuseHost(
      `somebody changed what is live there: ${ids(drifted)}; first \`breakwater-agent repair\` or \`adopt\` on it, or roll back`,
    );
  }
  const failed = rows.filter((row) => row.failure !== null);
  const well = mapRows(rollout, (row) => (row.failure && row.changed ? startAgain(row, context) : row));
  const open = reopened(well, context.now);
  const again = mapRows(open, (row) => {
    const done = row.state === 'skipped' || isBehind(waveOf(open, row.id));
    const kept = row.changed && row.failure === null;
    return done || kept || stands(row) ? row : startAgain(row, context);
  });
  return failed.reduce((current, row) => endWatch(current, row.id), again);
}

function isWell(row: HostRow, context: Context): boolean {
  return context.fleet.get(row.id)?.availability === 'healthy';
}

/**
 * A host that keeps the change and is well again is confirmed as before: a new attempt would take the new
 * generation for its old one, and a rollback could not lead it home. All others begin anew.
 */
function startAgain(row: HostRow, context: Context): HostRow {
  if (!row.changed) return newAttempt(row, context.nextEpoch, context.now);
  const verdict = pass('well_again', `${row.id} keeps the change and is well again`);
  return { ...enter(row, 'confirmed', context.now, verdict), failure: null };
}

/**
 * Back to preflight. Waves that have failed are run again: those that did so after the halt, too. All that are not over
 * have their whole time again, also one that was under way when an earlier one failed.
 */
function reopened(rollout: Rollout, now: number): Rollout {
  const isOpen = (wave: Wave): boolean =>
    ['failed', 'running', 'soaking'].includes(wave.state) ||
    (wave.state === 'passed' && !isTolerated(rollout, wave));
  const again = (wave: Wave): Wave =>
    isOpen(wave) ? { ...wave, state: 'running', startedAt: now, pausedMs: 0 } : wave;
  return {
    ...rollout,
    state: 'preflighting',
    since: now,
    // Whoever resumes has looked at what was measured: everything is measured anew.
    gates: {},
    detectedAt: null,
    haltedAt: null,
    pagedAt: null,
    lastPageAt: null,
    waves: rollout.waves.map(again),
    verdict: pending('preflight_running', 'the remaining hosts are proving the change again'),
  };
}

/** `rolledBack` is a word for programs. */
function inWords(state: Rollout['state']): string {
  return state.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function refuseHost(detail: string): Refusal {
  return { code: 'verb_not_allowed', detail };
}

const isProving = (row: HostRow): boolean => row.state === 'staging' || row.state === 'ready';

function retry(rollout: Rollout, { host }: Command, context: Context): Rollout | Refusal {
  const row = host === null ? undefined : rollout.hosts[host];
  if (!row) return { code: 'not_found', detail: `host ${host ?? ''} is not in this rollout` };
  if (isBehind(waveOf(rollout, row.id)))
    return refuseHost(`the wave of ${row.id} is over; change it with a rollout of its own`);
  const order = context.orders.get(row.id);
  if (order) return { code: 'host_drained', detail: `${row.id} was ${order.kind}: ${order.reason}` };
  const settled = row.state === 'skipped' || (row.failure !== null && !isMoving(row));
  if (!settled)
    return refuseHost(`${row.id} is ${row.state}; only a host that failed or was skipped is retried`);
  // Its agent goes on trying to go back: nobody knows which of the two it runs, so there is nothing to confirm.
  if (row.changed && row.state === 'revertFailed')
    return refuseHost(`${row.id} could not go back; roll back or skip it`);
  if (row.changed && !isWell(row, context)) {
    return refuseHost(`${row.id} keeps the change and is not well; roll back or skip it`);
  }
  const again = startAgain(row, context);
  const tried = endWatch({ ...rollout, hosts: { ...rollout.hosts, [row.id]: again } }, row.id);
  const clean = Object.values(tried.hosts).every((other) => other.failure === null);
  // With the last failure gone the others go on as well, and those that were called back prove the change again.
  return rollout.state === 'halted' && clean ? takeUp(tried, context, isProving) : tried;
}

/** Leaves a host out. One that cannot be heard is told apart: it gets the change when it is back. */
function skip(rollout: Rollout, { host, reason }: Command, { now, fleet }: Context): Rollout | Refusal {
  const row = host === null ? undefined : rollout.hosts[host];
  if (!row) return { code: 'not_found', detail: `host ${host ?? ''} is not in this rollout` };
  const moving = inFlight(row) && isMoving(row);
  if (moving || row.state === 'confirmed') {
    return refuseHost(`${row.id} is ${row.state}; a host that is changed is rolled back, not skipped`);
  }
  const heard = fleet.get(row.id)?.availability !== 'unknown';
  const left = heard ? inconclusive('skipped', reason) : unreached(reason);
  const skipped = { ...enter(row, 'skipped', now, left), failure: null };
  return { ...rollout, hosts: { ...rollout.hosts, [row.id]: skipped } };
}
