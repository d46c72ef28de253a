import { type RolloutId, sleep } from '@breakwater/shared';
import type { Sights } from '../adapters/status-page/interface.ts';
import type { GroupDiff, RunningHost } from '../core/bundle-diff.ts';
import { latencyPoint, type LatencySeries, newSeries, withPoint } from '../core/latency-series.ts';
import type { Rollout } from '../core/rollout.ts';
import type { EngineDeps } from './engine-deps.ts';
import { planDiff } from './plan-diff.ts';
import { recentPages } from './recent-pages.ts';

/** Hosts tell what they measure about as often. */
const MEASURE_EVERY_MS = 2000;
/** As many rollouts are remembered; those that were heard of last. */
const MOST_ROLLOUTS = 20;

/** What the pages for people show beyond what the API answers, from what this orchestrator has at hand. */
export function createSights(deps: EngineDeps): Sights & { watch(stopping: AbortSignal): Promise<void> } {
  const { store, calendar, clock } = deps;
  const series = new Map<RolloutId, LatencySeries>();
  return {
    live: async () =>
      [...(await store.snapshot()).live.values()].toSorted((a, b) => b.createdAt - a.createdAt),
    pages: recentPages(store),
    nextFreeze: () => calendar.nextFreeze(clock.now()),
    latencies: (id) => series.get(id)?.points ?? [],
    diff: liveDiff(deps),
    async watch(stopping) {
      while (!stopping.aborted) {
        await measureAll(deps, series).catch(() => undefined);
        await sleep(clock, MEASURE_EVERY_MS, stopping);
      }
    },
  };
}

/** Nobody decides by it, so a store that does not answer leaves a gap in the chart and nothing else. */
async function measureAll({ store, watch, clock }: EngineDeps, series: Map<RolloutId, LatencySeries>) {
  for (const rollout of (await store.snapshot()).live.values()) {
    const point = latencyPoint(rollout, (host) => watch.sighting(host), clock.now());
    remember(series, rollout.id, withPoint(series.get(rollout.id) ?? newSeries(MEASURE_EVERY_MS), point));
  }
}

/** Keeps what is newest in a map that does not grow beyond its bound. */
function remember<T>(known: Map<RolloutId, T>, id: RolloutId, value: T): void {
  known.delete(id);
  known.set(id, value);
  const [oldest] = known.keys();
  if (known.size > MOST_ROLLOUTS && oldest !== undefined) known.delete(oldest);
}

/** Makes a rollout's diff anew only when its hosts run something else than when it was made. */
function liveDiff(deps: EngineDeps): Sights['diff'] {
  const made = new Map<RolloutId, { of: string; diff: Promise<readonly GroupDiff[]> }>();
  return (rollout) => {
    const hosts = runningHosts(deps, rollout);
    const of = JSON.stringify(hosts.map(({ from }) => from));
    const known = made.get(rollout.id);
    if (known?.of === of) return known.diff;
    const diff = diffOf(deps, rollout, hosts);
    remember(made, rollout.id, { of, diff });
    diff.catch(() => made.delete(rollout.id));
    return diff;
  };
}

function runningHosts({ watch }: EngineDeps, rollout: Rollout): RunningHost[] {
  return rollout.waves.flatMap((wave) =>
    wave.hosts.flatMap((id) => {
      const status = watch.sighting(id)?.status;
      const row = rollout.hosts[id];
      return row
        ? [{ id, datacenter: row.datacenter, from: status?.lastKnownGood ?? status?.generation ?? null }]
        : [];
    }),
  );
}

async function diffOf(deps: EngineDeps, rollout: Rollout, hosts: readonly RunningHost[]) {
  const manifest = await deps.store.manifest(rollout.bundle);
  const others = hosts.filter(({ from }) => from !== rollout.bundle);
  return manifest ? (await planDiff(deps, others, { manifest })).diff : [];
}
