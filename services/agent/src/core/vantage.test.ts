import { fail, noData, pass, type Verdict, VantageTask } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { addVantageRound, judgeVantage, VANTAGE, vantagePace, vantageQuestions } from './vantage.ts';

const WELL = pass('answered', 'as expected');
const WRONG = fail('wrong_rcode', 'REFUSED');
const NOTHING = noData('no_answer', 'no answer');

const judged = (...verdicts: Verdict[]): Verdict =>
  judgeVantage(verdicts.map((verdict, startedAt) => ({ startedAt, verdict })));

describe('what is said of another host', () => {
  test.each([
    ['nothing was asked', [], 'pending'],
    ['one round passed', [WELL], 'pending'],
    ['one round was wrong', [WRONG], 'pending'],
    ['two rounds passed', [WELL, WELL], 'pass'],
    ['two rounds were wrong', [WRONG, WRONG], 'fail'],
    ['two rounds got nothing', [NOTHING, NOTHING], 'noData'],
    ['a wrong one followed a good one', [WELL, WRONG], 'pending'],
    ['a good one followed a wrong one', [WRONG, WELL], 'pending'],
    ['a good one followed nothing', [NOTHING, WELL], 'pending'],
    ['nothing followed a wrong one', [WRONG, NOTHING], 'noData'],
    ['a wrong one followed nothing', [NOTHING, WRONG], 'noData'],
    ['only older ones were wrong', [WRONG, WRONG, WELL, WELL], 'pass'],
  ])('when %s', (_name, verdicts, expected) => {
    expect(judged(...verdicts).verdict).toBe(expected);
  });

  test('is asked again soon until it is certain', () => {
    const once = addVantageRound([], { startedAt: 0, verdict: WELL });
    expect(vantagePace(once)).toBe(VANTAGE.uncertain);
    expect(vantagePace(addVantageRound(once, { startedAt: 1, verdict: WELL }))).toBe(VANTAGE.certain);
  });
});

const check = (name: string, more: object = {}) => ({ name, type: 'A', ...more });
const before = (zone: string, transport: 'udp' | 'tcp') => ({
  zone,
  transport,
  rcode: 'NOERROR',
  aa: true,
  serial: 7,
});

function task(checks: object[], answers: object[]): VantageTask {
  return VantageTask.parse({ target: 'ns1.ams', epoch: 3, address: '192.0.2.1', port: 53, checks, answers });
}

describe('what another host is asked', () => {
  test('is what was submitted and what it answered before, at its service address', () => {
    const checks = [check('both.example', { at: 'both' }), check('udp.example', { transport: 'udp' })];
    const answers = [before('a.example', 'udp'), before('a.example', 'tcp')];
    const asked = vantageQuestions(task(checks, answers), 0).map(({ question }) => question);
    expect(asked.map(({ name, type, transport }) => `${name} ${type} ${transport}`)).toEqual([
      'both.example A udp',
      'both.example A tcp',
      'udp.example A udp',
      'a.example SOA udp',
      'a.example SOA tcp',
    ]);
    expect(asked.filter(({ at }) => at === 'loopback')).toEqual([]);
  });

  test('is not what is checked at its loopback', () => {
    const asked = vantageQuestions(
      task([check('own.example', { at: 'loopback' })], [before('a.example', 'udp')]),
      0,
    );
    expect(asked.map(({ question }) => question.name)).toEqual(['a.example']);
  });

  test('is judged as before the change: refused, without aa, or with a lower serial is wrong', () => {
    const [ask] = vantageQuestions(task([], [before('a.example', 'udp')]), 0);
    const good = {
      kind: 'answer',
      rcode: 'NOERROR',
      aa: true,
      serial: 7,
      answers: [],
      latencyMs: 1,
    } as const;
    const flags = { ad: false, ra: false, tc: false, nsid: null };
    const verdict = (change: object) => ask?.judge({ ...good, ...flags, ...change }, false).verdict;
    expect([verdict({}), verdict({ serial: 8 })]).toEqual(['pass', 'pass']);
    for (const change of [{ rcode: 'REFUSED' }, { rcode: 'SERVFAIL' }, { aa: false }, { serial: 6 }])
      expect(verdict(change)).toBe('fail');
  });
});
