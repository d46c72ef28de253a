import { describe, expect, test } from 'vitest';
import type { Answer, Answered } from './answer.ts';
import type { Zone, ZoneAnswer } from './baseline.ts';
import { fail, inconclusive, pass } from '@breakwater/shared';
import {
  againstLive,
  alsoRehearsed,
  dependsElsewhere,
  judgeRehearsed,
  wentWell,
  wentWrong,
  wrongInRehearsal,
} from './judge-rehearsal.ts';
import { planQuestions } from './plan-questions.ts';

const ZONES: Zone[] = [
  { name: 'example.com', type: 'primary' },
  { name: 'copy.example.com', type: 'secondary' },
  { name: 'corp', type: 'forward' },
  { name: '.', type: 'hint' },
];
const NONE: Answer = { kind: 'none', cause: 'no answer', latencyMs: 1 };

function answered(more: Partial<Answered>): Answered {
  const flags = { aa: true, ad: false, ra: false, tc: false };
  return {
    kind: 'answer',
    rcode: 'NOERROR',
    ...flags,
    answers: [],
    serial: 7,
    nsid: null,
    latencyMs: 1,
    ...more,
  };
}

/** What a round makes of one answer for the SOA of a zone that was answered with serial 7 before. */
function judged(zone: string, answer: Answer, zones = ZONES, starting = true) {
  const before: ZoneAnswer = { zone, transport: 'udp', rcode: 'NOERROR', aa: true, serial: 7 };
  const ground = {
    checks: [],
    expect: { zonesRemoved: [] },
    baseline: [before],
    zonesBefore: zones,
    zonesNow: zones,
  };
  return judgeRehearsed(planQuestions('verify', ground, 0), [answer], zones, starting);
}

test.each([
  ['example.com', false],
  ['WWW.example.com.', false],
  ['myexample.com', true],
  ['a.copy.example.com', true],
  ['host.corp', true],
  ['anything.else', true],
])('%s depends on servers elsewhere: %s', (name, elsewhere) =>
  expect(dependsElsewhere(name, ZONES)).toBe(elsewhere),
);

test('where the root zone is held, nothing depends on servers elsewhere', () =>
  expect(dependsElsewhere('any.name', [{ name: '.', type: 'primary' }])).toBe(false));

describe('what the host holds itself', () => {
  test('counts when it is right, wrong or silent', () => {
    expect(judged('example.com', answered({})).verdict.verdict).toBe('pass');
    expect(judged('example.com', answered({ rcode: 'REFUSED' })).verdict.verdict).toBe('fail');
    expect(judged('example.com', answered({ serial: 6 })).verdict.code).toBe('serial_went_back');
    expect(judged('example.com', NONE).verdict.verdict).toBe('noData');
    expect(judged('example.com', answered({ rcode: 'SERVFAIL' })).verdict.verdict).toBe('inconclusive');
  });
});

describe('what depends on servers elsewhere', () => {
  test.each<[string, Answer]>([
    ['silence', NONE],
    ['SERVFAIL', answered({ rcode: 'SERVFAIL' })],
    ['an older copy', answered({ serial: 6 })],
  ])('does not count: %s', (_, answer) => {
    const round = judged('copy.example.com', answer);
    expect(round).toMatchObject({ verdict: { verdict: 'pass', code: 'serves' }, unanswerable: 1 });
    expect(wentWell(round).reason).toContain(
      '1 question depends on servers elsewhere and could not be judged.',
    );
  });
  test.each<[string, Answer, string]>([
    ['refused', answered({ rcode: 'REFUSED' }), 'fail'],
    ['no longer authoritative', answered({ aa: false }), 'fail'],
    ['right', answered({}), 'pass'],
  ])('counts when it is %s', (_, answer, verdict) =>
    expect(judged('copy.example.com', answer)).toMatchObject({ verdict: { verdict }, unanswerable: 0 }),
  );
});

test('a zone that the tree no longer holds is not excused', () =>
  expect(judged('gone.example', answered({ rcode: 'REFUSED' })).verdict.verdict).toBe('fail'));

test('a round without any question proves nothing', () =>
  expect(judgeRehearsed([], [], ZONES, true).verdict.verdict).toBe('noData'));

describe('the words', () => {
  const proved = { verdict: 'pass', code: 'proved', reason: 'named-checkconf accepts it.' } as const;
  test('of a ready verdict say what was proved and that it was rehearsed', () => {
    const rehearsed = wentWell(judged('example.com', answered({})));
    expect(alsoRehearsed(proved, rehearsed)).toEqual({
      ...proved,
      reason:
        'named-checkconf accepts it. In the rehearsal, example.com SOA over udp answered as before the change.',
    });
  });
  test('of a bad rehearsal are its own, with the log in one line', () => {
    const wrong = wentWrong(wrongInRehearsal(judged('example.com', answered({ serial: 6 }))), 'one\n two\n');
    expect(wrong).toEqual({
      verdict: 'fail',
      code: 'rehearsal_wrong_answers',
      reason:
        'In the rehearsal, example.com SOA over udp answered serial 6, it was 7 before the change. Its log: one | two',
    });
    expect(alsoRehearsed(proved, wrong)).toBe(wrong);
  });
  test('fit into a verdict', () => {
    const long = wentWrong({ verdict: 'fail', code: 'x', reason: 'r'.repeat(3000) }, 'w'.repeat(3000));
    expect(long.reason.length).toBeLessThanOrEqual(2000);
  });
});

test('SERVFAIL of a primary zone is wrong once the daemon has loaded everything', () => {
  const servfail = answered({ rcode: 'SERVFAIL', aa: false });
  expect(judged('example.com', servfail, ZONES, true).verdict.verdict).toBe('inconclusive');
  expect(judged('example.com', servfail, ZONES, false).verdict.verdict).toBe('fail');
  expect(judged('copy.example.com', servfail, ZONES, false).verdict.verdict).toBe('pass');
});

describe('a change that failed', () => {
  const failed = fail('rehearsal_daemon_exited', 'The daemon exited.');

  test('is to blame where the live configuration passes, and where that was not found out', () => {
    expect(againstLive(failed, pass('rehearsed', 'fine'))).toBe(failed);
    expect(againstLive(failed, inconclusive('rehearsal_unavailable', 'no stage'))).toBe(failed);
  });

  test('is not to blame where the live configuration fails too: then nobody knows, and both reasons are told', () => {
    const verdict = againstLive(failed, fail('rehearsal_no_answer', 'It answered nothing.'));
    expect(verdict).toMatchObject({ verdict: 'inconclusive', code: 'rehearsal_unavailable' });
    expect(verdict.reason).toMatch(/The daemon exited\..*It answered nothing\./);
  });
});
