import { Check } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answered } from './answer.ts';
import type { Zone, ZoneAnswer } from './baseline.ts';
import { BOUNDS } from './pace.ts';
import { baselineQuestions, type Ground, judgeAsk, planQuestions, silenceBound } from './plan-questions.ts';
import { PURPOSES, type Purpose } from './world.ts';

const primary = (name: string): Zone => ({ name, type: 'primary' });
const answered = (zone: string): ZoneAnswer => ({
  zone,
  transport: 'udp',
  rcode: 'NOERROR',
  aa: true,
  serial: 1,
});
const EMPTY: Ground = {
  checks: [],
  expect: { zonesRemoved: [] },
  baseline: [],
  zonesBefore: [],
  zonesNow: [],
};

function asked(purpose: Purpose, ground: Partial<Ground>, turn = 0): string[] {
  return planQuestions(purpose, { ...EMPTY, ...ground }, turn).map(
    ({ question: { name, type, transport, recursionDesired } }) =>
      `${name} ${type} ${transport}${recursionDesired === true ? ' rd' : ''}`,
  );
}

const CHECKS = [
  Check.parse({ name: 'www.a.example', type: 'A', timeout: '1s' }),
  Check.parse({ name: 'a.example', type: 'NS', transport: 'tcp', timeout: '1s' }),
] as Ground['checks'];

describe('verifying', () => {
  test('asks every check over its transports, every zone that answered, and every new primary zone', () => {
    const ground = {
      checks: CHECKS,
      baseline: [answered('a.example')],
      zonesBefore: [primary('a.example'), primary('broken.example')],
      zonesNow: [
        primary('a.example'),
        primary('broken.example'),
        primary('new.example'),
        { name: 'sec.example', type: 'secondary' },
      ],
    };
    expect(asked('verify', ground)).toEqual([
      'www.a.example A udp',
      'www.a.example A tcp',
      'www.a.example A udp rd',
      'a.example NS tcp',
      'a.example NS tcp rd',
      'a.example SOA udp',
      'new.example SOA udp',
    ]);
  });

  test('leaves out a zone that was announced to go, and is gone', () => {
    const ground = {
      baseline: [answered('a.example'), answered('b.example')],
      zonesNow: [primary('b.example')],
    };
    const expectation = { expect: { zonesRemoved: ['A.example.'] } };
    expect(asked('verify', { ...ground, ...expectation })).toEqual(['b.example SOA udp']);
    expect(asked('verify', ground)).toContain('a.example SOA udp');
  });

  test('still asks for one that was announced to go, and is not gone', () => {
    const ground = {
      baseline: [answered('a.example')],
      zonesBefore: [primary('a.example')],
      zonesNow: [primary('A.example.')],
      expect: { zonesRemoved: '*' as const },
    };
    expect(asked('verify', ground)).toEqual(['a.example SOA udp']);
  });

  test('has nothing to ask when the last zones go and no check is given: that cannot pass', () => {
    const ground = {
      baseline: [answered('a.example')],
      zonesBefore: [primary('a.example')],
      expect: { zonesRemoved: '*' as const },
    };
    expect(asked('verify', ground)).toEqual([]);
  });

  test('asks a host without any zone, before and after, whether it serves at all', () => {
    expect(asked('verify', {})).toEqual(['. SOA udp']);
    expect(asked('soak', {})).toEqual(['. SOA udp']);
  });
});

test('a soak asks all checks and a rotating sample of the zones, which reaches every one', () => {
  const names = Array.from({ length: 120 }, (_, index) => `zone${index}.example`);
  const ground = { checks: CHECKS, baseline: names.map(answered), zonesNow: names.map(primary) };
  const turns = [0, 1, 2, 3].map((turn) => asked('soak', ground, turn));
  for (const turn of turns) expect(turn).toHaveLength(3 + 30);
  expect(new Set(turns.flat()).size).toBe(3 + 120);
});

test('a baseline asks every zone over UDP, and a few over TCP', () => {
  const names = Array.from({ length: 10 }, (_, index) => `zone${index}.example`);
  const questions = baselineQuestions(names, false);
  const udp = questions.filter((one) => one.transport === 'udp');
  expect(udp.filter((one) => one.recursionDesired !== true).map((one) => one.name)).toEqual(names);
  expect(questions.filter((one) => one.transport === 'tcp')).toHaveLength(3);
});

