import type { Assignment, Check, Expect, Verdict } from '@breakwater/shared';
import type { Answer, Answered, Question } from './answer.ts';
import type { Baseline, Zone, ZoneAnswer } from './baseline.ts';
import { isOwnZone, isPrimary, judgeBaseline, judgeNewZone, judgeServing } from './judge-baseline.ts';
import { judgeCheck, unanswered } from './judge-check.ts';
import { normalName } from './rdata.ts';
import type { Purpose } from './world.ts';

/** A question, how often it is asked until there is an answer, and what is made of the answer. */
export interface Ask {
  question: Question;
  tries: number;
  judge: (answer: Answered, starting: boolean) => Verdict;
}

/** Judges what came back for a question. */
export function judgeAsk(ask: Ask, answer: Answer, starting: boolean): Verdict {
  return answer.kind === 'none' ? unanswered(ask.question, answer.cause) : ask.judge(answer, starting);
}

/** What the questions of a round are planned from. */
export interface Ground {
  checks: Assignment['checks'];
  expect: Pick<Expect, 'zonesRemoved'>;
  baseline: Baseline;
  /** The zones that the tree before the change, and the tree of the change, configure. */
  zonesBefore: readonly Zone[];
  zonesNow: readonly Zone[];
}

/** How many zones one round of a long watch asks; the next round takes the next ones. */
const SAMPLE = 50;
const ZONE_TIMEOUT_MS = 1000;
const ZONE_TRIES = 3;
const ZONES_OVER_TCP = 3;

/**
 * Plans one round. An empty plan means that there is nothing by which the generation could be judged, which
 * is never good enough; only a host that answers no zone, before and after, is asked whether it serves at all.
 */
export function planQuestions(purpose: Purpose, ground: Ground, turn: number): Ask[] {
  switch (purpose) {
    case 'verify':
      return orServing(ground, [...askChecks(ground.checks), ...askZones(ground)]);
    case 'soak':
      return orServing(ground, [...askChecks(ground.checks), ...sample(askZones(ground), turn)]);
    case 'revert':
      return ground.baseline.length === 0 ? [askServing()] : ground.baseline.map(askBefore);
    case 'idle':
      return ground.baseline.length === 0 ? [askServing()] : sample(ground.baseline.map(askBefore), turn);
    default:
      return purpose satisfies never;
  }
}

/** The question that tells whether a zone is served. */
export function soaQuestion(zone: string, transport: Question['transport'] = 'udp'): Question {
  return { name: zone, type: 'SOA', transport, timeoutMs: ZONE_TIMEOUT_MS };
}

/**
 * The questions whose answers make a baseline: every zone over UDP, and a few over TCP, which shows whether the
 * daemon still takes connections; thousands of them would only load it.
 */
export function baselineQuestions(zones: readonly string[]): Question[] {
  const overTcp = zones.slice(0, ZONES_OVER_TCP).map((zone) => soaQuestion(zone, 'tcp'));
  return [...zones.map((zone) => soaQuestion(zone)), ...overTcp];
}

/** Whether a zone may be gone: the submitter has said so. */
export function mayVanish(zone: string, removed: Expect['zonesRemoved']): boolean {
  return removed === '*' || removed.some((name) => normalName(name) === normalName(zone));
}

function askChecks(checks: Ground['checks']): Ask[] {
  return checks.flatMap((check) => transportsOf(check).map((transport) => askCheck(check, transport)));
}

function transportsOf({ transport }: Check): Question['transport'][] {
  return transport === 'both' ? ['udp', 'tcp'] : [transport];
}

function askCheck(check: Check, transport: Question['transport']): Ask {
  const question: Question = { name: check.name, type: check.type, transport, timeoutMs: check.timeout };
  return {
    question,
    tries: check.tries,
    judge: (answer, starting) => judgeCheck(check, question, answer, starting),
  };
}

function askZones({ baseline, expect, zonesBefore, zonesNow }: Ground): Ask[] {
  const names = (zones: readonly Zone[]): Set<string> => new Set(zones.map((zone) => normalName(zone.name)));
  const [before, now] = [names(zonesBefore), names(zonesNow)];
  const known = baseline.filter(
    ({ zone }) => now.has(normalName(zone)) || !mayVanish(zone, expect.zonesRemoved),
  );
  const added = zonesNow.filter((zone) => isPrimary(zone) && !before.has(normalName(zone.name)));
  const addedNames = names(added).difference(new Set(known.map(({ zone }) => normalName(zone))));
  return [...known.map(askBefore), ...[...addedNames].map(askNew)];
}

function askBefore(before: ZoneAnswer): Ask {
  const question = soaQuestion(before.zone, before.transport);
  return {
    question,
    tries: ZONE_TRIES,
    judge: (answer, starting) => judgeBaseline(before, question, answer, starting),
  };
}

function askNew(zone: string): Ask {
  const question = soaQuestion(zone);
  return {
    question,
    tries: ZONE_TRIES,
    judge: (answer, starting) => judgeNewZone(question, answer, starting),
  };
}

function orServing({ baseline, zonesNow }: Ground, asks: Ask[]): Ask[] {
  const zoneless = baseline.length === 0 && !zonesNow.some(isOwnZone);
  return asks.length === 0 && zoneless ? [askServing()] : asks;
}

/** Every daemon has an opinion on the root zone, if only REFUSED. */
function askServing(): Ask {
  const question = soaQuestion('.');
  return {
    question,
    tries: ZONE_TRIES,
    judge: (answer, starting) => judgeServing(question, answer, starting),
  };
}

function sample(asks: Ask[], turn: number): Ask[] {
  if (asks.length <= SAMPLE) return asks;
  const start = (turn * SAMPLE) % asks.length;
  return [...asks, ...asks].slice(start, start + SAMPLE);
}
