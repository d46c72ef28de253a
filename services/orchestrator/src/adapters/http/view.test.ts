import { fail, parse, parseDuration, pass, Strategy } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleHost, sampleLog, sampleRollout, sampleRow, sampleWave, T0 } from './testing/samples.ts';
import { durationText, eventView, hostView, isoTime, lineView, planView, rolloutView } from './view.ts';

describe('a rollout', () => {
  test('shows its state, what decided it, and every host of every wave', () => {
    const wrong = fail('wrong_answer', 'www.example.com A answered SERVFAIL.');
    const row = sampleRow('ns1.ams', { state: 'reverted', verdict: wrong, since: T0 + 5000 });
    const rollout = sampleRollout({
      state: 'halted',
      since: T0 + 2500,
      verdict: { ...wrong, host: 'ns1.ams', wave: 'canary' },
      detectedAt: T0 + 2000,
      haltedAt: T0 + 2500,
      hosts: { ...sampleRollout().hosts, [row.id]: row },
      waves: [
        sampleWave('canary', ['ns1.ams'], { state: 'failed', startedAt: T0 + 1000 }),
        ...sampleRollout().waves.slice(1),
      ],
    });
    expect(rolloutView(rollout)).toMatchObject({
      id: 'r-1',
      state: 'halted',
      verdict: { verdict: 'fail', code: 'wrong_answer', host: 'ns1.ams', wave: 'canary' },
      createdAt: '2026-01-01T00:00:00.000Z',
      detectedAt: '2026-01-01T00:00:02.000Z',
      haltedAt: '2026-01-01T00:00:02.500Z',
      pagedAt: null,
      queued: false,
      catchUpOf: null,
      hostsTotal: 2,
      waves: [
        {
          kind: 'canary',
          state: 'failed',
          startedAt: '2026-01-01T00:00:01.000Z',
          hosts: [{ id: 'ns1.ams', state: 'reverted', verdict: wrong, since: '2026-01-01T00:00:05.000Z' }],
        },
        {
          kind: 'datacenter',
          datacenter: 'ams',
          state: 'pending',
          hosts: [{ id: 'ns2.ams', state: 'pending' }],
        },
      ],
    });
  });

  test('leaves out what is not there yet', () => {
    const { waves } = rolloutView(sampleRollout());
    expect(waves[0]).not.toHaveProperty('datacenter');
    expect(waves[0]?.hosts[0]).not.toHaveProperty('verdict');
  });

  test('shows its strategy as text that a submission would take, and that means the same', () => {
    const strategy = parse(Strategy, {
      canary: { hosts: ['ns1.ams'], soak: '90s' },
      applyDeadline: '1500ms',
    });
    const shown = rolloutView(sampleRollout({ strategy })).strategy;
    expect(shown).toMatchObject({
      canary: { hosts: ['ns1.ams'], soak: '90s' },
      applyDeadline: '1500ms',
      global: { soak: '10m' },
    });
    expect(parse(Strategy, shown)).toEqual(strategy);
  });

  test('any duration that can be submitted is written exactly', () => {
    const text = fc
      .tuple(fc.nat(999_999_999), fc.constantFrom('ms', 's', 'm', 'h', 'd'))
      .map((parts) => parts.join(''));
    const duration = text.map(parseDuration).filter((ms) => ms !== null);
    fc.assert(fc.property(duration, (ms) => parseDuration(durationText(ms)) === ms));
  });
});

describe('a host', () => {
  const health = pass('answers', 'Every question was answered as expected.');

  test('shows what it runs and how it is', () => {
    expect(hostView(sampleHost('ns1.ams'))).toMatchObject({
      id: 'ns1.ams',
      availability: 'healthy',
      health,
      epoch: 3,
      daemon: { running: true, pid: 42 },
      lastSeenAt: isoTime(T0),
    });
  });

  test('that was never heard has no data, and nothing is made up for it', () => {
    const silent = hostView(sampleHost('ns1.ams', { availability: 'unknown', heardAt: null, status: null }));
    expect(silent).toMatchObject({
      health: { verdict: 'noData', code: 'not_seen' },
      applied: null,
      epoch: null,
      daemon: null,
      lastSeenAt: null,
    });
  });

  test('has drifted when its root leads away from what was confirmed and no change is under way', () => {
    const { status } = sampleHost('ns1.ams');
    const moved = status && { ...status, generation: null };
    expect(hostView(sampleHost('ns1.ams')).drift).toBe(false);
    expect(hostView(sampleHost('ns1.ams', { status: moved })).drift).toBe(true);
    expect(hostView(sampleHost('ns1.ams', { status: moved, busy: true })).drift).toBe(false);
  });

  test('that fell silent is not shown as healthy, whatever it said last', () => {
    const { health: shown } = hostView(sampleHost('ns1.ams', { availability: 'unknown' }));
    expect(shown).toMatchObject({
      verdict: 'noData',
      code: 'not_heard',
      reason: expect.stringContaining('2026-01-01') as unknown,
    });
  });
});

test('a host whose agent cannot tell its health says so itself, and is not called silent', () => {
  const { status } = sampleHost('ns1.ams');
  const health = {
    verdict: 'noData',
    code: 'no_zone_answers',
    reason: 'None of 3 zones is answered.',
  } as const;
  const unsure = sampleHost('ns1.ams', { availability: 'unknown', status: status && { ...status, health } });
  expect(hostView(unsure).health).toEqual(health);
});

test('an event shows its time as a date, and its own fields beside the chain', () => {
  const [event] = sampleLog({ type: 'line.stopped', by: 'sue', reason: 'x' });
  expect(eventView(event!)).toMatchObject({
    seq: 1,
    at: isoTime(T0 + 1000),
    type: 'line.stopped',
    by: 'sue',
  });
});

test('the line shows since when, or nothing', () => {
  expect(lineView({ stopped: false, by: null, reason: null, since: null, frozen: null }).since).toBeNull();
  const frozen = { name: 'year end', until: T0 };
  expect(lineView({ stopped: true, by: null, reason: 'x', since: T0, frozen })).toMatchObject({
    since: isoTime(T0),
    frozen: { name: 'year end', until: isoTime(T0) },
  });
});

test('a plan shows soaks in seconds', () => {
  const { waves, bundle } = sampleRollout();
  const plan = planView({
    planDigest: bundle,
    bundle,
    strategy: sampleRollout().strategy,
    waves,
    diff: [],
    warnings: [],
  });
  expect(plan.waves.map(({ kind, soakSeconds }) => [kind, soakSeconds])).toEqual([
    ['canary', 30],
    ['datacenter', 30],
  ]);
});
