import { Check, fail, inconclusive, noData, pass, pending, RCODES, type Verdict } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer, Answered } from './answer.ts';
import type { ZoneAnswer } from './baseline.ts';
import { judgeSteady, judgeVerification, silenceOf, worstOf } from './judge-round.ts';
import { type Ground, judgeAsk, planQuestions } from './plan-questions.ts';
import { judgeVantage } from './vantage.ts';
import { witnessFault } from './witness.ts';
import { PURPOSES, type Round } from './world.ts';

/** Few values, so that what is expected and what is answered often agree, and often nearly do. */
const serial = fc.constantFrom(1, 2, 3, 4_294_967_295);
const nsid = fc.constantFrom('ns1', 'ns2');
const addresses = fc.subarray(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
const latency = fc.constantFrom(1, 10, 20);

const answered: fc.Arbitrary<Answered> = fc.record({
  kind: fc.constant('answer' as const),
  rcode: fc.oneof(
    { weight: 6, arbitrary: fc.constant('NOERROR' as const) },
    fc.constantFrom(...RCODES, 'OTHER' as const),
  ),
  aa: fc.boolean(),
  ad: fc.boolean(),
  ra: fc.boolean(),
  tc: fc.boolean(),
  answers: addresses,
  serial: fc.option(serial),
  nsid: fc.option(nsid),
  latencyMs: latency,
});
const none: fc.Arbitrary<Answer> = fc.record(
  {
    kind: fc.constant('none' as const),
    cause: fc.constant('no answer within 1000ms'),
    latencyMs: latency,
    refused: fc.constant(true as const),
  },
  { requiredKeys: ['kind', 'cause', 'latencyMs'] },
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const expectation = fc.record({
  rcode: fc.constantFrom('NOERROR' as const, 'NOERROR' as const, 'REFUSED' as const, 'NXDOMAIN' as const),
  aa: optional(fc.boolean()),
  ad: optional(fc.boolean()),
  ra: optional(fc.boolean()),
  tc: optional(fc.boolean()),
  answers: optional(addresses),
  minSerial: optional(serial),
  nsid: optional(nsid),
  maxLatency: optional(fc.constantFrom('1ms', '10ms')),
});
const check = fc
  .record({
    name: fc.constantFrom('a.example', 'www.a.example'),
    type: fc.constantFrom('A', 'SOA'),
    transport: fc.constantFrom('udp', 'tcp', 'both'),
    at: fc.constantFrom('service', 'loopback', 'both'),
    expect: expectation,
    timeout: fc.constant('1s'),
  })
  .map((fields) => Check.parse(fields));

const zoneAnswer: fc.Arbitrary<ZoneAnswer> = fc.record({
  zone: fc.constantFrom('a.example', 'b.example'),
  transport: fc.constantFrom('udp' as const, 'tcp' as const),
  rcode: fc.constant('NOERROR' as const),
  aa: fc.boolean(),
  serial: fc.option(serial),
});
const zones = fc.array(
  fc.record({ name: fc.constantFrom('a.example', 'c.example'), type: fc.constantFrom('primary', 'forward') }),
);
const ground: fc.Arbitrary<Ground> = fc.record({
  checks: fc.array(check, { maxLength: 3 }),
  expect: fc.constant({ zonesRemoved: [] }),
  baseline: fc.array(zoneAnswer, { maxLength: 3 }),
  zonesBefore: zones,
  zonesNow: zones,
});
const purpose = fc.constantFrom(...PURPOSES);
const turn = fc.nat(10);

const P = pass('answered', 'Right.');
const verdict: fc.Arbitrary<Verdict> = fc.constantFrom(
  P,
  fail('wrong_rcode', 'Wrong.'),
  noData('no_answer', 'Nothing.'),
  inconclusive('still_starting', 'SERVFAIL.'),
  pending('not_certain', 'Not yet.'),
);
const shuffled = <T>(items: fc.Arbitrary<T[]>) =>
  items.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));

/** Whether a later serial is the newer one; that of RFC 1982 for the few serials here, written down. */
const NEWER: Readonly<Record<number, readonly number[]>> = {
  1: [1, 2, 3],
  2: [2, 3],
  3: [3],
  4_294_967_295: [4_294_967_295, 1, 2, 3],
};
const reaches = (least: number, now: number | null): boolean =>
  now !== null && NEWER[least]?.includes(now) === true;
const agrees = <T>(wanted: T | undefined, got: T): boolean => wanted === undefined || wanted === got;

/** What a check says, in the plainest words there are: every field that is given must hold. */
function holds({ expect: wanted }: Check, transport: 'udp' | 'tcp', got: Answered): boolean {
  const { answers, minSerial, maxLatency } = wanted;
  return [
    wanted.rcode === got.rcode,
    agrees(wanted.aa, got.aa) && agrees(wanted.ad, got.ad) && agrees(wanted.ra, got.ra),
    transport === 'tcp' || agrees(wanted.tc, got.tc),
    agrees<string | null>(wanted.nsid, got.nsid),
    answers === undefined || answers.toSorted().join() === got.answers.toSorted().join(),
    minSerial === undefined || reaches(minSerial, got.serial),
    maxLatency === undefined || got.latencyMs <= maxLatency,
  ].every(Boolean);
}

