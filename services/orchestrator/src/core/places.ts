import type { Strategy } from '@breakwater/shared';
import { limitOf } from './budget.ts';
import type { Fleet, FleetHost } from './fleet.ts';

/** Hosts that stand in for one another, and how many of them the strategy could take at once. */
export interface Place {
  name: string;
  /** The field of the strategy that says so. */
  field: 'maxUnavailable' | 'maxUnavailablePerGroup';
  atOnce: number;
  /** All hosts of the place, targeted or not. */
  members: readonly FleetHost[];
  targeted: readonly FleetHost[];
}

/** Datacenters and redundancy groups of the targeted hosts. */
export function placesOf(strategy: Strategy, hosts: readonly FleetHost[], fleet: Fleet): Place[] {
  const all = [...fleet.values()];
  const chosen = new Set(hosts);
  const among = (members: readonly FleetHost[]): Pick<Place, 'members' | 'targeted'> => {
    return { members, targeted: members.filter((member) => chosen.has(member)) };
  };
  const datacenters = [...new Set(hosts.map((host) => host.datacenter))].map((name): Place => {
    const members = all.filter((host) => host.datacenter === name);
    const atOnce = limitOf(strategy.maxUnavailable, members.length);
    return { name: `datacenter ${name}`, field: 'maxUnavailable', atOnce, ...among(members) };
  });
  const groups = [...new Set(hosts.flatMap((host) => host.groups))].map((name): Place => {
    const members = all.filter((host) => host.groups.includes(name));
    const atOnce = strategy.maxUnavailablePerGroup;
    return { name: `redundancy group ${name}`, field: 'maxUnavailablePerGroup', atOnce, ...among(members) };
  });
  return [...datacenters, ...groups];
}

/** Whether a host serves and may be counted on, rollouts aside. */
export function serves(host: FleetHost): boolean {
  return host.availability === 'healthy' && !host.drained;
}
