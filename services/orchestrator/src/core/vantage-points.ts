import { compareNames, type HostId, MOST_VANTAGE_TASKS } from '@breakwater/shared';
import type { Context } from './context.ts';
import type { FleetHost } from './fleet.ts';
import { inFlight } from './host-row.ts';
import type { HostRow, Rollout } from './rollout.ts';
import type { Watch } from './watch.ts';

/** Connected, healthy, and not in flight itself: its word is about others and not about itself. */
export function isFine(rollout: Rollout, host: FleetHost | undefined): boolean {
  if (host === undefined || host.availability !== 'healthy' || host.busy) return false;
  const row = rollout.hosts[host.id];
  return row === undefined || !inFlight(row);
}

/** How many hosts of this rollout each point asks. */
function loads(rollout: Rollout): Map<HostId, number> {
  const counts = new Map<HostId, number>();
  for (const { points, over } of Object.values(rollout.vantage)) {
    for (const { host } of over ? [] : points) counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  return counts;
}

/**
 * Who could ask a host, best first: those that were not tried before, those of other datacenters, those with the fewest
 * to ask, then by name. Always the same for the same fleet. Hosts that are in flight are taken only where there are no
 * others: where everybody is in flight at once, they would wait for one another until all are lost.
 */
export function candidatesFor(rollout: Rollout, row: HostRow, watch: Watch, { fleet }: Context): FleetHost[] {
  const load = loads(rollout);
  const taken = new Set([row.id, ...[...watch.points, ...watch.letGo].map(({ host }) => host)]);
  const able = [...fleet.values()].filter(
    (host) =>
      !taken.has(host.id) && host.availability !== 'unknown' && (load.get(host.id) ?? 0) < MOST_VANTAGE_TASKS,
  );
  const fine = able.filter((host) => isFine(rollout, host));
  const rank = (host: FleetHost): number[] => [
    Number(watch.tried.includes(host.id)),
    Number(host.datacenter === row.datacenter),
    load.get(host.id) ?? 0,
  ];
  return (fine.length > 0 ? fine : able).toSorted(
    (a, b) => compareRanks(rank(a), rank(b)) || compareNames(a.id, b.id),
  );
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((part, index) => part !== b[index]);
  return differing === -1 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}
