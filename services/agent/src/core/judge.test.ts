import { Check, fail, inconclusive, noData, pass, pending, type Verdict } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answered } from './answer.ts';
import { baselineOf, judgeBaseline, judgeNewZone, judgeServing } from './judge-baseline.ts';
import { judgeCheck } from './judge-check.ts';
import { judgeSteady, judgeVerification, silenceOf, worstOf } from './judge-round.ts';
import { soaQuestion } from './plan-questions.ts';
import { isLowerSerial } from './serial.ts';
import type { Round } from './world.ts';

const GOOD: Answered = {
  kind: 'answer',
  rcode: 'NOERROR',
  aa: true,
  ad: false,
  ra: false,
  tc: false,
  answers: ['192.0.2.1'],
  serial: null,
  nsid: null,
  latencyMs: 1,
};
const SOA = soaQuestion('example.com');

function judged(expected: object, answer: Partial<Answered>, starting = false): Verdict {
  const check = Check.parse({ name: 'www.example.com', type: 'A', expect: expected, timeout: '1s' });
  const question = { name: check.name, type: check.type, transport: 'udp' as const, timeoutMs: 1000 };
  return judgeCheck(check, question, { ...GOOD, ...answer }, starting);
}

describe('a check', () => {
  test.each<[string, object, Partial<Answered>, string]>([
    ['the expected answer', { answers: ['192.0.2.1'] }, {}, 'answered'],
    [
      'another order',
      { answers: ['192.0.2.2', '192.0.2.1'] },
      { answers: ['192.0.2.1', '192.0.2.2'] },
      'answered',
    ],
    ['one answer too few', { answers: ['192.0.2.1', '192.0.2.2'] }, {}, 'wrong_answers'],
    [
      'one answer too many',
      { answers: ['192.0.2.1'] },
      { answers: ['192.0.2.1', '192.0.2.2'] },
      'wrong_answers',
    ],
    ['no answer where none is expected', { answers: [] }, { answers: [] }, 'answered'],
    ['answers where none are expected', { answers: [] }, {}, 'wrong_answers'],
    ['REFUSED', {}, { rcode: 'REFUSED' }, 'wrong_rcode'],
    ['NXDOMAIN where it is expected', { rcode: 'NXDOMAIN' }, { rcode: 'NXDOMAIN', answers: [] }, 'answered'],
    ['no aa flag', { aa: true }, { aa: false }, 'wrong_flags'],
    ['no serial', { minSerial: 5 }, {}, 'no_serial'],
    ['an older serial', { minSerial: 5 }, { serial: 4 }, 'serial_too_low'],
    ['a serial that has wrapped around', { minSerial: 4_294_967_295 }, { serial: 1 }, 'answered'],
    ['SERVFAIL', {}, { rcode: 'SERVFAIL' }, 'wrong_rcode'],
    ['an answer that should have been refused', { rcode: 'REFUSED' }, {}, 'not_refused'],
    ['another code than a refusal', { rcode: 'REFUSED' }, { rcode: 'SERVFAIL' }, 'wrong_rcode'],
    ['no ad flag', { ad: true }, {}, 'wrong_flags'],
    ['recursion offered to everybody', { ra: false }, { ra: true }, 'wrong_flags'],
    ['an answer cut short', { tc: false }, { tc: true }, 'wrong_flags'],
    [
      'all flags as expected',
      { aa: true, ad: false, ra: true, tc: true },
      { ra: true, tc: true },
      'answered',
    ],
    ['another server', { nsid: 'ns1' }, { nsid: 'ns2' }, 'wrong_server'],
    ['a server without identity', { nsid: 'ns1' }, {}, 'wrong_server'],
    ['the right server', { nsid: 'ns1' }, { nsid: 'ns1' }, 'answered'],
    ['a slow answer', { maxLatency: '10ms' }, { latencyMs: 10.5 }, 'too_slow'],
    ['a quick one', { maxLatency: '10ms' }, { latencyMs: 10 }, 'answered'],
    [
      'a wrong answer that is slow as well',
      { answers: [], maxLatency: '1ms' },
      { latencyMs: 9 },
      'wrong_answers',
    ],
  ])('%s', (_, expected, answer, code) => {
    expect(judged(expected, answer).code).toBe(code);
  });

  test('says in its reason what an operator needs', () => {
    expect(judged({}, { rcode: 'REFUSED' }).reason).toBe(
      'www.example.com A over udp answered REFUSED, expected NOERROR',
    );
  });

  test('SERVFAIL says nothing while the daemon starts; REFUSED does', () => {
    expect(judged({}, { rcode: 'SERVFAIL' }, true).verdict).toBe('inconclusive');
    expect(judged({}, { rcode: 'OTHER' }, true).verdict).toBe('inconclusive');
    expect(judged({}, { rcode: 'REFUSED' }, true).verdict).toBe('fail');
    expect(judged({ rcode: 'SERVFAIL' }, { rcode: 'SERVFAIL' }, true).verdict).toBe('pass');
  });

  test('a slow answer is no failure yet while the daemon starts', () => {
    expect(judged({ maxLatency: '1ms' }, { latencyMs: 2 }, true)).toMatchObject({
      verdict: 'inconclusive',
      code: 'too_slow',
    });
  });

  test('over TCP nothing is said of truncation', () => {
    const check = Check.parse({ name: 'x.example', type: 'A', expect: { tc: true } });
    const question = { name: 'x.example', type: 'A', transport: 'tcp', timeoutMs: 1 } as const;
    expect(judgeCheck(check, question, GOOD, false).code).toBe('answered');
  });

  test('answers are a set: neither order nor repetition matters, and one more or less does', () => {
    const addresses = fc.uniqueArray(fc.ipV4(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(addresses, fc.infiniteStream(fc.nat()), (given, numbers) => {
        const shuffled = given.toSorted(() => ((numbers.next().value ?? 0) % 3) - 1);
        const code = (answers: string[]): string => judged({ answers: given }, { answers }).code;
        expect(code([...shuffled, ...shuffled.slice(0, 1)])).toBe('answered');
        expect(code(shuffled.slice(1))).toBe('wrong_answers');
        expect(judged({ answers: given.slice(1) }, { answers: shuffled }).code).toBe('wrong_answers');
      }),
    );
  });
});

describe('a zone that answered before', () => {
  const before = { zone: 'example.com', transport: 'udp', rcode: 'NOERROR', aa: true, serial: 10 } as const;
  test.each<[string, Partial<Answered>, string]>([
    ['the same', { serial: 10 }, 'answered'],
    ['a newer serial', { serial: 11 }, 'answered'],
    ['an older serial', { serial: 9 }, 'serial_went_back'],
    ['a serial so far ahead that it counts as older', { serial: 2 ** 31 + 20 }, 'serial_went_back'],
    ['no SOA', { serial: null }, 'no_serial'],
    ['no aa', { serial: 10, aa: false }, 'wrong_flags'],
    ['REFUSED', { rcode: 'REFUSED' }, 'wrong_rcode'],
  ])('%s', (_, answer, code) => {
    expect(judgeBaseline(before, SOA, { ...GOOD, ...answer }, false).code).toBe(code);
  });

  test('at loopback is judged by what loopback answered', () => {
    const question = { ...SOA, at: 'loopback' as const };
    const known = baselineOf(question, { ...GOOD, serial: 3 });
    expect(known).toEqual({ ...before, zone: 'example.com', at: 'loopback', serial: 3 });
    expect(baselineOf(SOA, GOOD)).not.toHaveProperty('at');
  });

  test.each(['SERVFAIL', 'REFUSED', 'NXDOMAIN', 'OTHER'] as const)(
    'one that was answered %s need not be answered afterwards',
    (rcode) => expect(baselineOf(SOA, { ...GOOD, rcode })).toBeNull(),
  );

  test('a new zone must be authoritative', () => {
    expect(judgeNewZone(SOA, GOOD, false).verdict).toBe('pass');
    expect(judgeNewZone(SOA, { ...GOOD, aa: false }, false).verdict).toBe('fail');
  });

  test('a refusal says that the daemon serves, SERVFAIL does not', () => {
    expect(judgeServing(SOA, { ...GOOD, rcode: 'REFUSED' }, false).verdict).toBe('pass');
    expect(judgeServing(SOA, { ...GOOD, rcode: 'SERVFAIL' }, false).verdict).toBe('fail');
    expect(judgeServing(SOA, { ...GOOD, rcode: 'OTHER' }, false).verdict).toBe('fail');
  });
});

test('serials: one more is never lower, one less always is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (serial) => {
      const next = (serial + 1) % 2 ** 32;
      expect([
        isLowerSerial(next, serial),
        isLowerSerial(serial, next),
        isLowerSerial(serial, serial),
      ]).toEqual([false, true, false]);
    }),
  );
});

