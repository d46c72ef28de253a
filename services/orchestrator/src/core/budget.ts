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

/** In flight for this rollout or another. */
function isFlying(rollout: Rollout, host: FleetHost): boolean {
  const row = rollout.hosts[host.id];
  return host.busy || (row !== undefined && inFlight(row));
}

/** Cannot be counted on: in flight, unhealthy, not heard of, or out of service. */
function isUnavailable(rollout: Rollout, host: FleetHost): boolean {
  return isFlying(rollout, host) || host.drained || host.availability !== 'healthy';
}

/**
 * An emergency may repair: a host that answers wrongly is unavailable already, so taking it takes nothing away. One that is
 * not heard of stays out of reach, since nobody knows whether it serves.
 */
export function repairs(emergency: boolean, host: FleetHost): boolean {
  return emergency && host.availability === 'unhealthy';
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

/** Why the pool has no room for a host that serves: what is unhealthy for any reason uses it up as what is in flight does. */
function noRoomFor(rollout: Rollout, taken: FleetHost, { name, limit, members }: Pool): string | null {
  const down = members.filter((member) => isUnavailable(rollout, member));
  if (down.length >= limit)
    return `${name} has ${down.length} of at most ${limit} hosts unavailable (${few(down.map(({ id }) => id))})`;
  const left = members.length - down.length - 1;
  return left < 1 && !rollout.named.includes(taken.id)
    ? `${taken.id} is the last healthy host of ${name}`
    : null;
}

/** Why the pool has no room for a repair: a wrong one must not reach every broken host at once either. */
function noRoomToRepair(rollout: Rollout, { name, limit, members }: Pool): string | null {
  const flying = members.filter((member) => isFlying(rollout, member));
  if (flying.length < limit) return null;
  return `${name} has ${flying.length} of at most ${limit} hosts in flight (${few(flying.map(({ id }) => id))})`;
}

/** Says why a host may not be taken now, or `null` when it may: a rollout never adds to an outage. */
export function whyNot(rollout: Rollout, row: HostRow, context: Context): string | null {
  if (context.blocked !== null) return context.blocked;
  if (context.frozen !== null && rollout.emergency === null) return context.frozen;
  const host = context.fleet.get(row.id);
  if (!host) return `${row.id} is not in the fleet any more`;
  if (host.drained) return `${row.id} is drained`;
  if (host.busy) return `${row.id} is in flight for another rollout`;
  const repair = repairs(rollout.emergency !== null, host);
  if (host.availability !== 'healthy' && !repair) return `${row.id} is ${host.availability}`;
  for (const pool of poolsOf(rollout, context.fleet, host)) {
    const why = repair ? noRoomToRepair(rollout, pool) : noRoomFor(rollout, host, pool);
    if (why !== null) return why;
  }
  return null;
}
