import type { Assignment, Digest, Verdict } from '@breakwater/shared';
import type { DaemonState, ProcessId } from './daemon.ts';
import { BOUNDS } from './pace.ts';

/** What a round of questions is for: it decides what is asked, and how an odd answer is taken. */
export const PURPOSES = ['verify', 'soak', 'revert', 'idle'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** A round without any answer: nothing listens there (`refused`), or nobody says anything (`unanswered`). */
export type Silence = 'refused' | 'unanswered';

/** One round of questions, with the verdict over all of its answers. */
export interface Round {
  startedAt: number;
  endedAt: number;
  /** Where in the rotating sample of zones it stood. */
  turn: number;
  verdict: Verdict;
  /** Present when not one question was answered, and then whether the host itself refused every one of them. */
  silence?: Silence;
  /** The process that ran, and how often the daemon had ended, when the round began. */
  process: ProcessId | null;
  exits: number;
}

/** What this agent process has seen of the daemon's health. It is not kept over a restart: nobody looked then. */
export interface Evidence {
  /** The newest rounds, newest last. */
  rounds: readonly Round[];
  /** Since when every round has passed, without a pause; `null` when the newest did not pass. */
  healthySince: number | null;
  lastPassAt: number | null;
}

/** What is true on this host at one moment; nothing in it is believed from memory. */
export interface World {
  /** The generation that the managed root links to. */
  live: Digest | null;
  /** Present when there is nothing at all where the managed root should be. */
  absent?: true;
  daemon: DaemonState;
  /** The kernel's boot id. */
  boot: string;
  evidence: Evidence;
  /**
   * The epoch whose generation this agent process has fetched and built. Of an earlier epoch it says nothing, even
   * for the same generation: what was reverted in between has been cleaned up.
   */
  staged: number | null;
  /** Where this host stands among those that would go back at the same time: from 0 up to 1, always the same. */
  spread: number;
  /** When this agent process last asked for a restart. After a crash it is unknown. */
  restartAskedAt: number | null;
  /** What came of the reload that this agent process asked for last. After a crash it is unknown. */
  reload: Reload | null;
}

/** A reload that was asked for. */
export interface Reload {
  askedAt: number;
  /** What the daemon has said of it so far; `pending` while it has not said that it finished. */
  verdict: Verdict;
}

/** What the orchestrator said last, and until when that permits anything (the lease, on the monotonic clock). */
export interface Level {
  assignment: Assignment | null;
  validUntil: number;
}

export const NO_EVIDENCE: Evidence = { rounds: [], healthySince: null, lastPassAt: null };

const KEPT_ROUNDS = 8;

/** Adds a round to what is known. */
export function addRound(evidence: Evidence, round: Round): Evidence {
  const rounds = [...evidence.rounds, round].slice(-KEPT_ROUNDS);
  if (round.verdict.verdict !== 'pass') return { ...evidence, rounds, healthySince: null };
  const before = evidence.rounds.at(-1);
  const unbroken = before !== undefined && round.startedAt - before.endedAt <= BOUNDS.unwatched;
  const healthySince = unbroken ? (evidence.healthySince ?? round.startedAt) : round.startedAt;
  return { rounds, healthySince, lastPassAt: round.endedAt };
}
