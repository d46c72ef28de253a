import { pass, pending, type WaveState } from '@breakwater/shared';
import { whyNot } from './budget.ts';
import type { Context } from './context.ts';
import { whyNotYet } from './begin.ts';
import { needsSecondPerson } from './emergency.ts';
import { gatesPass } from './gates.ts';
import { isTolerated } from './halting.ts';
import { holdOf, waiting } from './hold.ts';
import { enter, inFlight, mapRows } from './host-row.ts';
import { type HostRow, type Rollout, rowsOf, type Wave, waveName, waveOf } from './rollout.ts';
import { isVouchedFor, vouched } from './vantage.ts';

/** The wave that is to be passed next, or `null` when all have been. */
export function currentWave(rollout: Rollout): Wave | null {
  return rollout.waves.find((wave) => wave.state !== 'passed' && wave.state !== 'skipped') ?? null;
}

function withWave(rollout: Rollout, wave: Wave, change: Partial<Wave>): Rollout {
  return {
    ...rollout,
    waves: rollout.waves.map((other) => (other === wave ? { ...wave, ...change } : other)),
  };
}

/** Done with its wave: it keeps the change, was left out, or failed within what the strategy tolerates and is back. */
function isDone(rollout: Rollout, wave: Wave, row: HostRow): boolean {
  if (row.state === 'confirmed' || row.state === 'skipped') return true;
  return row.state === 'reverted' && row.failure !== null && isTolerated(rollout, wave);
}

function progressOf(rollout: Rollout, wave: Wave): WaveState {
  const rows = rowsOf(rollout, wave);
  if (rows.every((row) => row.state === 'skipped')) return 'skipped';
  if (rows.every((row) => isDone(rollout, wave, row))) return 'passed';
  return rows.every((row) => row.state === 'soaking' || isDone(rollout, wave, row)) ? 'soaking' : 'running';
}

/** When a host's soak is over by the orchestrator's own clock; the host's word that it was healthy is needed too. */
export function soakEnd(rollout: Rollout, row: HostRow): number {
  return row.since + waveOf(rollout, row.id).soakMs;
}

/**
 * Tells hosts to keep the change: they were healthy for their whole soak, by their word and by our clock, and the others
 * that had to ask them have found them so; and so have the gates of their wave, when the soak was over.
 */
export function confirmSoaked(rollout: Rollout, context: Context): Rollout {
  return Object.values(rollout.hosts).reduce((current, row) => {
    const over =
      row.state === 'soaking' && row.soaked && !row.confirming && context.now >= soakEnd(rollout, row);
    if (!over || !isVouchedFor(current, row, context)) return current;
    if (!gatesPass(current, waveOf(current, row.id), 'during', soakEnd(current, row), context))
      return current;
    const hosts = { ...current.hosts, [row.id]: { ...row, confirming: true } };
    return vouched({ ...current, hosts }, row, context);
  }, rollout);
}

/** Grants the change to as many hosts of the running wave as the budgets allow, one after another. */
function grant(rollout: Rollout, context: Context): Rollout {
  const wave = currentWave(rollout);
  if (rollout.state !== 'running' || wave === null || wave.startedAt === null) return rollout;
  return rowsOf(rollout, wave)
    .filter((row) => row.state === 'ready')
    .reduce((current, row) => {
      if (whyNot(current, row, context) !== null) return current;
      const told = pending('granted', 'the host is told to apply the change');
      const granted = { ...enter(row, 'applying', context.now, told), grantedAt: context.now };
      return { ...current, hosts: { ...current.hosts, [row.id]: granted } };
    }, rollout);
}

function needsApproval(rollout: Rollout, wave: Wave): boolean {
  const { approval } = rollout.strategy;
  if (needsSecondPerson(rollout, wave)) return true;
  return approval !== 'none' && approval.before.includes(wave.kind) && wave.approvedBy === null;
}

/** Starts the next wave, or waits for the person who must approve it, or ends: all waves have passed. */
function startNext(rollout: Rollout, context: Context): Rollout {
  const wave = currentWave(rollout);
  const { now } = context;
  // A host that is on its way back may still be lost; until it is home or given up, nobody can say how this ended.
  if (wave === null && Object.values(rollout.hosts).some(inFlight)) return rollout;
  if (wave === null) {
    const verdict = pass('all_waves_passed', 'every host keeps the change');
    return { ...rollout, state: 'succeeded', since: now, verdict };
  }
  if (needsApproval(rollout, wave)) {
    const verdict = pending('approval_needed', `wave ${waveName(wave)} waits for another person's approval`);
    return {
      ...rollout,
      state: 'awaitingApproval',
      since: now,
      verdict: { ...verdict, wave: waveName(wave) },
    };
  }
  const hold = holdOf(rollout, context);
  if (hold !== null) return waiting(rollout, { ...hold, wave: waveName(wave) });
  if (!gatesPass(rollout, wave, 'before', 0, context)) return rollout;
  const verdict = pending('wave_running', `wave ${waveName(wave)} is being changed`);
  const running = { ...rollout, verdict: { ...verdict, wave: waveName(wave) } };
  return withWave(running, wave, { state: 'running', startedAt: now });
}

/** Moves a running rollout on: confirms, passes waves, starts the next one, grants. */
export function runWaves(rollout: Rollout, context: Context): Rollout {
  if (rollout.state !== 'running') return rollout;
  const wave = currentWave(rollout);
  if (wave === null || wave.startedAt === null) return startNext(rollout, context);
  const progress = progressOf(rollout, wave);
  const held = progress === 'passed' && !gatesPass(rollout, wave, 'during', wave.startedAt, context);
  const state = held ? 'soaking' : progress;
  // What has passed is judged before the wave after it takes a host: that one may be late, or have failed, long since.
  return state === wave.state ? grant(rollout, context) : withWave(rollout, wave, { state });
}

/** Preflight: every host stages the change and proves it offline, before any of them is changed. */
export function runPreflight(rollout: Rollout, context: Context): Rollout {
  const { now } = context;
  if (rollout.state === 'planned') {
    const wait = whyNotYet(rollout, context);
    if (wait !== null) return waiting(rollout, wait);
    const staging = mapRows(rollout, (row) => (row.state === 'pending' ? enter(row, 'staging', now) : row));
    const verdict = pending('preflight_running', 'every host is proving the change offline');
    return { ...staging, state: 'preflighting', since: now, verdict };
  }
  const ready = Object.values(rollout.hosts).every(
    (row) => row.state !== 'pending' && row.state !== 'staging',
  );
  if (rollout.state !== 'preflighting' || !ready) return rollout;
  // Waves that were interrupted go on where they were; `startNext` starts those that never began.
  const verdict = pending('preflight_passed', 'every host has proved the change offline');
  return { ...rollout, state: 'running', since: now, verdict };
}
