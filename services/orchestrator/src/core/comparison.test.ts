import type { ComparisonGate, HostId, Measures } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { type Heard, judgeComparison, type Side, sidesOf } from './comparison.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const GATE: ComparisonGate = {
  kind: 'comparison',
  name: 'latency',
  during: ['canary'],
  every: 10_000,
  tolerate: 0,
  deadline: 60_000,
  minSamples: 30,
  significance: 0.01,
  maxSlower: { ratio: 1.5, by: 5 },
  maxMoreFailing: 0.02,
};

const side = (latencyMs: number, failed = 0, answered = 100): Side => ({
  hosts: 1,
  asked: answered + failed,
  failed,
  latencies: Array.from({ length: answered }, () => latencyMs),
});

/** Certain: 0.1 % by chance. Doubtful: 20 %. */
const [CERTAIN, DOUBTFUL] = [0.001, 0.2];

describe('the table: what a difference must be to fail', () => {
  test.each<[string, Side, Side, { slower?: number; failing?: number }, string, string]>([
    ['no difference', side(10), side(10), {}, 'pass', 'no_worse'],
    ['slower, certain', side(30), side(10), { slower: CERTAIN }, 'fail', 'changed_slower'],
    ['slower, perhaps by chance', side(30), side(10), { slower: DOUBTFUL }, 'inconclusive', 'may_be_chance'],
    [
      'three times as slow, and nobody notices 2 ms',
      side(3),
      side(1),
      { slower: CERTAIN },
      'pass',
      'no_worse',
    ],
    ['6 ms slower, which is little there', side(106), side(100), { slower: CERTAIN }, 'pass', 'no_worse'],
    ['faster', side(1), side(30), { slower: CERTAIN }, 'pass', 'no_worse'],
    ['fails more, certain', side(10, 10), side(10), { failing: CERTAIN }, 'fail', 'changed_fail_more'],
    [
      'fails more, perhaps by chance',
      side(10, 10),
      side(10),
      { failing: DOUBTFUL },
      'inconclusive',
      'may_be_chance',
    ],
    ['fails a little more', side(10, 1), side(10), { failing: CERTAIN }, 'pass', 'no_worse'],
    ['fails less', side(10), side(10, 50), { failing: CERTAIN }, 'pass', 'no_worse'],
    ['answers nothing at all', side(10, 100, 0), side(10), { failing: CERTAIN }, 'fail', 'changed_fail_more'],
    ['nobody answers anything', side(10, 100, 0), side(10, 100, 0), {}, 'noData', 'too_few_samples'],
    ['too few of the changed', side(10, 0, 29), side(10), {}, 'noData', 'too_few_samples'],
    ['nobody left to compare with', side(10), side(10, 0, 0), {}, 'noData', 'too_few_samples'],
  ])('%s', (_, changed, unchanged, chances, ...told) => {
    const [verdict, code] = told;
    const judged = judgeComparison(GATE, { changed, unchanged }, { slower: 1, failing: 1, ...chances });
    expect(judged).toMatchObject({ verdict, code });
  });
});

function soakingCanary(): Drive {
  const fleet = evenFleet(['ams', 'fra'], 3);
  const drive = new Drive(rolloutOver(fleet, { strategy: { vantage: 0 } }), fleet).preflight();
  const [canary = ''] = drive.inState('applying');
  return drive.report(canary, 'applying').report(canary, 'verifying').report(canary, 'soaking');
}

describe('the sides', () => {
  const measures: Measures = { asked: 50, failed: 1, latencies: [3, 1, 2] };

  const sides = (drive: Drive, heard: (id: HostId) => Heard | null) =>
    sidesOf(drive.rollout, drive.rollout.waves[0]!, heard, drive.now);

  test('are the changed hosts of the wave and the untouched hosts of the rollout', () => {
    const drive = soakingCanary();
    const { bundle } = drive.rollout;
    const told = sides(drive, (id) => {
      const generation = drive.row(id).grantedAt === null ? null : bundle;
      return { heardAt: drive.now, status: { generation, measures } };
    });
    expect(told.changed).toEqual({ hosts: 1, asked: 50, failed: 1, latencies: [1, 2, 3] });
    expect(told.unchanged).toMatchObject({ hosts: 5, asked: 250, failed: 5 });
  });

  test.each<[string, (now: number) => Heard | null]>([
    [
      'was heard too long ago',
      (now) => ({ heardAt: now - 20_001, status: { generation: 'a'.repeat(64) as never, measures } }),
    ],
    [
      'has not told of the change yet',
      (now) => ({ heardAt: now, status: { generation: 'b'.repeat(64) as never, measures } }),
    ],
    ['measures nothing', (now) => ({ heardAt: now, status: { generation: 'a'.repeat(64) as never } })],
    ['was never heard', () => null],
  ])('a changed host that %s is not one of them', (_, heard) => {
    const drive = soakingCanary();
    drive.now = 100_000;
    expect(sides(drive, () => heard(drive.now)).changed.hosts).toBe(0);
  });
});