test('a baseline asks up to a hundred zones, spread over all, as clients ask', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `zone${index}.example`);
  const asClients = baselineQuestions(names, false).filter((one) => one.recursionDesired === true);
  expect(asClients).toHaveLength(100);
  expect(asClients.at(-1)?.name).toBe('zone990.example');
  expect(baselineQuestions(['a.example'], false).map((one) => one.recursionDesired === true)).toEqual([
    false,
    true,
    false,
  ]);
});

describe('what clients get, who ask with RD set', () => {
  const asClients = { ...answered('a.example'), recursionDesired: true as const };
  const NOW = [primary('a.example')];

  test('is asked again in every purpose where they got an answer before', () => {
    for (const purpose of PURPOSES) {
      const ground = { baseline: [asClients], zonesBefore: NOW, zonesNow: NOW };
      expect(asked(purpose, ground)).toContain('a.example SOA udp rd');
    }
  });

  test('is asked of a new zone too, unless they got nothing before', () => {
    const zonesNow = [...NOW, primary('new.example')];
    const ground = { zonesBefore: NOW, zonesNow };
    expect(asked('verify', { ...ground, baseline: [asClients] })).toContain('new.example SOA udp rd');
    expect(asked('verify', { ...ground, baseline: [answered('a.example')] })).not.toContain(
      'new.example SOA udp rd',
    );
  });

  const checked = (name: string, more: object = {}) => ({
    checks: [Check.parse({ name, type: 'A', transport: 'udp', timeout: '1s', ...more })] as Ground['checks'],
    baseline: [answered('a.example')],
    zonesNow: NOW,
  });

  test('is what a check asks for too, of a name that the host has itself and unless it says which', () => {
    expect(asked('soak', checked('www.A.example.'))).toContain('www.A.example. A udp rd');
    expect(asked('soak', checked('www.a.example', { recursionDesired: false }))).not.toContain(
      'www.a.example A udp rd',
    );
    expect(asked('soak', checked('www.b.example'))).not.toContain('www.b.example A udp rd');
    expect(asked('soak', checked('a.example', { type: 'AXFR', transport: 'tcp' }))).toHaveLength(2);
  });

  test('is judged as the check says, unless the server found it elsewhere', () => {
    const ground = { ...EMPTY, ...checked('www.a.example', { expect: { answers: ['192.0.2.1'] } }) };
    const asClient = planQuestions('verify', ground, 0)[1];
    const answer = (more: Partial<Answered>) =>
      asClient?.judge(
        { kind: 'answer', rcode: 'NOERROR', aa: true, ra: false, answers: [], ...more } as Answered,
        true,
      );
    expect(asClient?.question.recursionDesired).toBe(true);
    expect(answer({ answers: ['192.0.2.1'] })?.verdict).toBe('pass');
    expect(answer({ answers: ['192.0.2.66'] })?.code).toBe('wrong_answers');
    expect(answer({ rcode: 'REFUSED', aa: false })?.code).toBe('wrong_rcode');
    expect(answer({ answers: ['192.0.2.66'], ra: true })?.code).toBe('wrong_answers');
    expect(answer({ answers: ['192.0.2.66'], ra: true, aa: false })?.verdict).toBe('pass');
    expect(answer({ rcode: 'REFUSED', ra: true, aa: false })?.code).toBe('wrong_rcode');
  });
});

test('a baseline asks a few zones at loopback too, where that is another place', () => {
  const places = (atLoopback: boolean) =>
    baselineQuestions(['a.example', 'b.example', 'c.example', 'd.example'], atLoopback).map(({ at }) => at);
  expect(places(true).filter((at) => at === 'loopback')).toHaveLength(3);
  expect(places(false)).not.toContain('loopback');
});

test('a zone that was answered at loopback is asked there again', () => {
  const baseline = [{ ...answered('a.example'), at: 'loopback' as const }];
  const [ask] = planQuestions('revert', { ...EMPTY, baseline }, 0);
  expect(ask?.question).toMatchObject({ name: 'a.example', at: 'loopback' });
});

test('a check is asked in all its places and over all its transports, with all that it wants', () => {
  const check = Check.parse({
    name: 'a.example',
    type: 'SOA',
    at: 'both',
    recursionDesired: true,
    ednsUdpSize: 4096,
    dnssecOk: true,
    randomLabel: true,
    timeout: '1s',
  });
  const asks = planQuestions('verify', { ...EMPTY, checks: [check] as Ground['checks'] }, 0);
  expect(asks.map(({ question }) => `${question.at} ${question.transport}`)).toEqual([
    'service udp',
    'service tcp',
    'loopback udp',
    'loopback tcp',
  ]);
  const wanted = { recursionDesired: true, ednsUdpSize: 4096, dnssecOk: true, randomLabel: true };
  for (const { question } of asks) expect(question).toMatchObject(wanted);
});

