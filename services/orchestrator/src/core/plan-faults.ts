import type { Fault, Strategy } from '@breakwater/shared';
import type { Fleet, FleetHost } from './fleet.ts';
import { type Place, serves } from './places.ts';
import type { PlannedWave, PlanRequest } from './planned.ts';

/** Everything of a request that this fleet makes impossible or unsafe, the choice of hosts aside. */
export function planFaults(
  request: PlanRequest,
  hosts: readonly FleetHost[],
  places: readonly Place[],
  fleet: Fleet,
): Fault[] {
  return [
    ...orderFaults(request.strategy, fleet),
    ...sizeFaults(hosts, request.maxHosts),
    ...places.flatMap((place) => lastHostFaults(request, place)),
  ];
}

function orderFaults(strategy: Strategy, fleet: Fleet): Fault[] {
  const known = new Set([...fleet.values()].map((host) => host.datacenter));
  return strategy.datacenters.order.flatMap((name, index) => {
    const path = `/strategy/datacenters/order/${index}`;
    return known.has(name)
      ? []
      : [{ path, code: 'target_unknown', message: `there is no datacenter ${name}` }];
  });
}

function sizeFaults(hosts: readonly FleetHost[], most: number | undefined): Fault[] {
  if (most === undefined || hosts.length <= most) return [];
  const message = `the targets match ${hosts.length} hosts, more than the ${most} that were expected`;
  return [{ path: '/expect/maxHosts', code: 'more_hosts_than_expected', message }];
}

/**
 * Refuses a plan that could leave a datacenter or a redundancy group without a healthy host, unless the
 * submission names the hosts that it accepts to lose: Etsy in 2016 was saved by hosts that had missed a push.
 */
function lastHostFaults({ targets }: PlanRequest, place: Place): Fault[] {
  const { name, field, members, targeted, atOnce } = place;
  const serving = members.filter(serves);
  const named = new Set(targets.hosts);
  // Taking a host that is down already takes nothing away.
  const taken = Math.min(atOnce, targeted.filter(serves).length);
  const accepted = targeted.every((host) => named.has(host.id));
  if (taken === 0 || serving.length - taken >= 1 || accepted) return [];
  const path = atOnce > 1 && serving.length > 1 ? `/strategy/${field}` : '/targets';
  const message = `${name} has ${serving.length} healthy of ${members.length} hosts, and ${taken} could be taken at once`;
  return [{ path, code: 'last_healthy_host', message }];
}

/** A threshold that no wave can exceed is no threshold: the rollout would go on over any number of failures. */
export function thresholdFaults({ failureThreshold }: Strategy, waves: readonly PlannedWave[]): Fault[] {
  const later = waves.filter((wave) => wave.kind !== 'canary').map((wave) => wave.hosts.length);
  const largest = Math.max(0, ...later);
  if (failureThreshold === 0 || largest === 0 || failureThreshold < largest) return [];
  const message = `no wave after the canary has more than ${largest} hosts: with ${failureThreshold} failures allowed it would never halt`;
  return [{ path: '/strategy/failureThreshold', code: 'strategy_unsafe', message }];
}
