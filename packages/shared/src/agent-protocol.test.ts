import { describe, expect, test } from 'vitest';
import {
  Assignment,
  HostStatus,
  MOST_ANSWERS,
  MOST_VANTAGE_TASKS,
  PollRequest,
  PollResponse,
  PROTOCOL_VERSION,
  Report,
  REPORTED_STATES,
  revisionOf,
  STEPS,
  VantageTask,
} from './agent-protocol.ts';
import { HostId } from './ids.ts';
import { HOST_STATES } from './states.ts';
import { refusals } from './testing/faults-of.ts';
import { pass } from './verdict.ts';

const DIGEST = 'a'.repeat(64);
const MONTH_MS = 31 * 86_400_000;

const ASSIGNMENT = {
  epoch: 7,
  rollout: 'r-42',
  bundle: DIGEST,
  step: 'apply',
  checks: [{ name: 'a.example', type: 'A', timeout: 1000 }],
  expect: { noChange: false, zonesRemoved: [] },
  soakMs: 600_000,
  confirmWithinMs: 1_800_000,
  verifyWithinMs: 30_000,
} as const;
const STATUS = {
  generation: DIGEST,
  lastKnownGood: null,
  epoch: 7,
  daemon: { running: true, pid: 1, restarts: 0 },
  health: pass('answers', 'It answers.'),
  zones: 3,
};
const REPORT = {
  seq: 1,
  epoch: 7,
  rollout: 'r-42',
  state: 'soaked',
  verdict: pass('soaked', 'It soaked.'),
  observedAgoMs: 0,
};
const POLL = {
  protocol: PROTOCOL_VERSION,
  journal: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  status: STATUS,
  reports: [REPORT],
  following: '7.apply',
  waitMs: 30_000,
};

const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

describe('revisionOf', () => {
  test('is none without an assignment', () => {
    expect(revisionOf(null)).toBe('none');
  });

  test('names every level of every epoch differently', () => {
    const levels = [0, 1, 10, Number.MAX_SAFE_INTEGER].flatMap((epoch) =>
      STEPS.map((step) => ({ epoch, step })),
    );
    const names = [null, ...levels].map((level) => revisionOf(level));
    expect(new Set(names).size).toBe(levels.length + 1);
    expect(revisionOf({ epoch: 7, step: 'confirm' })).toBe('7.confirm');
  });

  test('can be sent back as what the agent follows, however long', () => {
    const following = revisionOf({ epoch: Number.MAX_SAFE_INTEGER, step: 'confirm' });
    expect(refusals(PollRequest, { ...POLL, following })).toEqual([]);
  });

  test('does not change with anything else, so that an agent is not woken for nothing', () => {
    const assignment = Assignment.parse(ASSIGNMENT);
    const longer = { ...assignment, soakMs: 1, checks: [] };
    expect(revisionOf(longer)).toBe(revisionOf(assignment));
  });
});

test('what the two sides say to each other is accepted', () => {
  expect(refusals(PollRequest, POLL)).toEqual([]);
  expect(refusals(PollResponse, { host: 'ns1', assignment: ASSIGNMENT, acknowledged: 0 })).toEqual([]);
  expect(refusals(PollResponse, { host: 'ns1', assignment: null, acknowledged: 1 })).toEqual([]);
});

test('a check travels with the defaults of its fields, and its timeout in milliseconds', () => {
  expect(Assignment.parse(ASSIGNMENT).checks).toMatchObject([
    { ...ASSIGNMENT.checks[0], transport: 'both', expect: { rcode: 'NOERROR' }, tries: 3 },
  ]);
});

test('every state that a host reports is one that it can have, or how it got there', () => {
  const states: readonly string[] = [...HOST_STATES, 'soaked', 'unhealthy'];
  expect(REPORTED_STATES.filter((state) => !states.includes(state))).toEqual([]);
});

