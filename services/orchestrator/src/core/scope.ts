import type { HostId, Targets } from '@breakwater/shared';
import type { EnrolledHost } from './fleet.ts';
import { matches } from './targets.ts';

/** The part of the fleet that a token may act on: every host that fits all of it. */
export type Scope = Pick<Targets, 'datacenters' | 'labels'>;

/**
 * The hosts among these that a scope leaves out. One that is not enrolled is left out too: what it was can be told no
 * more, and nothing fails open.
 */
export function outside(
  scope: Scope | null,
  hosts: readonly HostId[],
  places: ReadonlyMap<HostId, EnrolledHost>,
): HostId[] {
  if (scope === null) return [];
  return hosts.filter((id) => {
    const place = places.get(id);
    return place === undefined || !matches(scope, place);
  });
}

/** A scope in words, for whoever has met its end. */
export function scopeText({ datacenters, labels = {} }: Scope): string {
  const all = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const parts = [
    ...(datacenters ? [`datacenter ${datacenters.join(' or ')}`] : []),
    ...(all.length > 0 ? [`label ${all.join(' and ')}`] : []),
  ];
  return parts.join(', ');
}
