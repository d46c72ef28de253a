import { fail, pass, type Verdict } from '@breakwater/shared';
import type { Answer, Answered, Question } from './answer.ts';
import type { Zone, ZoneAnswer } from './baseline.ts';
import { inWords, rcodeFault } from './judge-check.ts';
import { isLowerSerial } from './serial.ts';

/** Zone types that this host answers from data of its own; the others depend on servers elsewhere. */
const OWN_DATA = new Set(['primary', 'master', 'secondary', 'slave', 'mirror']);
const PRIMARY = new Set(['primary', 'master']);

/** Whether a zone must go on answering once it has answered. */
export function isOwnZone(zone: Zone): boolean {
  return OWN_DATA.has(zone.type);
}

/** Whether a zone must answer from its first moment on: its data comes with the configuration. */
export function isPrimary(zone: Zone): boolean {
  return PRIMARY.has(zone.type);
}

/** What an answer adds to a baseline; `null` when the zone was not answered, and so need not be afterwards. */
export function baselineOf(
  { name, transport, at, recursionDesired }: Question,
  answer: Answer,
): ZoneAnswer | null {
  if (answer.kind === 'none' || answer.rcode !== 'NOERROR') return null;
  const { rcode, aa, serial } = answer;
  const how = { ...(at === 'loopback' && { at }), ...(recursionDesired === true && { recursionDesired }) };
  return { zone: name, transport, ...how, rcode, aa, serial };
}

/** Judges whether a zone is still answered as it was before the change. */
export function judgeBaseline(
  before: ZoneAnswer,
  question: Question,
  answer: Answered,
  starting: boolean,
): Verdict {
  const asked = inWords(question);
  const fault = rcodeFault(question, answer, before.rcode, starting);
  if (fault !== null) return fault;
  if (before.aa && !answer.aa) {
    return fail('wrong_flags', `${asked} answered without the flag aa, which it had before the change`);
  }
  if (before.serial === null) return pass('answered', `${asked} answered as before the change`);
  if (answer.serial === null)
    return fail('no_serial', `${asked} answered without the SOA record it had before the change`);
  if (!isLowerSerial(answer.serial, before.serial))
    return pass('answered', `${asked} answered as before the change`);
  const lower = answer.serial > before.serial ? ', and counts as lower than that (RFC 1982)' : '';
  return fail(
    'serial_went_back',
    `${asked} answered serial ${answer.serial}, it was ${before.serial} before the change${lower}`,
  );
}

/** Judges a primary zone that the change brings: there is no earlier answer, so it must be authoritative. */
export function judgeNewZone(question: Question, answer: Answered, starting: boolean): Verdict {
  const fault = rcodeFault(question, answer, 'NOERROR', starting);
  if (fault !== null) return fault;
  const asked = inWords(question);
  return answer.aa
    ? pass('answered', `${asked} answered`)
    : fail('wrong_flags', `${asked} answered without the flag aa`);
}

/**
 * What is wrong with the serial of a primary zone, measured by the file that the change brings: one that is lower was
 * loaded before, as after a reload that did not read this zone. A later one is fine: of dynamic and inline-signed
 * zones named counts on by itself. `null` when nothing is wrong, or nothing is known of either.
 */
export function stagedSerialFault(
  question: Question,
  { serial }: Answered,
  staged: number | undefined,
): Verdict | null {
  if (staged === undefined || serial === null || !isLowerSerial(serial, staged)) return null;
  const reason = `${inWords(question)} answered serial ${serial}, the file of the change has ${staged}`;
  return fail('stale_serial', `${reason}: the daemon answers from what it loaded before`);
}

/** Judges whether the daemon serves at all: any rcode that it decides on says so, REFUSED too. */
export function judgeServing(question: Question, answer: Answered, starting: boolean): Verdict {
  const undecided = answer.rcode === 'SERVFAIL' || answer.rcode === 'OTHER';
  const fault = undecided ? rcodeFault(question, answer, 'NOERROR', starting) : null;
  return (
    fault ??
    pass('serves', `The daemon answers no zone and serves: ${inWords(question)} answered ${answer.rcode}`)
  );
}
