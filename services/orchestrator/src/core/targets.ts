import { compareNames, type Fault, type Targets } from '@breakwater/shared';
import type { Fleet, FleetHost } from './fleet.ts';

/**
 * Finds the hosts that a change is for, ordered by id (ns2 before ns10). Naming something that does not exist
 * is a fault, not an empty match: a misspelt datacenter must not become "nothing to do".
 */
export function selectTargets(targets: Targets, fleet: Fleet): { hosts: FleetHost[]; faults: Fault[] } {
  const hosts = [...fleet.values()]
    .filter((host) => matches(targets, host))
    .toSorted((a, b) => compareNames(a.datacenter, b.datacenter) || compareNames(a.id, b.id));
  const faults = unknownNames(targets, fleet);
  if (hosts.length > 0 || faults.length > 0) return { hosts, faults };
  const message = `none of the ${fleet.size} hosts of the fleet fits all conditions`;
  return { hosts, faults: [{ path: '/targets', code: 'targets_match_nothing', message }] };
}

/** Whether a host fits all conditions of the targets. */
export function matches(targets: Targets, host: FleetHost): boolean {
  const { datacenters, labels, hosts, exclude } = targets;
  if (datacenters && !datacenters.includes(host.datacenter)) return false;
  if (hosts && !hosts.includes(host.id)) return false;
  if (exclude?.includes(host.id)) return false;
  return Object.entries(labels ?? {}).every(([name, value]) => host.labels[name] === value);
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
