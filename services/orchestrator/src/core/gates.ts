import { type Gate, pending, type RolloutState, type Verdict } from '@breakwater/shared';
import type { Context } from './context.ts';
import type { GatePhase, GateRecord } from './gate-record.ts';
import { type Rollout, type Wave, waveName } from './rollout.ts';

/** A gate that is to be measured now, for one wave. */
export interface OpenGate {
  gate: Gate;
  wave: Wave;
  phase: GatePhase;
}

/** What was measured of one gate; `at` is when measuring began. Several orchestrators may measure the same. */
export interface Measurement {
  wave: string;
  gate: string;
  phase: GatePhase;
  at: number;
  verdict: Verdict;
}

/**
 * While a rollout waits for a person it may wait for days: what it has changed is still measured, and each measurement is
 * an entry of the log.
 */
const WAITING_PACE_MS = 60_000;
/** What may pass between a measurement that was due and the decision that knows of it, a slow source included. */
const SLACK_MS = 10_000;

const MEASURED: Readonly<Record<RolloutState, boolean>> = {
  planned: false,
  awaitingApproval: true,
  preflighting: true,
  running: true,
  paused: true,
  halted: false,
  rollingBack: false,
  rolledBack: false,
  aborted: false,
  succeeded: false,
};

/** How often a gate is measured in the state in which the rollout is. */
function paceOf(rollout: Rollout, { every }: Gate): number {
  return rollout.state === 'running' ? every : Math.max(every, WAITING_PACE_MS);
}

function gatesFor(rollout: Rollout, wave: Wave, phase: GatePhase): Gate[] {
  return rollout.strategy.gates.filter((gate) => kindsOf(gate, phase).includes(wave.kind));
}

function kindsOf(gate: Gate, phase: GatePhase): readonly Wave['kind'][] {
  if (phase === 'during') return gate.during;
  return gate.kind === 'prometheus' ? gate.before : [];
}

/**
 * Waves whose change is still being proved: those that are not over, and the newest, which is measured on until the next
 * one begins or the rollout ends, also while somebody pauses it or is to approve what comes next.
 */
function watchedWaves(rollout: Rollout): Wave[] {
  const begun = rollout.waves.filter((wave) => wave.startedAt !== null && wave.state !== 'skipped');
  return begun.filter((wave, index) => wave.state !== 'passed' || index === begun.length - 1);
}

/** Everything that is to be measured now. */
export function openGates(rollout: Rollout): OpenGate[] {
  if (rollout.strategy.gates.length === 0 || !MEASURED[rollout.state]) return [];
  const during = watchedWaves(rollout).flatMap((wave) =>
    gatesFor(rollout, wave, 'during').map((gate) => ({ gate, wave, phase: 'during' }) as const),
  );
  const next = rollout.waves.find(({ state }) => state !== 'passed' && state !== 'skipped');
  // Asked when nothing else keeps the wave from beginning: what it told days before an approval tells nothing.
  if (rollout.state !== 'running' || next === undefined || next.startedAt !== null) return during;
  const before = gatesFor(rollout, next, 'before').map(
    (gate) => ({ gate, wave: next, phase: 'before' }) as const,
  );
  return [...during, ...before];
}

/** How a gate of a wave stands; `undefined` before it was opened. */
export function recordOf(
  rollout: Rollout,
  { gate, wave, phase }: { gate: Pick<Gate, 'name'>; wave: Wave; phase: GatePhase },
): GateRecord | undefined {
  return rollout.gates[waveName(wave)]?.find((one) => one.gate === gate.name && one.phase === phase);
}

function withRecord(rollout: Rollout, wave: Wave, record: GateRecord): Rollout {
  const known = rollout.gates[waveName(wave)] ?? [];
  const same = (one: GateRecord): boolean => one.gate === record.gate && one.phase === record.phase;
  const records = known.some(same) ? known.map((one) => (same(one) ? record : one)) : [...known, record];
  return { ...rollout, gates: { ...rollout.gates, [waveName(wave)]: records } };
}

