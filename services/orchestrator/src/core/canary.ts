import type { DatacenterName, Fault, Strategy } from '@breakwater/shared';
import { limitOf, repairs } from './budget.ts';
import { few } from './few.ts';
import type { FleetHost } from './fleet.ts';
import type { Place } from './places.ts';
import type { Selection } from './targets.ts';

/** The hosts that go first, or what is wrong with the wish for them. */
export interface Canary {
  hosts: readonly FleetHost[];
  faults: readonly Fault[];
  warnings: readonly string[];
}

const PATH = '/strategy/canary/hosts';

/** Picks the canary: by number or share in the first datacenter, or exactly those that are named or labelled. */
export function pickCanary(
  strategy: Strategy,
  selection: Selection,
  datacenters: readonly DatacenterName[],
  emergency: boolean,
): Canary {
  const wanted = strategy.canary.hosts;
  const { hosts } = selection;
  if (typeof wanted === 'number') return byNumber(wanted, hosts, datacenters[0], emergency);
  if (typeof wanted === 'string')
    return byNumber(limitOf(wanted, hosts.length), hosts, datacenters[0], emergency);
  if (Array.isArray(wanted)) {
    const faults = wanted.flatMap((id, index) => missing(id, index, selection));
    return found(
      hosts.filter((host) => wanted.includes(host.id)),
      faults,
      datacenters[0],
    );
  }
  const labelled = hosts.filter((host) => hasLabels(host, wanted.labels));
  const none: Fault = {
    path: `${PATH}/labels`,
    code: 'canary_matches_nothing',
    message: 'no targeted host has these labels',
  };
  return found(labelled, labelled.length === 0 ? [none] : [], datacenters[0]);
}

/**
 * A healthy canary proves more than one that was broken before the change; in an emergency the broken one shows whether
 * the change mends it.
 */
function byNumber(
  wanted: number,
  hosts: readonly FleetHost[],
  datacenter: DatacenterName | undefined,
  emergency: boolean,
): Canary {
  const worth = (host: FleetHost): number =>
    repairs(emergency, host) ? 2 : Number(host.availability === 'healthy');
  const first = hosts
    .filter((host) => host.datacenter === datacenter)
    .toSorted((a, b) => worth(b) - worth(a));
  const fewer = `the canary has ${first.length} hosts, not ${wanted}: datacenter ${datacenter} has no more that are targeted`;
  return { hosts: first.slice(0, wanted), faults: [], warnings: wanted > first.length ? [fewer] : [] };
}

function missing(id: string, index: number, { hosts, drained }: Selection): Fault[] {
  if (hosts.some((host) => host.id === id)) return [];
  const path = `${PATH}/${index}`;
  if (drained.some((host) => host.id === id))
    return [{ path, code: 'host_drained', message: `${id} is drained` }];
  return [{ path, code: 'canary_matches_nothing', message: `${id} is not among the targeted hosts` }];
}

function found(
  hosts: readonly FleetHost[],
  faults: readonly Fault[],
  datacenter: DatacenterName | undefined,
): Canary {
  const strangers = hosts.filter((host) => host.datacenter !== datacenter).map((host) => host.id);
  const outside = `canary ${few(strangers)} is not in ${datacenter}, the datacenter that is proved first`;
  return { hosts, faults, warnings: strangers.length > 0 ? [outside] : [] };
}

function hasLabels(host: FleetHost, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => host.labels[name] === value);
}

/** A canary that is everything is no canary: whatever goes wrong goes wrong everywhere at once. */
export function canarySizeFaults({ hosts }: Canary, targeted: readonly FleetHost[]): Fault[] {
  if (targeted.length < 2 || hosts.length < targeted.length) return [];
  const message = `all ${targeted.length} targeted hosts would be canaries; leave some for later waves`;
  return [{ path: PATH, code: 'strategy_unsafe', message }];
}

/**
 * A canary that is all of a place leaves nobody beside it who still runs what is known to be good. The budgets hold for it
 * too, so that it is no more than a pity.
 */
export function canaryPlaceWarnings({ hosts }: Canary, places: readonly Place[]): string[] {
  return places.flatMap(({ name, members }) => {
    const present = members.filter((member) => !member.drained);
    const whole = present.length > 1 && present.every((member) => hosts.includes(member));
    return whole ? [`the canary is all of ${name} (${present.length} hosts)`] : [];
  });
}