test.each([
  ['1s', 3, 3],
  ['1s', 10, 9],
  ['5s', 3, 1],
  ['3s', 10, 3],
  ['10s', 3, 1],
])('a check that waits %s and may be asked %i times is asked %i times at most', (timeout, tries, asks) => {
  const check = Check.parse({ name: 'a.example', type: 'A', timeout, tries });
  const planned = planQuestions('verify', { ...EMPTY, checks: [check] }, 0);
  expect(planned.map((ask) => ask.tries)).toEqual([asks, asks]);
});

test('a soak that lasts long enough asks every zone, however many there are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), (count) => {
      const names = Array.from({ length: count }, (_, index) => `zone${index}.example`);
      const ground = { baseline: names.map(answered), zonesNow: names.map(primary) };
      const turns = Array.from({ length: Math.ceil(count / 30) }, (_, turn) => asked('soak', ground, turn));
      expect(new Set(turns.flat()).size).toBe(count);
    }),
  );
});

test('only a round that asks for nothing but recursion may be silent for long', () => {
  const recursive = Check.parse({ name: 'a.example', type: 'A', recursionDesired: true, timeout: '3s' });
  const ground = { ...EMPTY, checks: [recursive] as Ground['checks'] };
  expect(silenceBound(planQuestions('soak', ground, 0))).toBe(3000);
  const withZone = { ...ground, baseline: [answered('a.example')], zonesNow: [primary('a.example')] };
  expect(silenceBound(planQuestions('soak', withZone, 0))).toBe(BOUNDS.silence);
});

test('a zone that was answered over TCP is asked over TCP again', () => {
  const baseline = [answered('a.example'), { ...answered('a.example'), transport: 'tcp' as const }];
  const ground = { baseline, zonesBefore: [primary('a.example')], zonesNow: [primary('a.example')] };
  expect(asked('verify', ground)).toEqual(['a.example SOA udp', 'a.example SOA tcp']);
});

test('going back asks the old zones only, all of them', () => {
  const names = Array.from({ length: 120 }, (_, index) => `zone${index}.example`);
  expect(asked('revert', { checks: CHECKS, baseline: names.map(answered) })).toHaveLength(120);
  expect(asked('revert', { checks: CHECKS })).toEqual(['. SOA udp']);
});

test.each(PURPOSES)('no answer is no data, whatever is asked (%s)', (purpose) => {
  for (const ask of planQuestions(
    purpose,
    { ...EMPTY, checks: CHECKS, baseline: [answered('a.example')] },
    0,
  )) {
    const verdict = judgeAsk(ask, { kind: 'none', cause: 'timeout', latencyMs: 1000 }, true);
    expect(verdict).toMatchObject({ verdict: 'noData', code: 'no_answer' });
  }
});

describe('a primary zone whose file in the change has a serial', () => {
  const judged = (staged: Partial<Zone>, serial: number, before = 1) => {
    const zone = { ...primary('a.example'), ...staged };
    const baseline = before === 0 ? [] : [{ ...answered('a.example'), serial: before }];
    const zonesBefore = before === 0 ? [] : [primary('a.example')];
    const [ask] = planQuestions('verify', { ...EMPTY, baseline, zonesBefore, zonesNow: [zone] }, 0);
    return ask?.judge({ kind: 'answer', rcode: 'NOERROR', aa: true, serial } as Answered, true).code;
  };

  test.each([
    [
      'is not right with the one before, as after a reload that did not read it',
      { serial: 2 },
      1,
      1,
      'stale_serial',
    ],
    ['nor when the change brings the zone', { serial: 2 }, 1, 0, 'stale_serial'],
    ['is right with that serial', { serial: 2 }, 2, 1, 'answered'],
    ['is right with a later one, which a dynamic or inline-signed zone has', { serial: 2 }, 3, 1, 'answered'],
    ['is right when the serial wraps around', { serial: 5 }, 6, 2 ** 32 - 1, 'answered'],
    ['went back when the file itself does', { serial: 1 }, 1, 2, 'serial_went_back'],
    ['is not held to the file when it is a secondary', { type: 'secondary', serial: 2 }, 1, 1, 'answered'],
    ['is not held to a file that nobody could read', {}, 1, 1, 'answered'],
  ])('%s', (_, staged, serial, before, code) => {
    expect(judged(staged, serial, before)).toBe(code);
  });
});
