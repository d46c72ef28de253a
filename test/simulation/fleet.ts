import { DatacenterName, GroupName, HostId } from '@breakwater/shared';
import type { EnrolledHost } from '../../services/orchestrator/src/core/fleet.ts';
import type { Settings } from './settings.ts';

const DATACENTERS = ['ams', 'fra', 'lon'];

/** The fleet of a run: hosts in turn over the datacenters, and, in some runs, groups across them. */
export function fleetOf({ hosts, datacenters, grouped }: Settings): EnrolledHost[] {
  return Array.from({ length: hosts }, (_, index) => {
    const datacenter = DATACENTERS[index % datacenters] ?? 'ams';
    const groups = grouped ? [GroupName.parse(`group-${index % Math.max(1, Math.floor(hosts / 3))}`)] : [];
    return {
      id: HostId.parse(`ns${index + 1}.${datacenter}`),
      datacenter: DatacenterName.parse(datacenter),
      address: '192.0.2.1',
      port: 53,
      groups,
      labels: {},
    };
  });
}
