import { errorFunction, gammaln, wilcoxonRankSum } from 'simple-statistics';
import type { Count, Statistics } from './interface.ts';

/**
 * The tests, upon the rank sums and functions of `simple-statistics`: it has no dependencies and loads in no time, where
 * @stdlib's complete tests bring 290 packages. Latencies are skewed and have outliers, so they are compared by rank
 * (Mann-Whitney U) and not by mean; failures are rare, so their shares are compared exactly (Fisher).
 */
export const statistics: Statistics = { chanceOfLarger, chanceOfMore };

/** With the normal approximation, which is good from 20 values on, corrected for ties and continuity. */
function chanceOfLarger(changed: readonly number[], unchanged: readonly number[]): number {
  const [n, m] = [changed.length, unchanged.length];
  const total = n + m;
  const u = wilcoxonRankSum([...changed], [...unchanged]) - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm([...changed, ...unchanged]) / (total * (total - 1)));
  // All values are the same: there is no difference at all.
  if (!(variance > 0)) return 1;
  return upperTail((u - (n * m) / 2 - 0.5) / Math.sqrt(variance));
}

function tieTerm(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + (count ** 3 - count), 0);
}

function upperTail(z: number): number {
  return (1 - errorFunction(z / Math.SQRT2)) / 2;
}

/** The upper tail of the hypergeometric distribution: so many or more on the changed side, all told being as they are. */
function chanceOfMore(changed: Count, unchanged: Count): number {
  const some = changed.some + unchanged.some;
  const all = changed.all + unchanged.all;
  const most = Math.min(some, changed.all);
  const total = logChoose(all, changed.all);
  let chance = 0;
  for (let k = changed.some; k <= most; k += 1) {
    chance += Math.exp(logChoose(some, k) + logChoose(all - some, changed.all - k) - total);
  }
  return Math.min(1, chance);
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity;
  return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
}
