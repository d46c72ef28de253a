import { fail, inconclusive, pass, type Verdict } from '@breakwater/shared';
import type { Answer } from './answer.ts';
import type { Zone } from './baseline.ts';
import { isPrimary } from './judge-baseline.ts';
import { worstOf } from './judge-round.ts';
import { type Ask, isWithin, judgeAsk } from './plan-questions.ts';
import { normalName } from './rdata.ts';
import { toldInLog } from './rehearsal-log.ts';

/** What is wrong whatever other servers would have said. */
const DEFINITE = new Set(['wrong_rcode', 'wrong_flags']);

/** A round of questions in a rehearsal. `unanswerable` are those that say nothing without the network. */
export interface RehearsedRound {
  verdict: Verdict;
  unanswerable: number;
}

/**
 * Whether the answer for a name needs servers that a rehearsal cannot reach: it is in no primary zone of the host, so it
 * would be resolved, forwarded, or come from a copy whose newest state may be elsewhere.
 */
export function dependsElsewhere(name: string, zones: readonly Zone[]): boolean {
  const asked = normalName(name);
  const holders = zones.filter((zone) => isWithin(asked, normalName(zone.name)));
  const closest = holders.toSorted((a, b) => b.name.length - a.name.length)[0];
  return closest === undefined || !isPrimary(closest);
}

/**
 * Judges what a rehearsed daemon answered. What depends on servers elsewhere counts only when it is right, or wrong in a
 * way that those servers have no part in: not SERVFAIL, silence, or the content of a copy that was not refreshed.
 *
 * @param answers to the asks, in the same order
 * @param zones those that the rehearsed tree configures
 * @param starting whether the daemon may still be loading, so that SERVFAIL tells nothing yet; of what depends on servers
 *   elsewhere it never does
 */
export function judgeRehearsed(
  asks: readonly Ask[],
  answers: readonly Answer[],
  zones: readonly Zone[],
  starting: boolean,
): RehearsedRound {
  const verdicts = asks.flatMap((ask, index) => {
    const answer = answers[index];
    return answer === undefined
      ? []
      : [
          {
            name: ask.question.name,
            of: judgeAsk(ask, answer, starting || dependsElsewhere(ask.question.name, zones)),
          },
        ];
  });
  const telling = verdicts.filter(
    ({ name, of }) => of.verdict === 'pass' || !dependsElsewhere(name, zones) || isDefinite(of),
  );
  const unanswerable = verdicts.length - telling.length;
  if (telling.length === 0 && unanswerable > 0) {
    return { verdict: pass('serves', 'The daemon came up and answers.'), unanswerable };
  }
  return { verdict: worstOf(telling.map(({ of }) => of)), unanswerable };
}

function isDefinite({ verdict, code }: Verdict): boolean {
  return verdict === 'fail' && DEFINITE.has(code);
}

/** The verdict of a rehearsal in which all was right. */
export function wentWell({ verdict, unanswerable }: RehearsedRound): Verdict {
  const others = unanswerable === 1 ? '1 question depends' : `${unanswerable} questions depend`;
  const left = unanswerable === 0 ? '' : ` ${others} on servers elsewhere and could not be judged.`;
  return pass('rehearsed', `${sentence(verdict.reason)}${left}`);
}

/** What a round found wrong, as a rehearsal's own: nobody shall take it for one of the live daemon. */
export function wrongInRehearsal({ verdict }: RehearsedRound): Verdict {
  if (verdict.code === 'nothing_to_check')
    return fail(
      'nothing_to_check',
      'There is neither a check nor a zone by which it could be judged; add a check',
    );
  return fail('rehearsal_wrong_answers', verdict.reason);
}

/** Words a rehearsal that did not go well. @param log the end of the daemon's log */
export function wentWrong({ code, reason }: Verdict, log: string): Verdict {
  const told = toldInLog(log);
  const words = told === '' ? '' : ` Its log: ${told}`;
  return { verdict: 'fail', code, reason: `${sentence(reason).slice(0, MAX_REASON)}${words}` };
}

/** How many questions a stranger asks at once, as a busy resolver may, and how many of them must be answered. */
export const BURST = 60;
const ENOUGH = 20;
const DROPS = 'rehearsal_drops_answers';

/**
 * Judges what a stranger got who asked for one zone many times at once. Limits that cut answers short (`slip`) lead
 * clients to TCP and are fine; those that drop nearly all of them take the zone from whoever asks a second time. Whether
 * strangers are answered at all is not judged: many a host is for its own networks only.
 * @param first the answer to one question before the burst
 * @returns `null` when nothing is wrong
 */
export function burstFault(zone: string, first: Answer, burst: readonly Answer[]): Verdict | null {
  const answered = burst.filter(({ kind }) => kind === 'answer').length;
  if (first.kind === 'none' || first.rcode !== 'NOERROR' || answered >= ENOUGH) return null;
  return fail(
    'rehearsal_drops_answers',
    `rate limiting or a quota drops answers: of ${burst.length} questions for ${zone} SOA over udp at once from one client ${answered} were answered; raise the limit, or set slip to 2 so that clients come back over TCP`,
  );
}

/** Says that a daemon runs and has not answered anything. */
export function answeredNothing(
  place: string,
  within: string,
  last: Answer,
  listeners: readonly string[],
): Verdict {
  const heard = last.kind === 'none' ? last.cause : last.rcode;
  const at = [...new Set(listeners)];
  const listens = at.length === 0 ? '' : `; its log says that it listens on ${at.slice(0, 5).join(', ')}`;
  const next =
    last.kind === 'none' && last.refused === true ? 'listen-on and its port' : 'listen-on and blackhole';
  return fail(
    'rehearsal_no_answer',
    `The daemon runs and answered nothing within ${within} at ${place}: ${heard}${listens}; look at its ${next}`,
  );
}

/**
 * Judges a change that failed in a rehearsal by how the live generation fared there. Where that one fails as well, the
 * rehearsal says nothing about the change: which is no pass either, and only a person can tell what is wrong.
 */
export function againstLive(failed: Verdict, live: Verdict): Verdict {
  if (live.verdict !== 'fail') return failed;
  if (failed.code === DROPS && live.code === DROPS)
    return pass(
      'rehearsed',
      `${failed.reason} So does the configuration that is live, which is left at that.`,
    );
  const half = (reason: string): string => reason.slice(0, MAX_REASON / 2);
  return inconclusive(
    'rehearsal_unavailable',
    `A rehearsal fails on this host also for the configuration that is live, so it tells nothing about the change. ` +
      `With the change: ${half(failed.reason)} With the live configuration: ${half(live.reason)} ` +
      'Mend what the second one names, or set daemon.rehearsal to "off" on this host.',
  );
}

/** One verdict over the offline proof and the rehearsal after it: what the proof found, and how the rehearsal went. */
export function alsoRehearsed(proved: Verdict, rehearsed: Verdict): Verdict {
  if (rehearsed.verdict !== 'pass') return rehearsed;
  const reason = `${proved.reason.replace(/\.$/, '')}. ${rehearsed.reason}`;
  return { ...proved, reason: reason.slice(0, MAX_REASON) };
}

const MAX_REASON = 1000;

function sentence(reason: string): string {
  return `In the rehearsal, ${reason.replace(/^(All|The|Not) /, (word) => word.toLowerCase()).replace(/\.$/, '')}.`;
}
