import { fail, noData, pending, type Verdict } from '@breakwater/shared';
import type { Round } from './world.ts';

/** From the worst to the best: what is known to be wrong tells more than what is not known. */
const WORST_FIRST = ['fail', 'noData', 'inconclusive', 'pending', 'pass'] as const;

/** One verdict over many: the worst, with the first of its kind as the reason. Nothing judged is no data. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  for (const kind of WORST_FIRST) {
    const found = verdicts.filter((verdict) => verdict.verdict === kind);
    const [first] = found;
    if (first === undefined) continue;
    if (kind === 'pass') return { ...first, reason: passed(verdicts.length, first) };
    return verdicts.length === 1
      ? first
      : { ...first, reason: `${first.reason} (${found.length} of ${verdicts.length} questions)` };
  }
  return noData('nothing_to_check', 'There was no question whose answer could be judged.');
}

function passed(count: number, only: Verdict): string {
  return count === 1 ? only.reason : `All ${count} questions were answered as expected.`;
}

/** How many rounds in a row must show a definitely wrong answer before a starting daemon counts as wrong. */
const CERTAIN_AFTER = 3;

/** What is missing or cannot be told is no failure while there is time; once the time is over it is one. */
function asFailure(verdict: Verdict): Verdict {
  return { ...verdict, verdict: 'fail' };
}

/** When the first of the rounds began that have not passed since; `null` when the newest one passed. */
export function firstSign(rounds: readonly Round[]): number | null {
  const lastPass = rounds.findLastIndex((round) => round.verdict.verdict === 'pass');
  return rounds[lastPass + 1]?.startedAt ?? null;
}

/**
 * Judges a daemon that was just started. It may need time: what is missing counts only when the time is over
 * (`overdue`), what is wrong counts when it stays wrong, and one round in which all is right is enough.
 */
export function judgeVerification(rounds: readonly Round[], overdue: boolean): Verdict {
  const last = rounds.at(-1)?.verdict;
  if (last?.verdict === 'pass') return last;
  const newest = rounds.slice(-CERTAIN_AFTER);
  const certain =
    newest.length === CERTAIN_AFTER && newest.every((round) => round.verdict.verdict === 'fail');
  if (last !== undefined && (certain || overdue)) return asFailure(last);
  if (overdue) return fail('not_checked', 'The daemon could not be asked before its time was over.');
  return pending('verifying', last?.reason ?? 'The daemon was started and has not been asked yet.');
}

/**
 * Judges a daemon that is up: a round that did not pass counts when the round right after it did not pass
 * either. A daemon that ends between any two rounds is in a restart loop, however well it answers meanwhile.
 */
export function judgeSteady(rounds: readonly Round[]): Verdict {
  const last = rounds.at(-1);
  if (last === undefined) return pending('not_checked', 'The daemon has not been asked yet.');
  const newest = rounds.slice(-CERTAIN_AFTER);
  const loops =
    newest.length === CERTAIN_AFTER && newest.every((round, i) => round.exits > (newest[i - 1]?.exits ?? -1));
  if (loops) return fail('restart_loop', 'The daemon ends again and again.');
  if (last.verdict.verdict === 'pass') return last.verdict;
  const before = rounds.at(-2);
  if (before !== undefined && before.verdict.verdict !== 'pass') return asFailure(last.verdict);
  return pending('not_certain', `Seen once, and asked again: ${last.verdict.reason}`);
}
