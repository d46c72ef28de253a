import { METRICS, sha256 } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { NOW, overview, seenHost as host, valueOf } from '../testing/overview.ts';
import type { SeenHost } from './overview.ts';
import { samplesOf } from './samples.ts';

test('every sample has the labels that its metric is declared with, and there is one for each set of them', () => {
  const samples = samplesOf(overview({ hosts: [host('ns1.ams'), host('ns1.fra')] }));
  for (const { metric, labels } of samples) expect(Object.keys(labels)).toEqual([...METRICS[metric].labels]);
  const names = samples.map(({ metric, labels }) => JSON.stringify([metric, labels]));
  expect(new Set(names).size).toBe(names.length);
});

describe('a fleet of any size has as many series as one of the next', () => {
  const fleet = (places: number, each: number): SeenHost[] =>
    Array.from({ length: places * each }, (_, index) => host(`ns${index}.dc${index % places}`));

  test('hosts are counted, not listed', () => {
    const [few, many] = [fleet(3, 2), fleet(3, 400)].map((hosts) => samplesOf(overview({ hosts })));
    expect(many).toHaveLength(few?.length ?? 0);
    expect(valueOf(many ?? [], 'agentsConnected')).toBe(1200);
  });

  test('beyond 50 datacenters the rest are one', () => {
    const [fiftyOne, thousand] = [fleet(51, 2), fleet(1000, 2)].map((hosts) =>
      samplesOf(overview({ hosts })),
    );
    expect(thousand).toHaveLength(fiftyOne?.length ?? 0);
    expect(valueOf(thousand ?? [], 'hosts', { datacenter: 'other', availability: 'healthy' })).toBe(1900);
    // Every datacenter has a limit of its own, of at least one host.
    expect(valueOf(thousand ?? [], 'budgetLimit', { datacenter: 'other' })).toBe(950);
  });
});

describe('hosts', () => {
  test('one that is not well, not heard, drained or in flight uses the budget up, once', () => {
    const samples = samplesOf(
      overview({
        hosts: [
          host('ns1.ams'),
          host('ns2.ams', { availability: 'unhealthy', drained: true, busy: true }),
          host('ns3.ams', { availability: 'unknown', heardAt: NOW - 30_001 }),
          host('ns4.ams', { availability: 'unknown', heardAt: null }),
          host('ns5.ams', { drained: true, drift: 'named.conf was edited' }),
          host('ns6.ams', { busy: true }),
        ],
      }),
    );
    const ams = { datacenter: 'ams' };
    expect(valueOf(samples, 'budgetUsed', ams)).toBe(5);
    expect(valueOf(samples, 'budgetLimit', ams)).toBe(1);
    expect(valueOf(samples, 'drained', ams)).toBe(2);
    expect(valueOf(samples, 'drifted', ams)).toBe(1);
    expect(valueOf(samples, 'agents', { link: 'connected' })).toBe(4);
    expect(valueOf(samples, 'agents', { link: 'lost' })).toBe(1);
    expect(valueOf(samples, 'agents', { link: 'never' })).toBe(1);
    expect(valueOf(samples, 'hosts', { availability: 'unhealthy' })).toBe(1);
  });

  test('what runs is ranked, and no digest is shown', () => {
    const [old, newer, stray] = ['old', 'newer', 'stray'].map((text) => sha256(text));
    const declared = (rollout: string, bundle: string) =>
      ({ rollout, bundle, targets: {}, at: 0, owed: ['ns1.ams', 'ns2.ams', 'ns3.ams', 'ns4.ams'] }) as never;
    const hosts = [newer, old, stray, null].map((generation, index) =>
      host(`ns${index + 1}.ams`, { generation: generation ?? null }),
    );
    const samples = samplesOf(
      overview({ hosts, declarations: [declared('r-9', newer!), declared('r-5', old!)] }),
    );
    for (const rank of ['newest', 'previous', 'other', 'none'])
      expect(valueOf(samples, 'generations', { rank })).toBe(1);
    expect(JSON.stringify(samples)).not.toContain(newer!.slice(0, 12));
  });
});

describe('what waits for a person', () => {
  test('pages that nobody has taken, and the oldest of them', () => {
    const samples = samplesOf(overview({ pagesSince: [NOW - 2000, NOW - 9000] }));
    expect(valueOf(samples, 'pagesUndelivered')).toBe(2);
    expect(valueOf(samples, 'pagesUndeliveredSeconds')).toBe(9);
  });

  test('a stopped line, by another clock that is a little ahead', () => {
    const line = { stopped: true, by: null, reason: 'a test', since: NOW + 50 };
    const samples = samplesOf(overview({ line }));
    expect(valueOf(samples, 'lineStopped')).toBe(1);
    expect(valueOf(samples, 'lineStoppedSeconds')).toBe(0);
  });
});

test('counters that were never counted are 0 where their labels are known; those of another version are left out', () => {
  const tallies = new Map([
    ['failures no_answer', 3],
    ['stateChanges halted', 2],
    ['emergencies started', 1],
    ['something new', 9],
  ]);
  const samples = samplesOf(overview({ tallies }));
  expect(valueOf(samples, 'halts')).toBe(0);
  expect(valueOf(samples, 'emergencies', { step: 'submitted' })).toBe(0);
  expect(valueOf(samples, 'emergencies', { step: 'started' })).toBe(1);
  expect(valueOf(samples, 'stateChanges', { to: 'succeeded' })).toBe(0);
  expect(valueOf(samples, 'failures', { code: 'no_answer' })).toBe(3);
  expect(valueOf(samples, 'stateChanges', { to: 'halted' })).toBe(2);
  expect(samples.filter(({ value }) => value === 9)).toEqual([]);
});
