import type { HostId } from '@breakwater/shared';
import { type Heard, median, type Side, sidesOf } from './comparison.ts';
import type { Rollout } from './rollout.ts';

/** How quickly hosts answered at one moment: medians in milliseconds, `null` where nobody had measured anything. */
export interface LatencyPoint {
  at: number;
  changed: number | null;
  unchanged: number | null;
}

/** Compares hosts that run the change, of whichever wave, with those that were not touched yet. */
export function latencyPoint(
  rollout: Rollout,
  heard: (host: HostId) => Heard | null,
  now: number,
): LatencyPoint {
  const [first] = rollout.waves;
  const hosts = rollout.waves.flatMap((wave) => wave.hosts);
  const none: LatencyPoint = { at: now, changed: null, unchanged: null };
  if (!first) return none;
  const { changed, unchanged } = sidesOf(rollout, { ...first, hosts }, heard, now);
  const middle = ({ latencies }: Side): number | null => (latencies.length === 0 ? null : median(latencies));
  return { at: now, changed: middle(changed), unchanged: middle(unchanged) };
}

/** As many points as a chart on a phone can tell apart, and more. */
const MOST_POINTS = 400;

/** A bounded series. When it is full every other point goes and the rest lie twice as far apart: it still spans the whole time. */
export interface LatencySeries {
  points: readonly LatencyPoint[];
  /** Points that come sooner after the last one are left out. */
  apartMs: number;
}

export function newSeries(apartMs: number): LatencySeries {
  return { points: [], apartMs };
}

/** Adds a point. A gap begins with a point that has nothing, and what has nothing is not repeated. */
export function withPoint(series: LatencySeries, point: LatencyPoint): LatencySeries {
  const { points, apartMs } = series;
  const last = points.at(-1);
  const isEmpty = point.changed === null && point.unchanged === null;
  if (isEmpty && (!last || (last.changed === null && last.unchanged === null))) return series;
  if (last && point.at - last.at < apartMs) return series;
  const all = [...points, point];
  if (all.length <= MOST_POINTS) return { points: all, apartMs };
  return { points: all.filter((_, index) => index % 2 === 0), apartMs: apartMs * 2 };
}
