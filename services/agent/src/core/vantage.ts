import { pending, type Verdict, type VantageTask } from '@breakwater/shared';
import { type Ask, planQuestions } from './plan-questions.ts';

/** One round of questions to another host. */
export interface VantageRound {
  /** Monotonic milliseconds. */
  startedAt: number;
  verdict: Verdict;
}

/** How often another host is asked, in milliseconds, and for how long one round may last. */
export const VANTAGE = {
  /** Until it is certain: its rollout waits for the word. */
  uncertain: 500,
  /** Once it is: a host that turns bad later is found by itself too. */
  certain: 2000,
  round: 5000,
  /** What is older says nothing about now. */
  stale: 15_000,
} as const;

/** How many rounds in a row make a verdict: one lost packet or one odd moment makes none. */
const CERTAIN_AFTER = 2;

/**
 * The questions of one round: what was submitted, and what the host answered before its change. Only what holds for
 * everybody: what is checked at its loopback says nothing about others.
 */
export function vantageQuestions({ checks, answers }: VantageTask, turn: number): Ask[] {
  const open = checks
    .filter(({ at }) => at !== 'loopback')
    .map((check) => ({ ...check, at: 'service' as const }));
  const ground = {
    checks: open,
    expect: { zonesRemoved: [] },
    baseline: answers,
    zonesBefore: [],
    zonesNow: [],
  };
  return planQuestions('soak', ground, turn);
}

/** Adds a round; older ones than a verdict needs are let go. */
export function addVantageRound(
  rounds: readonly VantageRound[],
  round: VantageRound,
): readonly VantageRound[] {
  return [...rounds, round].slice(-CERTAIN_AFTER);
}

/**
 * What is said of another host: the verdict on which the last rounds agree. A wrong answer beside none at all is no wrong
 * answer for certain, so it counts as what tells less; a pass beside anything else is `pending`. Nothing asked is no pass.
 */
export function judgeVantage(rounds: readonly VantageRound[]): Verdict {
  const newest = rounds.slice(-CERTAIN_AFTER);
  const last = newest.at(-1)?.verdict;
  if (last === undefined || newest.length < CERTAIN_AFTER)
    return pending(
      'not_certain',
      last === undefined ? 'Nothing was asked yet.' : `Asked once: ${last.reason}`,
    );
  const kinds = newest.map(({ verdict }) => verdict.verdict);
  if (kinds.every((kind) => kind === last.verdict)) return last;
  if (kinds.includes('pass')) return pending('not_certain', `Not the same twice: ${last.reason}`);
  return newest.find(({ verdict }) => verdict.verdict !== 'fail')?.verdict ?? last;
}

/** How long after a round began the next one does. */
export function vantagePace(rounds: readonly VantageRound[]): number {
  return judgeVantage(rounds).verdict === 'pending' ? VANTAGE.uncertain : VANTAGE.certain;
}
