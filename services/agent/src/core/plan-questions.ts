import { type Assignment, type Check, type Expect, pass, type Verdict } from '@breakwater/shared';
import type { Answer, Answered, Question } from './answer.ts';
import type { Baseline, Zone, ZoneAnswer } from './baseline.ts';
import {
  isOwnZone,
  isPrimary,
  judgeBaseline,
  judgeNewZone,
  judgeServing,
  stagedSerialFault,
} from './judge-baseline.ts';
import { inWords, judgeCheck, unanswered } from './judge-check.ts';
import { BOUNDS } from './pace.ts';
import { normalName } from './rdata.ts';
import type { Purpose } from './world.ts';

/** A question, how often it is asked until there is an answer, and what is made of the answer. */
export interface Ask {
  question: Question;
  tries: number;
  /** The serial that the question was answered with before the change, where there was one. */
  serialBefore?: number;
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

/** How many zones one round of a long watch asks; the next round takes the next ones. Two rounds a second: 60 zones. */
const SAMPLE = 30;
const ZONE_TIMEOUT_MS = 1000;
const ZONE_TRIES = 3;
const ZONES_OVER_TCP = 3;
const ZONES_AT_LOOPBACK = 3;
/** Enough to find a view that only some clients get, and few beside thousands of zones. */
const ZONES_AS_CLIENTS = 100;

/**
 * Plans one round. An empty plan means that there is nothing by which the generation could be judged, which
 * is never good enough; only a host that answers no zone, before and after, is asked whether it serves at all.
 */
export function planQuestions(purpose: Purpose, ground: Ground, turn: number): Ask[] {
  switch (purpose) {
    case 'verify':
      return orServing(ground, [...askChecks(ground), ...askZones(ground)]);
    case 'soak':
      return orServing(ground, [...askChecks(ground), ...sample(askZones(ground), turn)]);
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
 * The questions whose answers make a baseline: every zone over UDP; a few over TCP, which shows whether the daemon
 * still takes connections; and a few at loopback, where many a host asks its own server. Thousands of those would
 * only load the daemon. Some are asked once more with RD set, as every stub resolver asks: a view with
 * `match-recursive-only` gives those another answer, or none.
 * @param atLoopback false where the service address is a loopback address itself
 */
export function baselineQuestions(zones: readonly string[], atLoopback: boolean): Question[] {
  const overTcp = zones.slice(0, ZONES_OVER_TCP).map((zone) => soaQuestion(zone, 'tcp'));
  const local = zones.slice(0, atLoopback ? ZONES_AT_LOOPBACK : 0);
  const loopback = local.map((zone): Question => ({ ...soaQuestion(zone), at: 'loopback' }));
  const asClients = spread(zones, ZONES_AS_CLIENTS).map((zone) => asClient(soaQuestion(zone)));
  return [...zones.map((zone) => soaQuestion(zone)), ...asClients, ...overTcp, ...loopback];
}

/** So many of a list at most, spread over all of it. */
export function spread<Item>(list: readonly Item[], atMost: number): Item[] {
  const count = Math.min(Math.max(0, atMost), list.length);
  const places = Array.from({ length: count }, (_, at) => Math.floor((at * list.length) / count));
  return places.map((place) => list[place]).filter((item) => item !== undefined);
}

function asClient(question: Question): Question {
  return { ...question, recursionDesired: true };
}

/**
 * How long a round may be without any answer until it is over, in milliseconds. Only recursion may take longer than a
 * moment: everything else is answered from what the server has.
 */
export function silenceBound(asks: readonly Ask[]): number {
  if (!asks.every(({ question }) => question.recursionDesired === true)) return BOUNDS.silence;
  return Math.max(BOUNDS.silence, ...asks.map(({ question }) => question.timeoutMs));
}

/** Whether a zone may be gone: the submitter has said so. */
export function mayVanish(zone: string, removed: Expect['zonesRemoved']): boolean {
  return removed === '*' || removed.some((name) => normalName(name) === normalName(zone));
}

function askChecks(ground: Ground): Ask[] {
  return ground.checks.flatMap((check) => {
    const asked = placesOf(check).flatMap((at) =>
      transportsOf(check).map((transport) => askCheck(check, { transport, at }, check.recursionDesired)),
    );
    const [first] = asked;
    return first !== undefined && goesBothWays(check, ground)
      ? [...asked, ownOnly(askCheck(check, first.question, true))]
      : asked;
  });
}

/**
 * Whether a check is asked with and without RD: where it does not say which, and the host has the name in a zone of its
 * own, so that both get the same answer. Of a name elsewhere only whoever submitted the check can know.
 */
function goesBothWays({ recursionDesired, type, name }: Check, ground: Ground): boolean {
  if (recursionDesired !== undefined || type === 'AXFR') return false;
  const own = [
    ...ground.baseline.map(({ zone }) => zone),
    ...ground.zonesNow.filter(isPrimary).map((zone) => zone.name),
  ];
  return own.some((zone) => isWithin(normalName(name), normalName(zone)));
}

/** Whether a name is that of a zone, or below it; both as `normalName` writes them. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`);
}

/** What a server has found out elsewhere, as below a delegation, is no answer of its own and is not judged. */
function ownOnly(ask: Ask): Ask {
  return {
    ...ask,
    judge: (answer, starting) =>
      answer.ra && !answer.aa && answer.rcode !== 'REFUSED'
        ? pass('answered', `${inWords(ask.question)} was answered from elsewhere`)
        : ask.judge(answer, starting),
  };
}

function transportsOf({ transport }: Check): Question['transport'][] {
  return transport === 'both' ? ['udp', 'tcp'] : [transport];
}

type Place = NonNullable<Question['at']>;

function placesOf({ at }: Check): Place[] {
  return at === 'both' ? ['service', 'loopback'] : [at];
}

function askCheck(
  check: Check,
  { transport, at }: Pick<Question, 'transport' | 'at'>,
  recursionDesired: boolean | undefined,
): Ask {
  const { name, type, timeout, ednsUdpSize, dnssecOk, randomLabel } = check;
  const flags = { recursionDesired: recursionDesired === true, ednsUdpSize, dnssecOk, randomLabel };
  const question: Question = { name, type, transport, timeoutMs: timeout, at: at ?? 'service', ...flags };
  return {
    question,
    // The last try is over before its round is: what was not answered is then named, and nobody waits for it longer.
    tries: Math.max(1, Math.min(check.tries, Math.ceil(BOUNDS.round / timeout) - 1)),
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
  const fresh = [...addedNames].map((zone) => soaQuestion(zone));
  // Where clients got nothing before, nobody knows that they should get something now.
  const open = baseline.length === 0 || baseline.some(({ recursionDesired }) => recursionDesired === true);
  const asClients = open ? spread(fresh, ZONES_AS_CLIENTS).map(asClient) : [];
  return withStagedSerials([...known.map(askBefore), ...[...fresh, ...asClients].map(askNew)], zonesNow);
}

/** A zone that is answered well may still be the one from before the change: its serial tells. */
function withStagedSerials(asks: readonly Ask[], zonesNow: readonly Zone[]): Ask[] {
  const staged = new Map(zonesNow.filter(isPrimary).map(({ name, serial }) => [normalName(name), serial]));
  return asks.map((ask) => ({
    ...ask,
    judge: (answer, starting) => {
      const judged = ask.judge(answer, starting);
      if (judged.verdict !== 'pass') return judged;
      const serial = staged.get(normalName(ask.question.name));
      return stagedSerialFault(ask.question, answer, serial) ?? judged;
    },
  }));
}

function askBefore(before: ZoneAnswer): Ask {
  const { zone, transport, at = 'service', recursionDesired } = before;
  const question: Question = {
    ...soaQuestion(zone, transport),
    at,
    ...(recursionDesired === true && { recursionDesired }),
  };
  return {
    question,
    tries: ZONE_TRIES,
    ...(before.serial !== null && { serialBefore: before.serial }),
    judge: (answer, starting) => judgeBaseline(before, question, answer, starting),
  };
}

function askNew(question: Question): Ask {
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
