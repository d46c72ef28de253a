import { Check, fail, inconclusive, noData, pass, pending, type Verdict } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answered } from './answer.ts';
import { judgeBaseline, judgeNewZone, judgeServing } from './judge-baseline.ts';
import { judgeCheck } from './judge-check.ts';
import { judgeSteady, judgeVerification, worstOf } from './judge-round.ts';
import { judgeZones } from './judge-zones.ts';
import { soaQuestion } from './plan-questions.ts';
import { isLowerSerial } from './serial.ts';
import type { Round } from './world.ts';

const GOOD: Answered = {
  kind: 'answer',
  rcode: 'NOERROR',
  aa: true,
  answers: ['192.0.2.1'],
  serial: null,
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
});

describe('a zone that answered before', () => {
  const before = { zone: 'example.com', transport: 'udp', rcode: 'NOERROR', aa: true, serial: 10 } as const;
  test.each<[string, Partial<Answered>, string]>([
    ['the same', { serial: 10 }, 'answered'],
    ['a newer serial', { serial: 11 }, 'answered'],
    ['an older serial', { serial: 9 }, 'serial_went_back'],
    ['no SOA', { serial: null }, 'no_serial'],
    ['no aa', { serial: 10, aa: false }, 'wrong_flags'],
    ['REFUSED', { rcode: 'REFUSED' }, 'wrong_rcode'],
  ])('%s', (_, answer, code) => {
    expect(judgeBaseline(before, SOA, { ...GOOD, ...answer }, false).code).toBe(code);
  });

  test('a new zone must be authoritative', () => {
    expect(judgeNewZone(SOA, GOOD, false).verdict).toBe('pass');
    expect(judgeNewZone(SOA, { ...GOOD, aa: false }, false).verdict).toBe('fail');
  });

  test('a refusal says that the daemon serves, SERVFAIL does not', () => {
    expect(judgeServing(SOA, { ...GOOD, rcode: 'REFUSED' }, false).verdict).toBe('pass');
    expect(judgeServing(SOA, { ...GOOD, rcode: 'SERVFAIL' }, false).verdict).toBe('fail');
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
    expect(judgeVerification(rounds(...verdicts), overdue).verdict).toBe(verdict);
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
    expect(judgeSteady(rounds(...verdicts)).verdict).toBe(verdict);
  });

  test('that ends between any two rounds is in a restart loop, however right its answers', () => {
    const looping = rounds(P, P, P).map((round, exits) => ({ ...round, exits }));
    expect(judgeSteady(looping).code).toBe('restart_loop');
  });
});

describe('preflight', () => {
  const zone = (name: string) => ({ name, type: 'primary' });
  const [A, B] = [zone('a.example'), zone('b.example')];
  test.each([
    ['the same zones', [A, B], [A, B], {}, 'zones_as_expected'],
    ['a new zone', [A], [A, B], {}, 'zones_as_expected'],
    ['a zone that vanishes', [A, B], [A], {}, 'zone_removed_unannounced'],
    ['one that was announced', [A, B], [A], { zonesRemoved: ['B.Example.'] }, 'zones_as_expected'],
    [
      'one where another was announced',
      [A, B],
      [A],
      { zonesRemoved: ['c.example'] },
      'zone_removed_unannounced',
    ],
    ['everything, announced', [A, B], [], { zonesRemoved: '*' as const }, 'zones_as_expected'],
    ['a change where none was expected', [A], [A], { noChange: true }, 'change_not_expected'],
  ])('%s', (_, zonesBefore, zonesNow, expected, code) => {
    const expectation = { noChange: false, zonesRemoved: [], ...expected };
    expect(judgeZones({ zonesBefore, zonesNow, sameFiles: false }, expectation).code).toBe(code);
  });

  test('names the zones that would vanish', () => {
    const verdict = judgeZones(
      { zonesBefore: [A, B], zonesNow: [], sameFiles: false },
      { noChange: false, zonesRemoved: [] },
    );
    expect(verdict.reason).toContain('a.example, b.example');
  });
});
