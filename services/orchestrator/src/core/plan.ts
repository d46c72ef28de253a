import type { DatacenterName, Fault, HostId, Strategy, Targets, WaveKind } from '@breakwater/shared';
import { limitOf, shareOf } from './budget.ts';
import type { Fleet, FleetHost } from './fleet.ts';
import { selectTargets } from './targets.ts';

/** A wave as it is planned. */
export interface PlannedWave {
  kind: WaveKind;
  /** Set for `datacenter` waves. */
  datacenter: DatacenterName | null;
  hosts: readonly HostId[];
  soakMs: number;
}

export interface Plan {
  waves: readonly PlannedWave[];
  /** What a person should know before starting; none of it stops the rollout. */
  warnings: readonly string[];
}

/** What is asked for, as far as the plan depends on it. */
export interface PlanRequest {
  targets: Targets;
  strategy: Strategy;
  maxHosts: number | undefined;
}

/**
 * Cuts a change into waves: a canary, then one wave for each datacenter that proves the change on a share of
 * its hosts, then everything else at once. Every targeted host is in exactly one wave.
 * @returns the plan, or everything that is wrong with the request.
 */
export function plan(request: PlanRequest, fleet: Fleet): Plan | { faults: [Fault, ...Fault[]] } {
  const { hosts, faults } = selectTargets(request.targets, fleet);
  const datacenters = inOrder(request.strategy.datacenters.order, hosts);
  const canary = pickCanary(request.strategy, hosts, datacenters);
  const all = [
    ...faults,
    ...canary.faults,
    ...orderFaults(request.strategy, fleet),
    ...sizeFaults(hosts, request.maxHosts),
    ...(faults.length > 0 ? [] : lastHostFaults(request, hosts, fleet)),
  ];
  const [first, ...rest] = all;
  if (first) return { faults: [first, ...rest] };
  const waves = cut(request.strategy, hosts, datacenters, canary.hosts);
  return {
    waves,
    warnings: [...warningsFor(hosts, waves, request.strategy), ...ownWord(request.strategy, fleet)],
  };
}

/** Datacenters of the targeted hosts: those that the strategy orders first, the others by name. */
function inOrder(order: readonly DatacenterName[], hosts: readonly FleetHost[]): DatacenterName[] {
  const present = new Set(hosts.map((host) => host.datacenter));
  const ordered = order.filter((name) => present.has(name));
  const others = [...present].filter((name) => !ordered.includes(name)).toSorted();
  return [...new Set(ordered), ...others];
}

function pickCanary(
  strategy: Strategy,
  hosts: readonly FleetHost[],
  datacenters: readonly DatacenterName[],
): { hosts: readonly FleetHost[]; faults: Fault[] } {
  const wanted = strategy.canary.hosts;
  const fault = (path: string, message: string): Fault => ({ path, code: 'canary_matches_nothing', message });
  if (typeof wanted === 'number') {
    const first = hosts.filter((host) => host.datacenter === datacenters[0]);
    // A healthy canary proves more than one that was broken before the change.
    const healthyFirst = first.toSorted(
      (a, b) => Number(b.availability === 'healthy') - Number(a.availability === 'healthy'),
    );
    return { hosts: healthyFirst.slice(0, wanted), faults: [] };
  }
  if (Array.isArray(wanted)) {
    const missing = wanted.filter((id) => !hosts.some((host) => host.id === id));
    const faults = missing.map((id) =>
      fault('/strategy/canary/hosts', `${id} is not among the targeted hosts`),
    );
    return { hosts: hosts.filter((host) => wanted.includes(host.id)), faults };
  }
  const labelled = hosts.filter((host) => hasLabels(host, wanted.labels));
  const none = fault('/strategy/canary/hosts/labels', 'no targeted host has these labels');
  return { hosts: labelled, faults: labelled.length === 0 ? [none] : [] };
}

function hasLabels(host: FleetHost, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => host.labels[name] === value);
}

