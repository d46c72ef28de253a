import { describe, expect, test } from 'vitest';
import type { Event, Host, Plan, Rollout } from '../api/api.ts';
import { refusalOf } from '../api/api.ts';
import { Failure, Unreachable } from '../failures.ts';
import { printable, table, wrap } from '../io/text.ts';
import { eventLine } from '../watch/event-line.ts';
import { advice, choices } from './choices.ts';
import { failureLines } from './failure.ts';
import { hostRows } from './hosts.ts';
import { planLines } from './plan.ts';
import { headline, howFar, inFlight, rolloutLines, why } from './rollout.ts';

const T0 = '2026-01-01T00:00:00.000Z';
const host = (id: string, state: string) => ({ id, state, since: T0 });
const rollout = (changes: object = {}): Rollout =>
  ({
    id: 'r-1',
    title: 'Move www',
    state: 'halted',
    since: T0,
    verdict: { verdict: 'fail', code: 'x', reason: 'It answered REFUSED', host: 'ns1.ams', wave: 'canary' },
    emergency: null,
    waves: [
      { kind: 'canary', state: 'failed', hosts: [host('ns1.ams', 'reverting')] },
      { kind: 'datacenter', datacenter: 'ams', state: 'pending', hosts: [host('ns2.ams', 'failed')] },
    ],
    ...changes,
  }) as unknown as Rollout;

describe('a rollout', () => {
  test('is told in words, with what to do about it', () => {
    const back = rollout({
      waves: [
        { kind: 'canary', state: 'failed', hosts: [host('ns1.ams', 'reverted')] },
        { kind: 'datacenter', datacenter: 'ams', state: 'pending', hosts: [host('ns2.ams', 'pending')] },
      ],
    });
    expect(rolloutLines(back)).toEqual([
      'r-1 "Move www" has halted and waits for a decision.',
      '  wave 1 of 2 (canary), 0 of 2 hosts keep the change',
      '  It answered REFUSED (wave canary, host ns1.ams). ns1.ams is back on its old configuration. No host keeps the change.',
      expect.stringMatching(/^ {2}breakwater abort r-1 --reason "…" +end it; no host keeps the change$/),
      expect.stringMatching(/resume/),
    ]);
    expect(advice(back)).toBe('abort it (nothing to take back) or resume it');
  });

  test('that a host keeps is taken back first, then ended, then resumed', () => {
    const waves = [
      { kind: 'canary', state: 'passed', hosts: [host('ns1.ams', 'confirmed')] },
      { kind: 'global', state: 'failed', hosts: [host('ns2.ams', 'reverted')] },
    ];
    const kept = rollout({ waves });
    expect(choices(kept).map((line) => line.split(' ')[1])).toEqual(['rollback', 'abort', 'resume']);
    expect(advice(kept)).toBe('roll it back, abort it or resume it');
    const torn = rollout({ waves, verdict: { code: 'rollback_incomplete', reason: 'x' } });
    expect(advice(torn)).toBe('roll it back or abort it');
  });

  test('that has halted before any wave began names no wave, and says that nothing live was touched', () => {
    const halted = rollout({
      waves: [{ kind: 'canary', state: 'pending', hosts: [host('ns1.ams', 'failed')] }],
    });
    expect(rolloutLines(halted).slice(1, 3)).toEqual([
      '  halted in preflight at ns1.ams: nothing live was touched',
      '  It answered REFUSED (host ns1.ams).',
    ]);
  });

  test('names its wave once', () => {
    const verdict = { code: 'x', reason: 'wave canary is being changed', wave: 'canary' };
    expect(why(rollout({ state: 'running', verdict }))).toBe('wave canary is being changed.');
  });

  test('has hosts in flight that changed something, not those that failed before their wave began', () => {
    expect(inFlight(rollout())).toEqual(['ns1.ams']);
  });

  test('that waits for approval says of what, and an emergency says so first', () => {
    const waiting = rollout({ state: 'awaitingApproval', emergency: { incident: 'INC-7', expiresAt: T0 } });
    expect(headline(waiting)).toBe(
      'EMERGENCY INC-7: r-1 "Move www" waits for approval of its canary wave (1 host)',
    );
    const done = rollout({
      waves: [{ kind: 'global', state: 'passed', hosts: [host('ns1.ams', 'confirmed')] }],
    });
    expect(howFar(done)).toBe('1 of 1 host keeps the change');
  });
});

