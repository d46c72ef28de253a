import type { Measures } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import type { Drive } from '../testing/drive.ts';
import { BAD, canaryOf, gated, NOTHING, pace, soaking } from '../testing/gated.ts';
import { overview, seenHost, valueOf } from '../testing/overview.ts';
import type { Overview } from './overview.ts';
import { samplesOf } from './samples.ts';

const shown = (drive: Drive, more: Partial<Overview> = {}) =>
  samplesOf(overview({ now: drive.now, live: [drive.rollout], ...more }));

describe('a rollout under way', () => {
  test('is shown with its waves and its hosts, by state', () => {
    const drive = soaking(gated({ during: ['canary'] }));
    const samples = shown(drive, { hosts: [seenHost('ns1.ams'), seenHost('ns1.fra')] });
    expect(valueOf(samples, 'rollouts', { state: 'running' })).toBe(1);
    expect(valueOf(samples, 'waves', { kind: 'canary', datacenter: '', state: 'soaking' })).toBe(1);
    expect(valueOf(samples, 'waves', { kind: 'datacenter', datacenter: 'ams' })).toBe(1);
    expect(valueOf(samples, 'waveHosts', { state: 'soaking' })).toBe(1);
    expect(valueOf(samples, 'emergenciesUnderWay')).toBe(0);
    expect(valueOf(samples, 'undecidedSeconds')).toBe(0);
  });

  test('that is halted counts the seconds until somebody decides, from the oldest one on', () => {
    const drive = pace(gated({ before: ['canary'] }).preflight(), 1, BAD);
    expect(drive.rollout.state).toBe('halted');
    const { rollout } = drive;
    const older = { ...rollout, since: rollout.since - 90_000 };
    const samples = shown(drive, { live: [rollout, older], now: rollout.since + 10_000 });
    expect(valueOf(samples, 'undecidedSeconds')).toBe(100);
    expect(valueOf(samples, 'rollouts', { state: 'halted' })).toBe(2);
  });

  test('its strictest limit is the budget of the datacenters that it takes hosts in, and the default is that of others', () => {
    const drive = gated({ during: ['canary'] });
    const hosts = ['ams', 'nowhere'].flatMap((place) =>
      Array.from({ length: 10 }, (_, index) => seenHost(`ns${index}.${place}`)),
    );
    const strict = { ...drive.rollout.strategy, maxUnavailable: 2 };
    const lax = { ...drive.rollout.strategy, maxUnavailable: 4 };
    const live = [strict, lax].map((strategy) => ({ ...drive.rollout, strategy }));
    const samples = shown(drive, { live, hosts, defaultLimit: '30%' });
    expect(valueOf(samples, 'budgetLimit', { datacenter: 'ams' })).toBe(2);
    expect(valueOf(samples, 'budgetLimit', { datacenter: 'nowhere' })).toBe(3);
  });
});

describe('gates', () => {
  test('are counted by what they told last, and those of waves that are over are not', () => {
    const drive = pace(gated({ before: ['canary'] }).preflight(), 1, NOTHING);
    expect(valueOf(shown(drive), 'gateVerdicts', { phase: 'before', verdict: 'noData' })).toBe(1);
    expect(valueOf(shown(drive), 'gateVerdicts', { phase: 'before', verdict: 'pass' })).toBe(0);
    const over = drive.rollout.waves.map((wave) => ({ ...wave, startedAt: drive.now }));
    const later = samplesOf(overview({ live: [{ ...drive.rollout, waves: over }] }));
    expect(valueOf(later, 'gateVerdicts', { phase: 'before', verdict: 'noData' })).toBe(0);
  });
});

describe('changed hosts beside the others', () => {
  const slow: Measures = { asked: 40, failed: 10, latencies: [10, 20, 30] };
  const quick: Measures = { asked: 50, failed: 0, latencies: [1, 2] };

  test('are shown with median, 90th percentile and failures of either side', () => {
    const drive = soaking(gated({ during: ['canary'] }));
    const canary = canaryOf(drive);
    const samples = shown(drive, {
      heard: (id) => {
        const generation = id === canary ? drive.rollout.bundle : null;
        return { heardAt: drive.now, status: { generation, measures: id === canary ? slow : quick } };
      },
    });
    const of = (side: string, statistic: string) => valueOf(samples, 'measuredLatency', { side, statistic });
    expect(valueOf(samples, 'measuredHosts', { side: 'changed' })).toBe(1);
    expect([of('changed', 'median'), of('changed', 'p90')]).toEqual([0.02, 0.03]);
    expect([of('unchanged', 'median'), of('unchanged', 'p90')]).toEqual([0.001, 0.002]);
    expect(valueOf(samples, 'measuredFailures', { side: 'changed' })).toBe(0.25);
    expect(valueOf(samples, 'measuredFailures', { side: 'unchanged' })).toBe(0);
  });

  test('are not shown while nobody measures', () => {
    const samples = shown(soaking(gated({ during: ['canary'] })));
    expect(valueOf(samples, 'measuredLatency')).toEqual([]);
    expect(valueOf(samples, 'measuredFailures')).toEqual([]);
  });
});
