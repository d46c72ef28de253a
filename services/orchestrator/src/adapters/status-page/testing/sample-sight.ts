import { RUNNING_LINE } from '../../../core/line.ts';
import { sampleHost } from '../../http/testing/samples.ts';
import type { FleetSight } from '../sight.ts';

/** A fleet of two healthy hosts in which nothing happens. */
export function sampleSight(changes: Partial<FleetSight> = {}): FleetSight {
  return {
    hosts: [sampleHost('ns2.ams'), sampleHost('ns1.ams')],
    live: [],
    settled: [],
    line: { ...RUNNING_LINE, frozen: null },
    nextFreeze: null,
    unready: [],
    pages: [],
    ...changes,
  };
}
