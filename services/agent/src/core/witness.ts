import { fail, type Verdict } from '@breakwater/shared';
import type { Answer, Answered } from './answer.ts';
import { inWords } from './judge-check.ts';
import { type Ask, judgeAsk } from './plan-questions.ts';
import { isLowerSerial } from './serial.ts';

/**
 * How often one question is asked again, each time from a new source port. Two daemons at one address and port get
 * about half of them each, and the chance that their answers come in an order that tells nothing is one in 3,800.
 */
export const WITNESS_ASKS = 16;

/**
 * Chooses the questions that could tell two daemons apart that share an address and a port, the old one and the new
 * one: the first of the round, which is a submitted check if there is one, and the first zone whose serial the change
 * has moved. Only over UDP at the service address: connections are shared out in the same way.
 * @param answers to the asks, in the same order
 */
export function witnesses(asks: readonly Ask[], answers: readonly Answer[]): Ask[] {
  const heard = asks.filter(isShared);
  const moved = asks.find((ask, index) => {
    const answer = answers[index];
    const known = ask.serialBefore !== undefined && answer?.kind === 'answer' && heard.includes(ask);
    return known && answer.serial !== ask.serialBefore;
  });
  const [first] = heard;
  return [...new Set([first, moved].filter((ask) => ask !== undefined))];
}

function isShared({ question }: Ask): boolean {
  return question.transport === 'udp' && question.at !== 'loopback';
}

/**
 * Chooses the question that tells whether a wrong answer came from the daemon that was meant: the first that was
 * answered wrongly. Where two daemons share an address, a wrong answer alone would send a person to the wrong place.
 * @param verdicts on the asks, in the same order
 */
export function doubtful(asks: readonly Ask[], verdicts: readonly Verdict[]): Ask[] {
  return asks.filter((ask, index) => verdicts[index]?.verdict === 'fail' && isShared(ask)).slice(0, 1);
}

/**
 * Judges the answers to one question that was asked again and again, in their order: each must be as good as one must
 * be, all must come from one server, and a serial may grow and not shrink.
 * @returns `null` when nothing is wrong; a question that was not answered is the business of the round itself.
 */
export function witnessFault(ask: Ask, answers: readonly Answer[], starting: boolean): Verdict | null {
  const answered = answers.filter((answer): answer is Answered => answer.kind === 'answer');
  const verdicts = answered.map((answer) => judgeAsk(ask, answer, starting));
  const wrong = verdicts.filter(({ verdict }) => verdict !== 'pass');
  const [first] = wrong;
  const what = `${inWords(ask.question)} was asked ${answered.length} times`;
  if (first !== undefined) {
    if (wrong.length === answered.length) return first;
    const some = `${what}, and ${wrong.length} answers were wrong (${first.reason})`;
    return first.verdict === 'fail' ? fail('answers_differ', `${some}: ${TWO}`) : first;
  }
  const servers = new Set(answered.map(({ nsid }) => nsid));
  if (servers.size > 1) {
    const names = [...servers].map((nsid) => nsid ?? 'a server without a name').join(' and ');
    return fail('answers_differ', `${what}, and was answered by ${names}: ${TWO}`);
  }
  const back = answered.find(({ serial }, index) => isBack(serial, answered[index - 1]?.serial));
  if (back === undefined) return null;
  return fail('answers_differ', `${what}, and its serial went back to ${back.serial} between them: ${TWO}`);
}

const TWO = 'look for a second daemon at the same address and port';

function isBack(serial: number | null, before: number | null | undefined): boolean {
  return serial !== null && typeof before === 'number' && isLowerSerial(serial, before);
}
