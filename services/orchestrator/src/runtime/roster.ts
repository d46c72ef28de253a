import type { HostId } from '@breakwater/shared';
import type { EnrolledHost } from '../core/fleet.ts';

/** Who is enrolled. Hosts join and leave while everything runs, so it is asked anew each time. */
export interface Roster {
  hosts(): readonly EnrolledHost[];
  /** The same by id. */
  places(): ReadonlyMap<HostId, EnrolledHost>;
  replace(hosts: readonly EnrolledHost[]): void;
}

export function rosterOf(first: readonly EnrolledHost[]): Roster {
  let hosts = first;
  let places = byId(first);
  return {
    hosts: () => hosts,
    places: () => places,
    replace(next) {
      hosts = next;
      places = byId(next);
    },
  };
}

function byId(hosts: readonly EnrolledHost[]): ReadonlyMap<HostId, EnrolledHost> {
  return new Map(hosts.map((host) => [host.id, host]));
}