test('a plan is told with its size, its difference and its warnings', () => {
  const plan = {
    waves: [{ kind: 'canary', hosts: ['ns1.ams'], soakSeconds: 600 }],
    diff: [
      {
        hosts: ['ns1.ams'],
        from: 'x',
        known: true,
        truncated: true,
        files: [{ path: 'named.conf', change: 'changed', unified: '--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n' }],
      },
    ],
    warnings: ['Only one host in ams is healthy.'],
  } as unknown as Plan;
  expect(planLines(plan, { width: 80, paint: (_style, text) => text })).toEqual([
    'The plan changes 1 host in 1 wave:',
    '  1  canary  1 host  soak 10m  ns1.ams',
    'On ns1.ams:',
    '  changed  named.conf',
    '    @@ -1 +1 @@',
    '    -a',
    '    +b',
    '  … more was left out',
    'Warning: Only one host in ams is healthy.',
  ]);
});

test('a row of the table of hosts fits 80 columns, whatever its remark', () => {
  const unwell = {
    id: 'ns10.datacenter-1',
    datacenter: 'datacenter-1',
    availability: 'unhealthy',
    health: { verdict: 'fail', code: 'x', reason: 'Every question was answered with SERVFAIL. '.repeat(5) },
    applied: 'a'.repeat(64),
    rollout: 'r-1234',
    lastSeenAt: T0,
    drained: { by: 'a', reason: 'Its memory\nis replaced', since: T0 },
    drift: false,
  } as unknown as Host;
  const lines = table(hostRows([unwell], Date.parse(T0) + 90_000), 80);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines[1]).toMatch(/unhealthy {2}aaaaaaa {2}r-1234 +1m 30s {2}drained: .*…$/);
});

describe('a failure', () => {
  test('of a request names every fault, its path and its code, and what to type', () => {
    const faults = [{ path: '/strategy/canary/soak', code: 'duration_invalid', message: 'write "30s"' }];
    const problem = {
      status: 422,
      code: 'duration_invalid',
      title: 'A duration is not valid',
      detail: 'd',
      faults,
    };
    expect(
      failureLines(refusalOf(422, { ...problem, action: 'Write a number and a unit.', requestId: 'q' })),
    ).toEqual([
      'breakwater: A duration is not valid',
      '  at /strategy/canary/soak: write "30s" (duration_invalid)',
      '  (duration_invalid, request q)',
      '  → Write a number and a unit.',
    ]);
    const changed = refusalOf(409, {
      ...problem,
      code: 'plan_changed',
      faults: [],
      action: 'POST /v1/plans',
    });
    expect(failureLines(changed).at(-1)).toMatch(/Run the same command again/);
  });

  test('of all orchestrators names each address, and what goes on without them', () => {
    const lines = failureLines(
      new Unreachable([{ address: 'https://192.0.2.1', fault: 'nothing listens there' }]),
    );
    expect(lines.slice(0, 2)).toEqual([
      'breakwater: no orchestrator answers',
      '  https://192.0.2.1: nothing listens there',
    ]);
    expect(lines.join(' ')).toContain('goes back by itself');
  });
});

test('nothing that was answered reaches the terminal as a command to it', () => {
  const evil = 'a\u001B[2Jb\u202Ec\u009Bd\r';
  expect(printable({ [evil]: [evil, 'x\n\ty'] })).toEqual({ 'a�[2Jb�c�d�': ['a�[2Jb�c�d�', 'x\n\ty'] });
  expect(failureLines(new Failure(1, evil))).toEqual(['breakwater: a�[2Jb�c�d�']);
  const event = {
    seq: 1,
    at: T0,
    type: 'rollout.state',
    to: 'halted',
    verdict: { reason: evil },
  } as unknown as Event;
  expect(eventLine(event)).toBe('2026-01-01T00:00:00Z  rollout halted: a�[2Jb�c�d');
});

test('an event of a type that is newer than this program is named, and evidence is not', () => {
  const event = (type: string) => ({ seq: 1, at: T0, type }) as unknown as Event;
  expect(eventLine(event('moon.rose'))).toBe('2026-01-01T00:00:00Z  moon.rose');
  expect(eventLine(event('vantage.asked'))).toBe(null);
});

test('a text is broken between words', () => {
  expect(wrap('one two three', 8, '  ')).toEqual(['one two', '  three']);
});
