import { BreakwaterError, type RolloutId } from '@breakwater/shared';
import type { GroupDiff } from '../../core/bundle-diff.ts';
import type { LatencyPoint } from '../../core/latency-series.ts';
import type { Rollout } from '../../core/rollout.ts';
import type { Planned } from '../calendar/interface.ts';
import { allEvents } from '../http/all-events.ts';
import type { HostView, LineState, Operations } from '../http/interface.ts';
import type { TimelineReply } from '../http/replies.ts';
import { timelineOf } from '../http/timeline.ts';
import type { PageView, Sights } from './interface.ts';

/** What the first page shows. */
export interface FleetSight {
  hosts: readonly HostView[];
  /** Not settled ones, newest first. */
  live: readonly Rollout[];
  /** The newest that are settled. */
  settled: readonly Rollout[];
  line: LineState;
  nextFreeze: Planned | null;
  /** What keeps this orchestrator from working, such as a page that nobody takes. */
  unready: readonly string[];
  pages: readonly PageView[];
}

/** What the pages of one rollout show; what is `null` was not read. */
export interface RolloutSight {
  rollout: Rollout;
  hosts: readonly HostView[];
  timeline: TimelineReply | null;
  latencies: readonly LatencyPoint[];
  diff: readonly GroupDiff[] | null;
}

type Reads = Pick<Operations, 'hosts' | 'rollouts' | 'rollout' | 'line' | 'unready' | 'events'>;

const SETTLED = 8;

export async function lookAtFleet(operations: Reads, sights: Sights): Promise<FleetSight> {
  const [hosts, live, recent, line, unready, pages] = await Promise.all([
    operations.hosts(),
    sights.live(),
    operations.rollouts(SETTLED + 12, null),
    operations.line(),
    operations.unready(),
    sights.pages(),
  ]);
  const own = new Set(live.map(({ id }) => id));
  const settled = recent.items.filter(({ id }) => !own.has(id)).slice(0, SETTLED);
  return { hosts, live, settled, line, nextFreeze: sights.nextFreeze(), unready, pages };
}

/** @returns `null` when there is no such rollout. */
export async function lookAtRollout(
  operations: Reads,
  sights: Sights,
  id: RolloutId,
): Promise<RolloutSight | null> {
  try {
    const rollout = await operations.rollout(id);
    const [hosts, events, diff] = await Promise.all([
      operations.hosts(),
      allEvents(operations, id),
      // Of all that the page shows it alone may cost much, and the rest must not hang on it.
      sights.diff(rollout).catch(() => null),
    ]);
    return { rollout, hosts, timeline: timelineOf(rollout, events), latencies: sights.latencies(id), diff };
  } catch (error) {
    if (error instanceof BreakwaterError && error.code === 'not_found') return null;
    throw error;
  }
}
