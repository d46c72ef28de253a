import type { Sample } from '@breakwater/shared';
import { type Side, type Sides, sidesOf } from '../comparison.ts';
import { one, type Overview } from './overview.ts';

const STATISTICS = { median: 0.5, p90: 0.9 } as const;

/**
 * How changed hosts answer and how untouched ones do at the same moment, all rollouts with a comparison taken together. Without
 * such a gate hosts measure nothing, and nothing is shown.
 */
export function measuredSamples({ live, heard, now }: Overview): Sample[] {
  const sides = live.flatMap((rollout): Sides[] => {
    const wave = rollout.waves.findLast(({ startedAt }) => startedAt !== null);
    return wave === undefined ? [] : [sidesOf(rollout, wave, heard, now)];
  });
  return (['changed', 'unchanged'] as const).flatMap((name) =>
    sideSamples(
      name,
      sides.map((both) => both[name]),
    ),
  );
}

function sideSamples(side: keyof Sides, parts: readonly Side[]): Sample[] {
  const sum = (of: (part: Side) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const asked = sum((part) => part.asked);
  const latencies = parts.flatMap((part) => part.latencies).toSorted((a, b) => a - b);
  const hosts: Sample = {
    ...one(
      'measuredHosts',
      sum((part) => part.hosts),
    ),
    labels: { side },
  };
  if (asked === 0) return [hosts];
  const failures = sum((part) => part.failed) / asked;
  return [
    hosts,
    { metric: 'measuredFailures', labels: { side }, value: failures },
    ...Object.entries(STATISTICS).flatMap(([statistic, share]): Sample[] => {
      const latency = latencies[Math.ceil(latencies.length * share) - 1];
      if (latency === undefined) return [];
      return [{ metric: 'measuredLatency', labels: { side, statistic }, value: latency / 1000 }];
    }),
  ];
}
