import type { DatacenterName, Fault, HostId, Strategy } from '@breakwater/shared';
import { repairs, shareOf } from './budget.ts';
import { canaryPlaceWarnings, canarySizeFaults, pickCanary } from './canary.ts';
import type { Fleet, FleetHost } from './fleet.ts';
import { placesOf } from './places.ts';
import type { Plan, PlannedWave, PlanRequest } from './planned.ts';
import { planFaults, thresholdFaults } from './plan-faults.ts';
import { warningsFor } from './plan-warnings.ts';
import { selectTargets } from './targets.ts';

/**
 * Cuts a change into waves: a canary, then one wave for each datacenter that proves the change on a share of
 * its hosts, then everything else at once. Every targeted host that is not drained is in exactly one wave.
 * @returns the plan, or everything that is wrong with the request.
 */
export function plan(request: PlanRequest, fleet: Fleet): Plan | { faults: [Fault, ...Fault[]] } {
  const { strategy, emergency } = request;
  const selection = selectTargets(request.targets, fleet);
  const hosts = brokenFirst(selection.hosts, emergency);
  const datacenters = inOrder(strategy.datacenters.order, hosts);
  const canary = pickCanary(strategy, selection, datacenters, emergency);
  // Names that do not exist make the selection a wrong one: what else is wrong with it would be noise.
  const places = selection.faults.length > 0 ? [] : placesOf(strategy, hosts, fleet);
  const waves = cut(strategy, hosts, datacenters, canary.hosts);
  const [first, ...rest] = [
    ...selection.faults,
    ...canary.faults,
    ...planFaults(request, hosts, places, fleet),
    ...(places.length > 0 ? canarySizeFaults(canary, hosts) : []),
    ...(places.length > 0 ? thresholdFaults(strategy, waves) : []),
  ];
  if (first) return { faults: [first, ...rest] };
  const warnings = [...canary.warnings, ...canaryPlaceWarnings(canary, places)];
  return { waves, warnings: [...warnings, ...warningsFor(request, selection, waves, fleet)] };
}

/**
 * In an emergency what is broken goes first: it takes nothing away, and as long as it is down there may be no room for any
 * host that serves, so that an earlier wave would wait in vain for a later one.
 */
function brokenFirst(hosts: readonly FleetHost[], emergency: boolean): readonly FleetHost[] {
  return hosts.toSorted((a, b) => Number(repairs(emergency, b)) - Number(repairs(emergency, a)));
}

/** Datacenters of the targeted hosts: those that the strategy orders first, the others by name. */
function inOrder(order: readonly DatacenterName[], hosts: readonly FleetHost[]): DatacenterName[] {
  const present = new Set(hosts.map((host) => host.datacenter));
  const ordered = order.filter((name) => present.has(name));
  const others = [...present].filter((name) => !ordered.includes(name)).toSorted();
  return [...ordered, ...others];
}

function cut(
  strategy: Strategy,
  hosts: readonly FleetHost[],
  datacenters: readonly DatacenterName[],
  canary: readonly FleetHost[],
): PlannedWave[] {
  const ids = (some: readonly FleetHost[]): HostId[] => some.map((host) => host.id);
  const proving = datacenters.map((datacenter) => {
    const here = hosts.filter((host) => host.datacenter === datacenter);
    const left = here.filter((host) => !canary.includes(host));
    return { datacenter, hosts: left.slice(0, shareOf(strategy.datacenters.share, here.length)) };
  });
  const before = new Set([...canary, ...proving.flatMap((wave) => wave.hosts)]);
  const rest = hosts.filter((host) => !before.has(host));
  const waves: PlannedWave[] = [
    { kind: 'canary', datacenter: null, hosts: ids(canary), soakMs: strategy.canary.soak },
    ...proving.map((wave) => ({
      kind: 'datacenter' as const,
      datacenter: wave.datacenter,
      hosts: ids(wave.hosts),
      soakMs: strategy.datacenters.soak,
    })),
    { kind: 'global', datacenter: null, hosts: ids(rest), soakMs: strategy.global.soak },
  ];
  return waves.filter((wave) => wave.hosts.length > 0);
}
