import type { DatacenterName, GroupName, Share } from '@breakwater/shared';
import { few } from './few.ts';
import type { Context } from './context.ts';
import type { Fleet, FleetHost } from './fleet.ts';
import { inFlight } from './host-row.ts';
import type { HostRow, Rollout } from './rollout.ts';

/** How many hosts a limit allows among `total`: a share is rounded down, but one is always allowed. */
export function limitOf(limit: Share, total: number): number {
  return Math.max(
    1,
    typeof limit === 'number' ? limit : Math.floor((total * Number.parseInt(limit, 10)) / 100),
  );
}

/** How many hosts a share asks for among `total`: rounded up, so that it proves at least what was asked. */
export function shareOf(share: Share, total: number): number {
  return Math.min(
    total,
    typeof share === 'number' ? share : Math.ceil((total * Number.parseInt(share, 10)) / 100),
  );
}

/** Cannot be counted on: in flight for this rollout or another, unhealthy, not heard of, or out of service. */
function isUnavailable(rollout: Rollout, host: FleetHost): boolean {
  const row = rollout.hosts[host.id];
  const flying = host.busy || (row !== undefined && inFlight(row));
  return flying || host.drained || host.availability !== 'healthy';
}

/** Hosts that stand in for one another, with how many of them may be unavailable at once. */
interface Pool {
  name: string;
  limit: number;
  members: readonly FleetHost[];
}

/** Where the host stands now: it may have been given other groups since the rollout began. */
function poolsOf(rollout: Rollout, fleet: Fleet, taken: FleetHost): Pool[] {
  const all = [...fleet.values()];
  const datacenter = (name: DatacenterName): Pool => {
    const members = all.filter((host) => host.datacenter === name);
    return {
      name: `datacenter ${name}`,
      limit: limitOf(rollout.strategy.maxUnavailable, members.length),
      members,
    };
  };
  const group = (name: GroupName): Pool => ({
    name: `redundancy group ${name}`,
    limit: rollout.strategy.maxUnavailablePerGroup,
    members: all.filter((host) => host.groups.includes(name)),
  });
  return [datacenter(taken.datacenter), ...taken.groups.map(group)];
}

/**
 * Says why a host may not be taken now, or `null` when it may. Hosts that are unhealthy for any reason use up
 * the same budget as hosts in flight, so that a rollout never adds to an outage.
 */
export function whyNot(rollout: Rollout, row: HostRow, context: Context): string | null {
  if (context.blocked !== null) return context.blocked;
  if (context.frozen !== null && rollout.emergency === null) return context.frozen;
  const host = context.fleet.get(row.id);
  if (!host) return `${row.id} is not in the fleet any more`;
  if (host.drained) return `${row.id} is drained`;
  if (host.busy) return `${row.id} is in flight for another rollout`;
  if (host.availability !== 'healthy') return `${row.id} is ${host.availability}`;
  for (const { name, limit, members } of poolsOf(rollout, context.fleet, host)) {
    const down = members.filter((member) => isUnavailable(rollout, member));
    if (down.length >= limit)
      return `${name} has ${down.length} of at most ${limit} hosts unavailable (${few(down.map(({ id }) => id))})`;
    const left = members.length - down.length - 1;
    if (left < 1 && !rollout.named.includes(row.id)) return `${row.id} is the last healthy host of ${name}`;
  }
  return null;
}
