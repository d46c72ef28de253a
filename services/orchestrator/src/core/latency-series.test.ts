import { describe, expect, test } from 'vitest';
import { type LatencyPoint, type LatencySeries, newSeries, withPoint } from './latency-series.ts';

const point = (at: number, changed: number | null = 1): LatencyPoint => ({ at, changed, unchanged: changed });
const series = (points: LatencyPoint[]): LatencySeries => points.reduce(withPoint, newSeries(1000));

describe('a series', () => {
  test('is bounded, however long it lasts, and always spans all of it', () => {
    const long = series(Array.from({ length: 20_000 }, (_, i) => point(i * 1000)));
    expect(long.points.length).toBeLessThanOrEqual(400);
    expect(long.points[0]?.at).toBe(0);
    expect(20_000_000 - (long.points.at(-1)?.at ?? 0)).toBeLessThanOrEqual(2 * long.apartMs);
    const apart = long.points.slice(1).map(({ at }, i) => at - (long.points[i]?.at ?? 0));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(long.apartMs / 2);
  });

  test('has a gap as one empty point, and none before the first measurement', () => {
    const gap = series([point(0, null), point(1000), point(2000, null), point(3000, null), point(4000)]);
    expect(gap.points.map(({ at }) => at)).toEqual([1000, 2000, 4000]);
  });
});
