import { MOST_DATACENTERS, OTHER } from '@breakwater/shared';
import type { FleetHost } from '../fleet.ts';

/**
 * Bounds the names of datacenters as values of a label.
 * @returns the name itself for the first ones by the alphabet, and `other` for all beyond the bound.
 */
export function boundedDatacenters(
  hosts: readonly Pick<FleetHost, 'datacenter'>[],
): (datacenter: string) => string {
  const names = [...new Set(hosts.map(({ datacenter }): string => datacenter))].toSorted();
  const shown = new Set(names.slice(0, MOST_DATACENTERS));
  return (datacenter) => (shown.has(datacenter) ? datacenter : OTHER);
}
