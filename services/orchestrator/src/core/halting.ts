import {
  fail,
  formatDuration,
  type LocatedVerdict,
  type RolloutState,
  type WaveState,
} from '@breakwater/shared';
import type { Context } from './context.ts';
import { canaryGone } from './absence.ts';
import { whyNot } from './budget.ts';
import { enter, inFlight, isMoving, mapRows } from './host-row.ts';
import { type Rollout, rowsOf, type Wave, waveName, waveOf } from './rollout.ts';

/** States in which a failure halts the rollout. While paused or waiting for approval it does so all the same. */
export const WATCHED: readonly RolloutState[] = ['preflighting', 'running', 'paused', 'awaitingApproval'];

/** How many hosts of a wave may fail. Before the canary and in the canary it is none, whatever was configured. */
function toleranceOf(rollout: Rollout, wave: Wave): number {
  const preflight = (rollout.pausedFrom ?? rollout.state) === 'preflighting';
  return preflight || wave.kind === 'canary' ? 0 : rollout.strategy.failureThreshold;
}

/** A wave that may pass although a host of it failed and is back, since the strategy tolerates that many. */
export function isTolerated(rollout: Rollout, wave: Wave): boolean {
  return rowsOf(rollout, wave).filter((row) => row.failure !== null).length <= toleranceOf(rollout, wave);
}

/** By when a wave must have passed. */
export function progressEnd(rollout: Rollout, wave: Wave, startedAt: number): number {
  return startedAt + wave.pausedMs + rollout.strategy.progressDeadline;
}

/** Why a running wave is late: what keeps the first host that still waits. */
function lateness(rollout: Rollout, wave: Wave, context: Context): string {
  const waiting = rowsOf(rollout, wave).find((row) => row.state === 'ready');
  const why = waiting && whyNot(rollout, waiting, context);
  return why ? `; ${waiting.id} could not be taken: ${why}` : '';
}

/**
 * The halting rule: what, if anything, stops this rollout now. It looks at every wave, passed ones included,
 * since a confirmed host that turns unhealthy counts as a failure of its wave; and it looks at what is
 * missing (lost hosts, a wave that does not end) as much as at what was said.
 */
function haltCause(rollout: Rollout, context: Context): LocatedVerdict | null {
  if (!WATCHED.includes(rollout.state)) return null;
  for (const wave of rollout.waves) {
    if (isTolerated(rollout, wave)) continue;
    const failed = rowsOf(rollout, wave).filter((row) => row.failure !== null);
    const [first] = failed.toSorted((a, b) => a.since - b.since);
    if (first?.failure) return { ...first.failure, host: first.id, wave: waveName(wave) };
  }
  const gone = canaryGone(rollout);
  if (gone) return gone;
  const current = rollout.waves.find((wave) => wave.state === 'running' || wave.state === 'soaking');
  const { progressDeadline } = rollout.strategy;
  if (rollout.state !== 'running') return null;
  if (!current) return rollout.waves.every(isOver) ? leftBehind(rollout) : null;
  if (current.startedAt === null || current.held !== null) return null;
  if (context.now < progressEnd(rollout, current, current.startedAt)) return null;
  const reason = `wave ${waveName(current)} has not passed within ${formatDuration(progressDeadline)}`;
  return {
    ...fail('progress_deadline', reason + lateness(rollout, current, context)),
    wave: waveName(current),
  };
}

const isOver = (wave: Wave): boolean => wave.state === 'passed' || wave.state === 'skipped';

/** Nobody knows what a host runs that was tolerated as a failure and then neither went back nor said so: no success. */
function leftBehind(rollout: Rollout): LocatedVerdict | null {
  const lost = Object.values(rollout.hosts).find((row) => inFlight(row) && !isMoving(row));
  return lost?.failure ? { ...lost.failure, host: lost.id, wave: waveName(waveOf(rollout, lost.id)) } : null;
}

/**
 * A host that kept the change and then failed goes back alone where the rollout goes on without it: the strategy tolerates
 * the failure, and not that the host stays broken.
 */
export function sendBackTolerated(rollout: Rollout, context: Context): Rollout {
  if (!WATCHED.includes(rollout.state)) return rollout;
  return mapRows(rollout, (row) =>
    row.state === 'failed' && row.changed ? enter(row, 'reverting', context.now) : row,
  );
}

/** Halts: no host goes on, those in flight go back, those confirmed stay unless the strategy says otherwise. */
function halt(rollout: Rollout, cause: LocatedVerdict, now: number): Rollout {
  const failed = (wave: Wave): WaveState =>
    waveName(wave) === cause.wave && wave.startedAt !== null ? 'failed' : wave.state;
  return {
    ...callBack(rollout, now),
    state: 'halted',
    since: now,
    pausedFrom: null,
    verdict: cause,
    detectedAt: rollout.detectedAt ?? now,
    haltedAt: now,
    waves: rollout.waves.map((wave) => ({ ...wave, state: failed(wave) })),
  };
}

/**
 * Calls hosts back: what is only staged stays staged and is never applied, what is in flight and has not kept
 * the change goes back. Hosts that have failed are going back by themselves already.
 */
export function callBack(rollout: Rollout, now: number): Rollout {
  return mapRows(rollout, (row) => {
    if (row.state === 'staging') return enter(row, 'pending', now);
    const going = inFlight(row) && row.failure === null;
    return going ? enter(row, 'reverting', now, fail('called_back', 'the rollout was stopped')) : row;
  });
}

/** Halts the rollout if anything asks for it. */
export function judge(rollout: Rollout, context: Context): Rollout {
  const cause = haltCause(rollout, context);
  return cause ? halt(rollout, cause, context.now) : rollout;
}