/** Opens the gates that have just become due: from then on, their silence counts. */
export function beginGates(rollout: Rollout, { now }: Context): Rollout {
  return openGates(rollout).reduce((current, open) => {
    if (recordOf(current, open) !== undefined) return current;
    const verdict = pending('gate_begun', 'nothing has been measured yet');
    const { phase, gate } = open;
    const record = { gate: gate.name, phase, begunAt: now, at: null, clearAt: now, verdict, misses: 0 };
    return withRecord(current, open.wave, record);
  }, rollout);
}

/** When a gate is to be measured next. */
function dueAt(rollout: Rollout, open: OpenGate, now: number): number {
  const at = recordOf(rollout, open)?.at ?? null;
  // A clock that was turned back must not keep anybody from measuring.
  return at === null || at > now ? now : at + paceOf(rollout, open.gate);
}

/** When gates are to be measured next, and when their silence becomes a failure. */
export function gateTimes(rollout: Rollout, context: Context): number[] {
  return openGates(rollout).flatMap((open) => [
    dueAt(rollout, open, context.now),
    silentAt(rollout, open, context),
  ]);
}

/** What is to be measured now. */
export function dueGates(rollout: Rollout, now: number): OpenGate[] {
  return openGates(rollout).filter((open) => dueAt(rollout, open, now) <= now);
}

/**
 * By when a gate must have told something again. Time in which no orchestrator could measure, or in which the rollout stood
 * in another state, is not held against it.
 */
export function silentAt(rollout: Rollout, open: OpenGate, context: Context): number {
  const clearAt = recordOf(rollout, open)?.clearAt ?? context.now;
  const since = Math.max(clearAt, rollout.since, context.listeningSince);
  return since + paceOf(rollout, open.gate) + open.gate.deadline + SLACK_MS;
}

/**
 * Takes a measurement in. One that nobody waits for any more changes nothing, nor does one that is older than what is
 * known or comes too soon after it: another orchestrator has measured the same, and a miss counts once.
 */
export function takeMeasurement(rollout: Rollout, measured: Measurement, now: number): Rollout {
  const open = openGates(rollout).find(
    ({ gate, wave, phase }) =>
      gate.name === measured.gate && waveName(wave) === measured.wave && phase === measured.phase,
  );
  const record = open && recordOf(rollout, open);
  if (!open || !record) return rollout;
  const at = Math.min(measured.at, now);
  const known = record.at === null ? record.begunAt : record.at + paceOf(rollout, open.gate) / 2;
  if (at < known && (record.at ?? record.begunAt) <= now) return rollout;
  const { verdict } = measured;
  const clear = verdict.verdict === 'pass' || verdict.verdict === 'fail';
  return withRecord(rollout, open.wave, {
    ...record,
    at,
    verdict,
    clearAt: clear ? at : record.clearAt,
    misses: record.misses + (verdict.verdict === 'fail' ? 1 : 0),
  });
}

/**
 * Whether every gate of a wave has passed when it was last measured, and that lately and not before `since`. What was
 * never measured, could not be, or tells nothing is not a pass. A time that is still to come was written by a clock that
 * has been turned back: it makes nothing fresh, and nobody waits until it has come.
 */
export function gatesPass(
  rollout: Rollout,
  wave: Wave,
  phase: GatePhase,
  since: number,
  { now }: Context,
): boolean {
  return gatesFor(rollout, wave, phase).every((gate) => {
    const record = recordOf(rollout, { gate, wave, phase });
    if (record === undefined || record.at === null || record.verdict.verdict !== 'pass') return false;
    const fresh = record.at <= now && now - record.at <= 2 * paceOf(rollout, gate) + SLACK_MS;
    return fresh && record.at >= Math.min(since, now) - gate.every;
  });
}
