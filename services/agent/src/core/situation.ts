import type { Assignment, Digest, Step } from '@breakwater/shared';
import type { JournalEntry } from './journal-entry.ts';
import type { Change, Memory, Moment } from './memory.ts';
import { PACE } from './pace.ts';
import type { Level, Purpose, Round, World } from './world.ts';

/** What the agent does next: one step, as data. `record` means: durable first, then on. */
export type NextStep =
  | { do: 'adopt' }
  /** Fetch and build; it may need several turns, and nothing live is touched. */
  | { do: 'stage'; assignment: Assignment }
  /** Prove the staged tree offline, and record `ready` or `rejected`. */
  | { do: 'prove'; assignment: Assignment }
  /** Ask what the daemon answers now, and record `applying` with it. */
  | { do: 'takeBaseline'; assignment: Assignment; previous: Digest }
  | { do: 'record'; entry: JournalEntry }
  | { do: 'switchTo'; generation: Digest }
  | { do: 'restart' }
  /** Have the running daemon read a generation, the live one. */
  | { do: 'reload'; generation: Digest }
  /** Ask one round of questions. */
  | { do: 'check'; purpose: Purpose; turn: number }
  | { do: 'wait'; forMs: number };

/** Everything that a decision rests on. */
export interface Situation {
  memory: Memory;
  world: World;
  level: Level | null;
  now: number;
}

/** A situation in which there is a change to speak of. */
export interface ChangeSituation extends Situation {
  change: Change;
}

/** Shorthand for the step that writes an entry. */
export function record(entry: JournalEntry): NextStep {
  return { do: 'record', entry };
}

/** What the orchestrator wants with the present change. `newer`: it is over, another one waits. */
export type Order = Step | 'newer' | 'none';

/**
 * Reads the level as an order for the present change. Permission to apply or to confirm ends with the lease:
 * a grant that was stuck on its way must not outlive the halt that followed it. Calling back needs no permission.
 */
export function orderFor({ change, level, now }: Omit<ChangeSituation, 'memory' | 'world'>): Order {
  const wanted = level?.assignment ?? null;
  if (level === null || wanted === null || wanted.epoch < change.assignment.epoch) return 'none';
  if (wanted.epoch > change.assignment.epoch) return 'newer';
  // One epoch speaks of one generation. Another one under the same number is a fault, and never obeyed.
  if (wanted.bundle !== change.assignment.bundle) return 'none';
  const grants = wanted.step === 'apply' || wanted.step === 'confirm';
  return grants && now > level.validUntil ? 'none' : wanted.step;
}

/** Milliseconds since a moment; for one of an earlier boot at least the time that this boot lasts. */
export function elapsed(moment: Moment, { world, now }: Situation): number {
  return moment.boot === world.boot ? Math.max(0, now - moment.at) : now;
}

/** The rounds that began after a moment, which alone say anything about what happened at that moment. */
export function roundsSince(moment: Moment, { world }: Situation): readonly Round[] {
  if (moment.boot !== world.boot) return world.evidence.rounds;
  return world.evidence.rounds.filter((round) => round.startedAt >= moment.at);
}

/** Asks a round when it is due, or waits until then. A sample that did not pass is asked again before the next. */
export function look(purpose: Purpose, everyMs: number, last: Round | undefined, now: number): NextStep {
  if (last === undefined) return { do: 'check', purpose, turn: 0 };
  const passed = last.verdict.verdict === 'pass';
  const due = last.endedAt + everyMs;
  if (due <= now) return { do: 'check', purpose, turn: passed ? last.turn + 1 : last.turn };
  return { do: 'wait', forMs: due - now };
}

/** The pace of a daemon that was started a moment ago: quick at first, since an outage lasts until it is proved. */
export function startingPace(moment: Moment, situation: Situation): number {
  return elapsed(moment, situation) < PACE.fastFor ? PACE.fast : PACE.verifying;
}
