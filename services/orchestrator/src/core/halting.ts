import {
  fail,
  formatDuration,
  type HostId,
  type HostState,
  type LocatedVerdict,
  type RolloutState,
  type Verdict,
  type WaveState,
} from '@breakwater/shared';
import type { Context } from './context.ts';
import { whyNot } from './budget.ts';
import { canaryGone } from './canary-gone.ts';
import type { Cause } from './cause.ts';
import { expired } from './emergency.ts';
import { gateFindings } from './gates-halting.ts';
import { causeOf, HALTING_RULE, stageOf } from './halting-rule.ts';
import { goBack, enter, inFlight, isMoving, mapRows } from './host-row.ts';
import { type Rollout, rowsOf, type Wave, waveName, waveOf } from './rollout.ts';

/** States in which a failure halts the rollout. While paused or waiting for approval it does so all the same. */
export const WATCHED: readonly RolloutState[] = ['preflighting', 'running', 'paused', 'awaitingApproval'];

/** How many hosts of a wave may fail. In the canary it is none, whatever was configured. */
function toleranceOf(rollout: Rollout, wave: Wave): number {
  return wave.kind === 'canary' ? 0 : rollout.strategy.failureThreshold;
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

/** Something that happened, under its row of the table. */
interface Finding {
  cause: Cause;
  wave: Wave;
  host: HostId | null;
  verdict: Verdict;
}

/** The wave that is being changed. */
function openWave(rollout: Rollout): Wave | undefined {
  return rollout.waves.find((wave) => wave.state === 'running' || wave.state === 'soaking');
}

/**
 * All that speaks against going on, worst first: what waves have failed by, then what is wrong with the whole. Waves that
 * have passed are looked at too: a host that keeps the change is watched until the rollout ends.
 */
function findingsOf(rollout: Rollout, context: Context): Finding[] {
  return [
    ...rollout.waves.flatMap((wave) => failuresOf(rollout, wave)),
    ...rollout.waves.flatMap((wave) => driftIn(rollout, wave, context)),
    ...gateFindings(rollout, context).map((finding) => ({ ...finding, host: null })),
    ...neverHome(rollout),
    ...withoutCanary(rollout),
    ...lateWave(rollout, context),
    ...outOfTime(rollout, context),
  ];
}

function failuresOf(rollout: Rollout, wave: Wave): Finding[] {
  return rowsOf(rollout, wave)
    .toSorted((a, b) => a.since - b.since)
    .flatMap((row) => {
      const cause = causeOf(wave, row);
      return cause && row.failure ? [{ cause, wave, host: row.id, verdict: row.failure }] : [];
    });
}

/** States of a host in which what is live there was proved, or was what the proof began from. */
const PROVED: readonly HostState[] = ['ready', 'soaking', 'confirmed'];

/** What runs there is not what was proved: going on would rest on something that nobody has looked at. */
function driftIn(rollout: Rollout, wave: Wave, { fleet }: Context): Finding[] {
  return rowsOf(rollout, wave).flatMap((row) => {
    const drift = PROVED.includes(row.state) ? fleet.get(row.id)?.drift : null;
    if (drift == null) return [];
    const verdict = fail('host_drifted', `what is live on ${row.id} was changed by somebody else: ${drift}`);
    return [{ cause: 'drifts', wave, host: row.id, verdict }];
  });
}

/** Nobody knows what a host runs that was tolerated as a failure and then neither went back nor said so: no success. */
function neverHome(rollout: Rollout): Finding[] {
  if (!rollout.waves.every(isOver)) return [];
  const rows = Object.values(rollout.hosts).filter((row) => inFlight(row) && !isMoving(row));
  return rows.flatMap((row) => {
    const wave = waveOf(rollout, row.id);
    return row.failure ? [{ cause: 'neverHome', wave, host: row.id, verdict: row.failure }] : [];
  });
}

function withoutCanary(rollout: Rollout): Finding[] {
  const gone = canaryGone(rollout);
  return gone ? [{ cause: 'canaryGone', ...gone }] : [];
}

function lateWave(rollout: Rollout, context: Context): Finding[] {
  const wave = openWave(rollout);
  const startedAt = wave?.startedAt ?? null;
  if (!wave || startedAt === null || context.now < progressEnd(rollout, wave, startedAt)) return [];
  const within = formatDuration(rollout.strategy.progressDeadline);
  const reason = `wave ${waveName(wave)} has not passed within ${within}${lateness(rollout, wave, context)}`;
  return [{ cause: 'waveLate', wave, host: null, verdict: fail('progress_deadline', reason) }];
}

/** An emergency that has not reached all of its hosts in time goes no further, wherever it is. */
function outOfTime(rollout: Rollout, { now }: Context): Finding[] {
  const verdict = expired(rollout, now);
  const wave = rollout.waves.find((one) => !isOver(one));
  return verdict && wave ? [{ cause: 'expires', wave, host: null, verdict }] : [];
}

/** Why a rollout halts, and by which row of the table. */
interface Halt {
  cause: Cause;
  verdict: LocatedVerdict;
}

/** The halting rule: what, if anything, stops this rollout now. */
function haltCause(rollout: Rollout, context: Context): Halt | null {
  const stage = stageOf(rollout, context);
  const found = findingsOf(rollout, context).find(({ cause, wave, host }) => {
    const effect = HALTING_RULE[cause][stage];
    const atOnce = effect === 'halts' || effect === 'cannot';
    // What a host is a failure for already has been waited for: `lossOf` gives the agents their time.
    const counts = effect === 'counts' || (effect === 'waits' && host !== null);
    return atOnce || (counts && !isTolerated(rollout, wave));
  });
  if (!found) return null;
  const { cause, verdict, host, wave } = found;
  return { cause, verdict: { ...verdict, ...(host !== null && { host }), wave: waveName(wave) } };
}

const isOver = (wave: Wave): boolean => wave.state === 'passed' || wave.state === 'skipped';

/**
 * A host that kept the change and then failed goes back alone where the rollout goes on without it: the strategy tolerates
 * the failure, and not that the host stays broken.
 */
export function sendBackTolerated(rollout: Rollout, context: Context): Rollout {
  if (!WATCHED.includes(rollout.state)) return rollout;
  return mapRows(rollout, (row) => (row.state === 'failed' && row.changed ? goBack(row, context.now) : row));
}

/** Halts: no host goes on, those in flight go back, those confirmed stay unless the strategy says otherwise. */
function halt(rollout: Rollout, { cause, verdict }: Halt, now: number): Rollout {
  const failed = (wave: Wave): WaveState =>
    waveName(wave) === verdict.wave && wave.startedAt !== null ? 'failed' : wave.state;
  return {
    ...callBack(rollout, now),
    state: 'halted',
    since: now,
    pausedFrom: null,
    verdict,
    haltedBy: cause,
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
    return going ? goBack(row, now, fail('called_back', 'the rollout was stopped')) : row;
  });
}

/** Halts the rollout if anything asks for it. */
export function judge(rollout: Rollout, context: Context): Rollout {
  const found = haltCause(rollout, context);
  return found ? halt(rollout, found, context.now) : rollout;
}