const P = pass('answered', 'Right.');
const F = fail('wrong_rcode', 'Wrong.');
const N = noData('no_answer', 'Nothing.');
const I = inconclusive('still_starting', 'SERVFAIL.');

describe('many verdicts are one', () => {
  test('the worst, whatever the order', () => {
    const worst = (verdicts: Verdict[]): string => worstOf(verdicts).verdict;
    expect(worst([P, pending('x', ''), I, N, F])).toBe('fail');
    expect(worst([P, pending('x', ''), N, I])).toBe('noData');
    expect(worst([pending('x', ''), P, I])).toBe('inconclusive');
    expect(worst([P, pending('x', ''), P])).toBe('pending');
    expect(worst([P, P])).toBe('pass');
  });

  test('nothing judged is no data, never pass', () => {
    expect(worstOf([])).toMatchObject({ verdict: 'noData', code: 'nothing_to_check' });
  });

  test('the reason names the first failure and how many there are', () => {
    expect(worstOf([P, F, N, F, P]).reason).toBe('Wrong. (2 of 5 questions)');
  });
});

function rounds(...verdicts: Verdict[]): Round[] {
  return verdicts.map((verdict, at) => ({
    startedAt: at,
    endedAt: at,
    turn: 0,
    verdict,
    process: null,
    exits: 0,
  }));
}