describe('for every question that is ever asked', () => {
  test('no answer is no data, and a round that holds one is no pass', () => {
    fc.assert(
      fc.property(purpose, ground, turn, none, fc.boolean(), (why, on, at, silence, starting) => {
        const asks = planQuestions(why, on, at);
        const verdicts = asks.map((ask) => judgeAsk(ask, silence, starting));
        expect(verdicts.filter((each) => each.verdict !== 'noData')).toEqual([]);
        expect(worstOf(verdicts).verdict).toBe('noData');
        if (asks.length > 0) expect(worstOf([...verdicts, P]).verdict).toBe('noData');
      }),
    );
  });

  test('what passes a running daemon passes a starting one, and only time is given: nothing wrong becomes right', () => {
    fc.assert(
      fc.property(purpose, ground, turn, answered, (why, on, at, answer) => {
        for (const ask of planQuestions(why, on, at)) {
          const [later, first] = [judgeAsk(ask, answer, false), judgeAsk(ask, answer, true)];
          expect(first.verdict === 'pass').toBe(later.verdict === 'pass');
          expect(['pass', 'fail']).toContain(later.verdict);
        }
      }),
    );
  });

  test('a submitted check passes exactly when every field that it gives holds', () => {
    fc.assert(
      fc.property(check, answered, (given, answer) => {
        const ask = { checks: [given], baseline: [], zonesBefore: [], zonesNow: [] };
        for (const { question, judge } of planQuestions(
          'verify',
          { ...ask, expect: { zonesRemoved: [] } },
          0,
        )) {
          const right = judge(answer, false).verdict === 'pass';
          expect(right).toBe(holds(given, question.transport, answer));
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('a zone passes exactly when it is answered with all that it had, and no lower serial', () => {
    fc.assert(
      fc.property(zoneAnswer, answered, (before, answer) => {
        const on = { checks: [], expect: { zonesRemoved: [] }, zonesBefore: [], zonesNow: [] };
        const [ask] = planQuestions('revert', { ...on, baseline: [before] }, 0);
        const kept = before.serial === null || reaches(before.serial, answer.serial);
        const right = answer.rcode === 'NOERROR' && (answer.aa || !before.aa) && kept;
        expect(ask?.judge(answer, false).verdict).toBe(right ? 'pass' : 'fail');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('for every round', () => {
  test('its verdict does not depend on the order of its questions, and passes only when all did', () => {
    fc.assert(
      fc.property(shuffled(fc.array(verdict, { maxLength: 6 })), ([all, other]) => {
        expect(worstOf(other).verdict).toBe(worstOf(all).verdict);
        const passed = all.length > 0 && all.every((each) => each.verdict === 'pass');
        expect(worstOf(all).verdict === 'pass').toBe(passed);
      }),
    );
  });

  test('what its silence was like does not depend on the order of its answers', () => {
    fc.assert(
      fc.property(shuffled(fc.array(fc.oneof(answered, none), { maxLength: 5 })), ([all, other]) => {
        expect(silenceOf(other)).toBe(silenceOf(all));
      }),
    );
  });

  test('a daemon passes only when its newest round did, however it was before', () => {
    const seen = fc.array(verdict, { maxLength: 8 }).map((all): Round[] =>
      all.map((each, at) => {
        const times = { startedAt: at, endedAt: at, turn: 0 };
        return { ...times, verdict: each, process: null, exits: 0 };
      }),
    );
    fc.assert(
      fc.property(seen, fc.integer({ min: 1, max: 5 }), fc.nat(9000), (rounds, failAfter, forMs) => {
        const right = rounds.at(-1)?.verdict.verdict === 'pass';
        const start = { forMs, withinMs: 5000, zones: 1 };
        expect(judgeSteady(rounds, failAfter).verdict === 'pass').toBe(right);
        expect(judgeVerification(rounds, start).verdict === 'pass').toBe(right);
      }),
    );
  });

  test('another host passes only when the last two rounds from here did', () => {
    fc.assert(
      fc.property(fc.array(verdict, { maxLength: 4 }), (all) => {
        const rounds = all.map((each, startedAt) => ({ startedAt, verdict: each }));
        const newest = all.slice(-2).map((each) => each.verdict);
        expect(judgeVantage(rounds).verdict === 'pass').toBe(newest.join() === 'pass,pass');
        const agreed = newest.join() === 'fail,fail';
        expect(judgeVantage(rounds).verdict === 'fail').toBe(agreed);
      }),
    );
  });
});

test('one wrong answer among those of a question that was asked again and again is always a fault', () => {
  fc.assert(
    fc.property(check, fc.array(answered, { minLength: 1, maxLength: 5 }), (given, answers) => {
      const on = { checks: [given], baseline: [], zonesBefore: [], zonesNow: [] };
      for (const ask of planQuestions('verify', { ...on, expect: { zonesRemoved: [] } }, 0)) {
        const wrong = answers.some((answer) => judgeAsk(ask, answer, false).verdict !== 'pass');
        if (wrong) expect(witnessFault(ask, answers, false)).not.toBeNull();
      }
    }),
  );
});
