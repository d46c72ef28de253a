import { describe, expect, test } from 'vitest';
import type { Answer, Answered } from './answer.ts';
import type { Zone, ZoneAnswer } from './baseline.ts';
import { fail, inconclusive, pass } from '@breakwater/shared';
import {
  againstLive,
  alsoRehearsed,
  answeredNothing,
  burstFault,
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
  test('of a rehearsal without anything to judge say so, and do not speak of wrong answers', () => {
    const nothing = wrongInRehearsal(judgeRehearsed([], [], ZONES, true));
    expect(nothing).toMatchObject({ verdict: 'fail', code: 'nothing_to_check' });
    expect(nothing.reason).toContain('add a check');
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

describe('a burst from one client', () => {
  const burst = (count: number): Answer[] =>
    Array.from({ length: 60 }, (_, at) => (at < count ? answered({}) : NONE));

  test('is cut down too far when fewer than a third gets answers', () => {
    expect(burstFault('a.example', answered({}), burst(20))).toBeNull();
    const fault = burstFault('a.example', answered({}), burst(2));
    expect(fault).toMatchObject({ verdict: 'fail', code: 'rehearsal_drops_answers' });
    expect(fault?.reason).toContain(
      'of 60 questions for a.example SOA over udp at once from one client 2 were',
    );
  });

  test('is not judged where strangers get nothing at all', () => {
    expect(burstFault('a.example', NONE, burst(0))).toBeNull();
    expect(burstFault('a.example', answered({ rcode: 'REFUSED' }), burst(0))).toBeNull();
  });

  test('that the live configuration cuts down as well is left at that', () => {
    const dropped = fail('rehearsal_drops_answers', 'It drops answers.');
    expect(againstLive(dropped, dropped)).toMatchObject({ verdict: 'pass' });
    expect(againstLive(dropped, pass('rehearsed', 'fine'))).toBe(dropped);
    expect(againstLive(dropped, fail('rehearsal_no_answer', 'Nothing.')).verdict).toBe('inconclusive');
  });
});

test('a daemon that answers nothing is told by what was heard, and by where it listens', () => {
  const refused: Answer = { ...NONE, cause: 'connection refused', refused: true };
  expect(
    answeredNothing('192.0.2.1 port 53', '10s', refused, ['192.0.2.1#5353', '192.0.2.1#5353']).reason,
  ).toBe(
    'The daemon runs and answered nothing within 10s at 192.0.2.1 port 53: connection refused; its log says that it listens on 192.0.2.1#5353; look at its listen-on and its port',
  );
  expect(answeredNothing('192.0.2.1 port 53', '10s', NONE, []).reason).toContain(
    'no answer; look at its listen-on and blackhole',
  );
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