const started = (forMs: number, zones = 1) => ({ forMs, withinMs: 5000, zones });

describe('a round without any answer', () => {
  const none = (refused?: true) => ({
    kind: 'none' as const,
    cause: 'x',
    latencyMs: 1,
    ...(refused && { refused }),
  });
  test.each([
    ['no questions', [], undefined],
    ['one answer is enough', [none(true), GOOD], undefined],
    ['all refused', [none(true), none(true)], 'refused'],
    ['some refused', [none(true), none()], 'unanswered'],
    ['all silent', [none()], 'unanswered'],
  ])('%s', (_, answers, silence) => expect(silenceOf(answers)).toBe(silence));
});

describe('a daemon that was just started', () => {
  test.each<[string, Verdict[], boolean, string]>([
    ['nothing asked yet', [], false, 'pending'],
    ['all right once', [N, I, P], false, 'pass'],
    ['wrong twice', [F, F], false, 'pending'],
    ['wrong three times', [N, F, F, F], false, 'fail'],
    ['wrong, but not in a row', [F, F, N, F], false, 'pending'],
    ['silent for long, in time', [N, N, N, N], false, 'pending'],
    ['silent, out of time', [N], true, 'fail'],
    ['SERVFAIL, out of time', [I], true, 'fail'],
    ['never asked, out of time', [], true, 'fail'],
    ['right just out of time', [P], true, 'pass'],
  ])('%s', (_, verdicts, overdue, verdict) => {
    expect(judgeVerification(rounds(...verdicts), started(overdue ? 5001 : 5000)).verdict).toBe(verdict);
  });

  const refused = rounds(N, N, N).map((round) => ({ ...round, silence: 'refused' as const }));
  const mute = refused.map((round) => ({ ...round, silence: 'unanswered' as const }));
  const [first, ...others] = refused;
  test.each<[string, Round[], number, number, string]>([
    ['a closed port is waited for', refused, 3000, 0, 'verifying'],
    ['and not for long', refused, 3001, 0, 'not_listening'],
    ['but longer where many zones are read', refused, 5000, 20_000, 'verifying'],
    ['two rounds are not certain', others, 5000, 0, 'verifying'],
    ['silence is waited for', mute, 5000, 0, 'verifying'],
    ['one answer among them is one', [...others, ...rounds(N)], 5000, 0, 'verifying'],
    [
      'right answers are right',
      [first, ...others, ...rounds(P)].filter((r) => r !== undefined),
      5000,
      0,
      'answered',
    ],
  ])('%s', (_, seen, forMs, zones, code) => {
    expect(judgeVerification(seen, started(forMs, zones)).code).toBe(code);
  });
});

describe('a daemon that is up', () => {
  test.each<[string, Verdict[], string]>([
    ['not asked', [], 'pending'],
    ['right', [F, F, P], 'pass'],
    ['wrong once', [P, F], 'pending'],
    ['wrong in its first round', [F], 'pending'],
    ['wrong twice', [P, F, F], 'fail'],
    ['wrong, then silent', [F, N], 'fail'],
    ['not judged twice', [I, I], 'fail'],
  ])('%s', (_, verdicts, verdict) => {
    expect(judgeSteady(rounds(...verdicts), 2).verdict).toBe(verdict);
  });

  test.each([1, 2, 3, 4, 5])(
    'that may go wrong %i times in a row fails with the last of them, and not before',
    (n) => {
      const wrong = Array.from({ length: n }, () => F);
      expect(judgeSteady(rounds(P, ...wrong), n).verdict).toBe('fail');
      expect(judgeSteady(rounds(P, ...wrong.slice(1)), n).verdict).toBe(n === 1 ? 'pass' : 'pending');
      expect(judgeSteady(rounds(...wrong.slice(1), P, F), n).verdict).toBe(n === 1 ? 'fail' : 'pending');
    },
  );

  test('is not forgiven a second round without any answer, whatever else it is forgiven', () => {
    const silent = rounds(N, N, N).map((round) => ({ ...round, silence: 'unanswered' as const }));
    expect(judgeSteady(silent.slice(0, 2), 5)).toMatchObject({ verdict: 'fail', code: 'no_answer' });
    expect(judgeSteady(silent.slice(0, 1), 5).verdict).toBe('pending');
    expect(judgeSteady(rounds(N, N, N), 5).verdict).toBe('pending');
    expect(judgeSteady([...silent.slice(0, 1), ...rounds(P), ...silent.slice(1, 2)], 5).verdict).toBe(
      'pending',
    );
  });

  test('that ends between any two rounds is in a restart loop, however right its answers', () => {
    const looping = rounds(P, P, P).map((round, exits) => ({ ...round, exits }));
    expect(judgeSteady(looping, 2).code).toBe('restart_loop');
  });
});
