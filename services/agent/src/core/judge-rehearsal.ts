import { fail, inconclusive, pass, type Verdict } from '@breakwater/shared';
import type { Answer } from './answer.ts';
import type { Zone } from './baseline.ts';
import { isPrimary } from './judge-baseline.ts';
import { worstOf } from './judge-round.ts';
import { type Ask, judgeAsk } from './plan-questions.ts';
import { normalName } from './rdata.ts';

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

function isWithin(name: string, zone: string): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`);
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
  return fail('rehearsal_wrong_answers', verdict.reason);
}

/** Words a rehearsal that did not go well. `lastWords` is what the daemon wrote into its log. */
export function wentWrong({ code, reason }: Verdict, lastWords: string): Verdict {
  const log = lastWords
    .trim()
    .replaceAll(/\s*\n\s*/g, ' | ')
    .slice(-MAX_WORDS);
  const words = log === '' ? '' : ` Its log: ${log}`;
  return { verdict: 'fail', code, reason: `${sentence(reason).slice(0, MAX_REASON)}${words}` };
}

/**
 * Judges a change that failed in a rehearsal by how the live generation fared there. Where that one fails as well, the
 * rehearsal says nothing about the change: which is no pass either, and only a person can tell what is wrong.
 */
export function againstLive(failed: Verdict, live: Verdict): Verdict {
  if (live.verdict !== 'fail') return failed;
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
const MAX_WORDS = 800;

function sentence(reason: string): string {
  return `In the rehearsal, ${reason.replace(/^(All|The|Not) /, (word) => word.toLowerCase()).replace(/\.$/, '')}.`;
}
