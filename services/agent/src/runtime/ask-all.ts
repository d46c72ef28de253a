import type { Clock, Verdict } from '@breakwater/shared';
import type { DnsClient } from '../adapters/dns/interface.ts';
import type { Answer } from '../core/answer.ts';
import { type Ask, judgeAsk } from '../core/plan-questions.ts';
import { mapBounded } from './bounded.ts';

/** Enough to ask thousands of zones in seconds, and few enough not to be a load of its own. */
const AT_ONCE = 32;

/** What is asked, and how often until there is an answer. */
export type Asked = Pick<Ask, 'question' | 'tries'>;

/** When to stop: by a signal, or after so many milliseconds in which not one question was answered. */
export interface Patience {
  signal: AbortSignal;
  silentAfterMs: number | null;
}

/**
 * Asks all questions, many at a time.
 * @returns the answers in the order of the questions. Where nobody has answered anything in time, no answer to any.
 */
export async function askAll(
  asked: readonly Asked[],
  outside: { dns: DnsClient; clock: Clock },
  { signal, silentAfterMs }: Patience,
): Promise<Answer[]> {
  const silence = Promise.withResolvers<Answer[]>();
  const stop = new AbortController();
  let answered = false;
  const giveUp = (afterMs: number): void => {
    if (answered) return;
    stop.abort();
    const cause = `nothing was answered within ${afterMs}ms`;
    silence.resolve(asked.map(() => ({ kind: 'none', cause, latencyMs: afterMs })));
  };
  // What had arrived in time is read before: a starved process finds its timers run out first.
  const arm = (ms: number) => outside.clock.setTimer(ms, () => setImmediate(() => giveUp(ms)));
  const cancel = silentAfterMs === null ? undefined : arm(silentAfterMs);
  const either = AbortSignal.any([signal, stop.signal]);
  const asking = mapBounded(asked, AT_ONCE, async (one) => {
    const answer = await untilAnswered(one, outside.dns, either);
    if (answer.kind === 'answer') answered = true;
    return answer;
  });
  try {
    return await Promise.race([asking, silence.promise]);
  } finally {
    cancel?.();
  }
}

/** Judges what came back, in the order of the questions. */
export function judgeAll(asks: readonly Ask[], answers: readonly Answer[], starting: boolean): Verdict[] {
  return asks.flatMap((ask, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [judgeAsk(ask, answer, starting)];
  });
}

/** Asks until there is an answer, or the tries are used up; none of them begins after the signal. */
async function untilAnswered(
  { question, tries }: Asked,
  dns: DnsClient,
  signal: AbortSignal,
): Promise<Answer> {
  let answer: Answer = { kind: 'none', cause: 'it was not asked in time', latencyMs: 0 };
  for (let left = tries; left > 0 && answer.kind === 'none' && !signal.aborted; left -= 1) {
    answer = await dns.ask(question);
  }
  return answer;
}
