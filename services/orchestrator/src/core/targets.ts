import { compareNames, type Fault, type HostId, type Targets } from '@breakwater/shared';
import { few } from './few.ts';
import type { Fleet, FleetHost } from './fleet.ts';

/** The hosts that a change is for, ordered by datacenter and id (ns2 before ns10). */
export interface Selection {
  hosts: readonly FleetHost[];
  /** Those that fit too, and that a person has taken out of service: no plan has them. */
  drained: readonly FleetHost[];
  faults: readonly Fault[];
}

/**
 * Finds the hosts that a change is for. Naming something that does not exist is a fault, not an empty match: a
 * misspelt datacenter must not become "nothing to do".
 */
export function selectTargets(targets: Targets, fleet: Fleet): Selection {
  const fitting = [...fleet.values()]
    .filter((host) => matches(targets, host))
    .toSorted((a, b) => compareNames(a.datacenter, b.datacenter) || compareNames(a.id, b.id));
  const hosts = fitting.filter((host) => !host.drained);
  const drained = fitting.filter((host) => host.drained);
  const faults = [...unknownNames(targets, fleet), ...drainedNames(targets, drained)];
  if (hosts.length > 0 || faults.length > 0) return { hosts, drained, faults };
  const message =
    drained.length > 0
      ? `every host that fits is drained: ${few(drained.map((host) => host.id))}`
      : `none of the ${fleet.size} hosts of the fleet fits all conditions`;
  return { hosts, drained, faults: [{ path: '/targets', code: 'targets_match_nothing', message }] };
}

/** Whether a host fits all conditions of the targets. */
export function matches(targets: Targets, host: Pick<FleetHost, 'id' | 'datacenter' | 'labels'>): boolean {
  const { datacenters, labels, hosts, exclude } = targets;
  if (datacenters && !datacenters.includes(host.datacenter)) return false;
  if (hosts && !hosts.includes(host.id)) return false;
  if (exclude?.includes(host.id)) return false;
  return Object.entries(labels ?? {}).every(([name, value]) => host.labels[name] === value);
}

/** Whoever names a drained host wants two things at once: a person has said that nothing takes it. */
function drainedNames(targets: Targets, drained: readonly FleetHost[]): Fault[] {
  const out = new Set<HostId>(drained.map((host) => host.id));
  return (targets.hosts ?? []).flatMap((id, index) =>
    out.has(id)
      ? [{ path: `/targets/hosts/${index}`, code: 'host_drained', message: `${id} is drained` }]
      : [],
  );
}

function unknownNames(targets: Targets, fleet: Fleet): Fault[] {
  const datacenters = new Set([...fleet.values()].map((host) => host.datacenter));
  const unknown = (path: string, what: string): Fault => ({
    path,
    code: 'target_unknown',
    message: `there is no ${what}`,
  });
  return [
    ...(targets.datacenters ?? []).flatMap((name, index) =>
      datacenters.has(name) ? [] : [unknown(`/targets/datacenters/${index}`, `datacenter ${name}`)],
    ),
    ...(targets.hosts ?? []).flatMap((id, index) =>
      fleet.has(id) ? [] : [unknown(`/targets/hosts/${index}`, `host ${id}`)],
    ),
    ...(targets.exclude ?? []).flatMap((id, index) =>
      fleet.has(id) ? [] : [unknown(`/targets/exclude/${index}`, `host ${id}`)],
    ),
  ];
}