function orderFaults(strategy: Strategy, fleet: Fleet): Fault[] {
  const known = new Set([...fleet.values()].map((host) => host.datacenter));
  return strategy.datacenters.order
    .filter((name) => !known.has(name))
    .map((name) => ({
      path: '/strategy/datacenters/order',
      code: 'target_unknown',
      message: `there is no datacenter ${name}`,
    }));
}

function sizeFaults(hosts: readonly FleetHost[], most: number | undefined): Fault[] {
  if (most === undefined || hosts.length <= most) return [];
  const message = `the targets match ${hosts.length} hosts, more than the ${most} that were expected`;
  return [{ path: '/expect/maxHosts', code: 'more_hosts_than_expected', message }];
}

/** The hosts that stand in for one another, and how many of them the strategy could take at once. */
interface Place {
  name: string;
  members: FleetHost[];
  atOnce: number;
}

function placesOf({ strategy }: PlanRequest, hosts: readonly FleetHost[], fleet: Fleet): Place[] {
  const all = [...fleet.values()];
  const datacenters = [...new Set(hosts.map((host) => host.datacenter))].map((name) => {
    const members = all.filter((host) => host.datacenter === name);
    return { name: `datacenter ${name}`, members, atOnce: limitOf(strategy.maxUnavailable, members.length) };
  });
  const groups = [...new Set(hosts.flatMap((host) => host.groups))].map((name) => ({
    name: `redundancy group ${name}`,
    members: all.filter((host) => host.groups.includes(name)),
    atOnce: strategy.maxUnavailablePerGroup,
  }));
  return [...datacenters, ...groups];
}

/**
 * Refuses a plan that could leave a datacenter or a redundancy group without a healthy host, unless the
 * submission names the hosts that it accepts to lose: Etsy in 2016 was saved by hosts that had missed a push.
 */
function lastHostFaults(request: PlanRequest, hosts: readonly FleetHost[], fleet: Fleet): Fault[] {
  return placesOf(request, hosts, fleet).flatMap(({ name, members, atOnce }): Fault[] => {
    const targeted = members.filter((member) => hosts.includes(member));
    const healthy = members.filter((member) => member.availability === 'healthy');
    const named = request.targets.hosts ?? [];
    // Taking a host that is down already takes nothing away.
    const taken = Math.min(atOnce, healthy.filter((host) => targeted.includes(host)).length);
    const accepted = targeted.every((host) => named.includes(host.id));
    if (taken === 0 || healthy.length - taken >= 1 || accepted) return [];
    const path = atOnce > 1 && healthy.length > 1 ? '/strategy/maxUnavailable' : '/targets';
    const message = `${name} has ${healthy.length} healthy of ${members.length} hosts, and ${taken} could be taken at once`;
    return [{ path, code: 'last_healthy_host', message }];
  });
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

/** What a host says of itself is not all: a configuration can answer its own host and refuse the world. */
function ownWord({ vantage }: Strategy, fleet: Fleet): string[] {
  if (vantage === 0) return ['no other host asks a changed one (vantage is 0): its own word is enough'];
  const others = Math.max(0, fleet.size - 1);
  if (others >= vantage) return [];
  return others === 0
    ? ['the fleet has no other host that could ask the changed one: its own word is enough']
    : [`only ${others} other hosts can ask a changed one, not ${vantage}`];
}

function warningsFor(
  hosts: readonly FleetHost[],
  waves: readonly PlannedWave[],
  strategy: Strategy,
): string[] {
  const doubtful = hosts
    .filter((host) => host.availability !== 'healthy')
    .map(
      (host) =>
        `${host.id} is ${host.availability} now; the rollout will wait for it, and halt if it stays so`,
    );
  const unsoaked = waves.filter((wave) => wave.soakMs === 0).map((wave) => wave.kind);
  const soak =
    unsoaked.length > 0
      ? [`no soak in: ${[...new Set(unsoaked)].join(', ')}; only the first answers are checked`]
      : [];
  const tolerant =
    strategy.failureThreshold > 0
      ? [`up to ${strategy.failureThreshold} hosts of each later wave may fail`]
      : [];
  return [...doubtful, ...soak, ...tolerant];
}
