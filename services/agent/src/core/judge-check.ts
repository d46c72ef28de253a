import { type Check, fail, inconclusive, noData, pass, type Rcode, type Verdict } from '@breakwater/shared';
import type { Answered, Question } from './answer.ts';
import { normalRdata } from './rdata.ts';
import { isLowerSerial } from './serial.ts';

/** Names a question in a reason: `www.example.com A over udp`. */
export function inWords({ name, type, transport }: Question): string {
  return `${name} ${type} over ${transport}`;
}

/** Says that a question was not answered at all. */
export function unanswered(question: Question, cause: string): Verdict {
  return noData('no_answer', `${inWords(question)} got no answer: ${cause}`);
}

/**
 * What is wrong with an answer before one even looks into it; `null` when it has the expected rcode.
 *
 * While a daemon starts (`starting`), SERVFAIL says nothing: named answers it from the moment it opens its
 * listeners until its zones are loaded.
 */
export function rcodeFault(
  question: Question,
  answer: Answered,
  expected: Rcode,
  starting: boolean,
): Verdict | null {
  if (answer.rcode === expected) return null;
  const reason = `${inWords(question)} answered ${answer.rcode}, expected ${expected}`;
  const unclear = answer.rcode === 'SERVFAIL' || answer.rcode === 'OTHER';
  return starting && unclear ? inconclusive('still_starting', reason) : fail('wrong_rcode', reason);
}

/** Judges the answer to a submitted check. */
export function judgeCheck(check: Check, question: Question, answer: Answered, starting: boolean): Verdict {
  const asked = inWords(question);
  const { rcode, aa, answers, minSerial } = check.expect;
  const fault = rcodeFault(question, answer, rcode, starting);
  if (fault !== null) return fault;
  if (aa !== undefined && answer.aa !== aa) {
    return fail(
      'wrong_flags',
      `${asked} answered with the flag aa ${flag(answer.aa)}, expected it ${flag(aa)}`,
    );
  }
  if (answers !== undefined && !sameSet(check.type, answers, answer.answers)) {
    return fail('wrong_answers', `${asked} answered ${list(answer.answers)}, expected ${list(answers)}`);
  }
  if (minSerial === undefined) return pass('answered', `${asked} answered as expected`);
  if (answer.serial === null) return fail('no_serial', `${asked} answered without an SOA serial`);
  if (!isLowerSerial(answer.serial, minSerial)) return pass('answered', `${asked} answered as expected`);
  return fail('serial_too_low', `${asked} answered serial ${answer.serial}, expected at least ${minSerial}`);
}

function flag(set: boolean): string {
  return set ? 'set' : 'clear';
}

function sameSet(type: Check['type'], expected: readonly string[], got: readonly string[]): boolean {
  const normal = (answers: readonly string[]): Set<string> =>
    new Set(answers.map((rdata) => normalRdata(type, rdata)));
  return normal(expected).symmetricDifference(normal(got)).size === 0;
}

const SHOWN = 5;

function list(answers: readonly string[]): string {
  if (answers.length === 0) return 'nothing';
  const more = answers.length > SHOWN ? ` and ${answers.length - SHOWN} more` : '';
  return (
    answers
      .slice(0, SHOWN)
      .map((answer) => answer.slice(0, 100))
      .join(', ') + more
  );
}
