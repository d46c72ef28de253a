import {
  type Check,
  fail,
  formatDuration,
  inconclusive,
  noData,
  pass,
  type Rcode,
  type Verdict,
} from '@breakwater/shared';
import type { Answered, Question } from './answer.ts';
import { normalRdata } from './rdata.ts';
import { isLowerSerial } from './serial.ts';

/** Names a question in a reason: `www.example.com A over udp`, and what is unusual about it. */
export function inWords({
  name,
  type,
  transport,
  randomLabel,
  at,
  ednsUdpSize,
  recursionDesired,
}: Question): string {
  const asked = randomLabel === true ? `a new name below ${name}` : name;
  const edns = ednsUdpSize === 0 ? ' without EDNS' : '';
  const flag = recursionDesired === true ? ' with recursion desired (as clients ask)' : '';
  return `${asked} ${type} over ${transport}${edns}${flag}${at === 'loopback' ? ' at loopback' : ''}`;
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
  const asked = inWords(question);
  if (expected === 'REFUSED' && answer.rcode === 'NOERROR') {
    return fail('not_refused', `${asked} was answered (NOERROR), and should have been refused`);
  }
  const reason = `${asked} answered ${answer.rcode}, expected ${expected}`;
  const unclear = answer.rcode === 'SERVFAIL' || answer.rcode === 'OTHER';
  return starting && unclear ? inconclusive('still_starting', reason) : fail('wrong_rcode', reason);
}

/**
 * Judges the answer to a submitted check: code, flags, identity, records, serial, time, in this order.
 * @param starting whether the daemon may still be loading, which excuses SERVFAIL and slowness.
 */
export function judgeCheck(check: Check, question: Question, answer: Answered, starting: boolean): Verdict {
  return (
    rcodeFault(question, answer, check.expect.rcode, starting) ??
    flagFault(check.expect, question, answer) ??
    identityFault(check.expect, question, answer) ??
    recordFault(check, question, answer) ??
    serialFault(check.expect, question, answer) ??
    slowness(check.expect, question, answer, starting) ??
    pass('answered', `${inWords(question)} answered as expected`)
  );
}

type Expected = Check['expect'];

/** `tc` is a matter of UDP: over TCP nothing is ever cut short. */
const FLAGS = ['aa', 'ad', 'ra', 'tc'] as const;

function flagFault(expected: Expected, question: Question, answer: Answered): Verdict | null {
  const relevant = FLAGS.filter((flag) => flag !== 'tc' || question.transport === 'udp');
  const wrong = relevant.find((flag) => expected[flag] !== undefined && expected[flag] !== answer[flag]);
  if (wrong === undefined) return null;
  const [is, wanted] = answer[wrong] ? ['set', 'clear'] : ['clear', 'set'];
  return fail(
    'wrong_flags',
    `${inWords(question)} answered with the flag ${wrong} ${is}, expected it ${wanted}`,
  );
}

function identityFault({ nsid }: Expected, question: Question, answer: Answered): Verdict | null {
  if (nsid === undefined || nsid === answer.nsid) return null;
  const who = answer.nsid === null ? 'a server that gives no identity' : `the server "${answer.nsid}"`;
  return fail('wrong_server', `${inWords(question)} was answered by ${who}, expected "${nsid}"`);
}

function recordFault(
  { type, expect: { answers } }: Check,
  question: Question,
  answer: Answered,
): Verdict | null {
  if (answers === undefined || sameSet(type, answers, answer.answers)) return null;
  return fail(
    'wrong_answers',
    `${inWords(question)} answered ${list(answer.answers)}, expected ${list(answers)}`,
  );
}

function serialFault({ minSerial }: Expected, question: Question, { serial }: Answered): Verdict | null {
  if (minSerial === undefined) return null;
  const asked = inWords(question);
  if (serial === null) return fail('no_serial', `${asked} answered without an SOA serial`);
  if (!isLowerSerial(serial, minSerial)) return null;
  return fail('serial_too_low', `${asked} answered serial ${serial}, expected at least ${minSerial}`);
}

/** While a daemon loads it is slow to answer, and its caches are empty: that alone is no failure yet. */
function slowness(
  { maxLatency }: Expected,
  question: Question,
  { latencyMs }: Answered,
  starting: boolean,
): Verdict | null {
  if (maxLatency === undefined || latencyMs <= maxLatency) return null;
  const took = `took ${formatDuration(latencyMs)}, expected at most ${formatDuration(maxLatency)}`;
  const reason = `${inWords(question)} was answered as expected and ${took}`;
  return starting ? inconclusive('too_slow', reason) : fail('too_slow', reason);
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
