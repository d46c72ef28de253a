import { fail, noData, pending, type Verdict } from '@breakwater/shared';
import type { Answer } from './answer.ts';
import { BOUNDS } from './pace.ts';
import type { Round, Silence } from './world.ts';

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

/** How many rounds in a row must show the same of a starting daemon until it is certain. */
const CERTAIN_AFTER = 3;
/** How many rounds in a row may be without any answer: a second one is not forgiven, whatever else is. */
const SILENT_AFTER = 2;

/** What is missing or cannot be told is no failure while there is time; once the time is over it is one. */
function asFailure(verdict: Verdict): Verdict {
  return { ...verdict, verdict: 'fail' };
}

/** Whether the newest so many rounds are all there, and all of a kind. */
function newestAre(rounds: readonly Round[], count: number, isSo: (round: Round) => boolean): boolean {
  const newest = rounds.slice(-count);
  return newest.length === count && newest.every(isSo);
}

/** What a round without any answer was like; `undefined` when a single question was answered, or none was asked. */
export function silenceOf(answers: readonly Answer[]): Silence | undefined {
  if (answers.length === 0 || answers.some(({ kind }) => kind === 'answer')) return undefined;
  return answers.every((answer) => answer.kind === 'none' && answer.refused === true)
    ? 'refused'
    : 'unanswered';
}

/** When the first of the rounds began that have not passed since; `null` when the newest one passed. */
export function firstSign(rounds: readonly Round[]): number | null {
  const lastPass = rounds.findLastIndex((round) => round.verdict.verdict === 'pass');
  return rounds[lastPass + 1]?.startedAt ?? null;
}

/** How long a daemon has been running, how long it may take until its answers are right, and what it has to load. */
export interface Start {
  forMs: number;
  withinMs: number;
  zones: number;
}

/**
 * Judges a daemon that was just started. It may need time: what is missing counts only when the time is over, what is
 * wrong counts when it stays wrong, and one round in which all is right is enough. A port that stays closed is not
 * waited for that long: it would have been opened before anything slow is done.
 */
export function judgeVerification(rounds: readonly Round[], { forMs, withinMs, zones }: Start): Verdict {
  const last = rounds.at(-1)?.verdict;
  const overdue = forMs > withinMs;
  if (last?.verdict === 'pass') return last;
  const listensBy = BOUNDS.listening + BOUNDS.listeningPerZone * zones;
  if (forMs > listensBy && newestAre(rounds, CERTAIN_AFTER, ({ silence }) => silence === 'refused')) {
    const reason = `The daemon runs and does not listen where it should: ${last?.reason ?? ''}`;
    return fail('not_listening', reason);
  }
  const certain = newestAre(rounds, CERTAIN_AFTER, ({ verdict }) => verdict.verdict === 'fail');
  if (last !== undefined && (certain || overdue)) return asFailure(last);
  if (overdue) return fail('not_checked', 'The daemon could not be asked before its time was over.');
  return pending('verifying', last?.reason ?? 'The daemon was started and has not been asked yet.');
}

/**
 * Judges a daemon that is up and was well: rounds that did not pass count when there are `failAfter` of them in a row,
 * with 1 at once. Two in a row without any answer count whatever is allowed: nothing explains them but that DNS is
 * gone. A daemon that ends between any two rounds is in a restart loop, however well it answers meanwhile.
 *
 * How soon that is: a round begins at most `PACE.soaking` after the one before, one that did not pass is asked again
 * after `PACE.fast`, and one without any answer ends after `BOUNDS.silence`. So silence counts after 500 + 200 + 50 +
 * 200 ms, and a wrong answer after 500 + 4 × 50 ms and five rounds' own time at most, as soon as its zone is asked for.
 * @param failAfter from 1 to 5
 */
export function judgeSteady(rounds: readonly Round[], failAfter: number): Verdict {
  const last = rounds.at(-1);
  if (last === undefined) return pending('not_checked', 'The daemon has not been asked yet.');
  const newest = rounds.slice(-CERTAIN_AFTER);
  const loops =
    newest.length === CERTAIN_AFTER && newest.every((round, i) => round.exits > (newest[i - 1]?.exits ?? -1));
  if (loops) return fail('restart_loop', 'The daemon ends again and again.');
  if (last.verdict.verdict === 'pass') return last.verdict;
  const silent = newestAre(rounds, SILENT_AFTER, ({ silence }) => silence !== undefined);
  const wrong = newestAre(rounds, failAfter, ({ verdict }) => verdict.verdict !== 'pass');
  if (silent || wrong) return asFailure(last.verdict);
  return pending('not_certain', `Not certain yet, and asked again: ${last.verdict.reason}`);
}