test.each(['soakMs', 'confirmWithinMs', 'verifyWithinMs'])(
  '%s is 0 to 31 days in whole milliseconds',
  (field) => {
    const refused = (value: unknown): string[] => refusals(Assignment, { ...ASSIGNMENT, [field]: value });
    expect([0, MONTH_MS].flatMap(refused)).toEqual([]);
    for (const value of [-1, MONTH_MS + 1, 1.5, '30s', null, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(refused(value)).toEqual([`/${field} invalid_value`]);
    }
  },
);

test.each([
  ['a step that is no level', { step: 'destroy' }, '/step invalid_value'],
  ['a negative epoch', { epoch: -1 }, '/epoch invalid_value'],
  ['a bundle that is a path', { bundle: '../../etc' }, '/bundle invalid_value'],
  ['a rollout that is a path', { rollout: '../r-1' }, '/rollout invalid_value'],
  ['a command', { run: 'reboot' }, '/run unknown_field'],
  [
    'a timeout as text',
    { checks: [{ ...ASSIGNMENT.checks[0], timeout: '1s' }] },
    '/checks/0/timeout invalid_value',
  ],
  ['a bad check', { checks: [{ ...ASSIGNMENT.checks[0], name: 'a b' }] }, '/checks/0/name invalid_value'],
])('an assignment refuses %s', (_, more, refusal) => {
  expect(refusals(Assignment, { ...ASSIGNMENT, ...more })).toEqual([refusal]);
});

test.each([
  ['a generation that is no digest', { generation: 'x' }, '/generation invalid_value'],
  ['no word on the last known good', { lastKnownGood: undefined }, '/lastKnownGood invalid_value'],
  [
    'process 0, which is every process',
    { daemon: { ...STATUS.daemon, pid: 0 } },
    '/daemon/pid invalid_value',
  ],
  ['negative restarts', { daemon: { ...STATUS.daemon, restarts: -1 } }, '/daemon/restarts invalid_value'],
  ['negative zones', { zones: -1 }, '/zones invalid_value'],
  ['health as a boolean', { health: true }, '/health invalid_value'],
  ['a wall-clock time', { at: 1_763_000_000_000 }, '/at unknown_field'],
])('a status refuses %s', (_, more, refusal) => {
  expect(refusals(HostStatus, { ...STATUS, ...more })).toEqual([refusal]);
});

test.each([
  ['a place of 0 in the journal', { seq: 0 }, '/seq invalid_value'],
  ['a state that hosts do not report', { state: 'lost' }, '/state invalid_value'],
  ['something seen in the future', { observedAgoMs: -1 }, '/observedAgoMs invalid_value'],
  ['something seen too long ago', { observedAgoMs: MONTH_MS + 1 }, '/observedAgoMs invalid_value'],
  ['a wall-clock time', { at: '2026-01-01T00:00:00Z' }, '/at unknown_field'],
])('a report refuses %s', (_, more, refusal) => {
  expect(refusals(Report, { ...REPORT, ...more })).toEqual([refusal]);
});

test.each([
  ['another version', { protocol: 2 }, '/protocol invalid_value'],
  ['a journal without a proper name', { journal: 'mine' }, '/journal invalid_value'],
  ['a wait of more than 30 s', { waitMs: 30_001 }, '/waitMs invalid_value'],
  ['a negative wait', { waitMs: -1 }, '/waitMs invalid_value'],
  ['101 reports', { reports: times(101, REPORT) }, '/reports invalid_value'],
  ['a level with a long name', { following: 'x'.repeat(65) }, '/following invalid_value'],
  ['a host name, since the connection says who it is', { host: 'ns1' }, '/host unknown_field'],
])('a poll refuses %s', (_, more, refusal) => {
  expect(refusals(PollRequest, { ...POLL, ...more })).toEqual([refusal]);
});

test('an answer refuses a negative place in the journal', () => {
  const answer = { host: 'ns1', assignment: null, acknowledged: -1 };
  expect(refusals(PollResponse, answer)).toEqual(['/acknowledged invalid_value']);
});

test('a poll may bring 100 reports, and wait not at all', () => {
  expect(refusals(PollRequest, { ...POLL, reports: times(100, REPORT), waitMs: 0 })).toEqual([]);
});

describe('vantage checks', () => {
  const TASK = { target: 'ns1', epoch: 7, address: '192.0.2.1', port: 53, checks: [], answers: [] };
  const RESULT = { target: 'ns1', epoch: 7, verdict: pass('answered', 'As expected.'), askedAgoMs: 10 };
  const ANSWER = {
    zone: '0/25.2.0.192.in-addr.arpa',
    transport: 'udp',
    rcode: 'NOERROR',
    aa: true,
    serial: 1,
  };

  test('another task, or another attempt, is another level to follow; their order is none', () => {
    const [a, b] = [HostId.parse('ns1'), HostId.parse('ns2')];
    const tasks = [
      [],
      [{ target: a, epoch: 7 }],
      [{ target: a, epoch: 8 }],
      [{ target: b, epoch: 7 }],
      [
        { target: a, epoch: 7 },
        { target: b, epoch: 7 },
      ],
    ];
    const names = tasks.map((some) => revisionOf(null, some));
    expect(new Set(names).size).toBe(tasks.length);
    expect(revisionOf(null, (tasks[4] ?? []).toReversed())).toBe(names[4]);
  });

  test('however many tasks there are, the level can be sent back', () => {
    const target = HostId.parse('n'.repeat(63));
    const tasks = times(MOST_VANTAGE_TASKS, { target, epoch: Number.MAX_SAFE_INTEGER });
    const following = revisionOf({ epoch: Number.MAX_SAFE_INTEGER, step: 'confirm' }, tasks);
    expect(refusals(PollRequest, { ...POLL, following })).toEqual([]);
  });

  test('are bounded, and none when nothing is said of them', () => {
    const answered = { host: 'ns1', assignment: null, acknowledged: 0 };
    expect(PollResponse.parse(answered).vantage).toEqual([]);
    expect(PollRequest.parse(POLL).vantage).toEqual([]);
    const most = MOST_VANTAGE_TASKS;
    expect(refusals(PollResponse, { ...answered, vantage: times(most, TASK) })).toEqual([]);
    expect(refusals(PollResponse, { ...answered, vantage: times(most + 1, TASK) })).toEqual([
      '/vantage invalid_value',
    ]);
    expect(refusals(PollRequest, { ...POLL, vantage: times(most, RESULT) })).toEqual([]);
    expect(refusals(PollRequest, { ...POLL, vantage: times(most + 1, RESULT) })).toEqual([
      '/vantage invalid_value',
    ]);
    const full = { ...REPORT, answers: times(MOST_ANSWERS, ANSWER) };
    expect(refusals(Report, full)).toEqual([]);
    expect(refusals(Report, { ...full, answers: times(MOST_ANSWERS + 1, ANSWER) })).toEqual([
      '/answers invalid_value',
    ]);
  });

  test.each([
    [
      'a host name, which would have to be looked up',
      { address: 'ns1.example.com' },
      '/address invalid_value',
    ],
    ['a port that is none', { port: 0 }, '/port invalid_value'],
    ['a command', { run: 'reboot' }, '/run unknown_field'],
  ])('never name %s', (_name, change, fault) => {
    expect(refusals(VantageTask, { ...TASK, ...change })).toEqual([fault]);
  });
});
