import { DatacenterName, HostId, type Sample } from '@breakwater/shared';
import { RUNNING_LINE } from '../line.ts';
import type { Overview, SeenHost } from '../overview/overview.ts';

export const NOW = 1_000_000;

/** A host that is well. */
export function seenHost(id: string, change: Partial<SeenHost> = {}): SeenHost {
  return {
    id: HostId.parse(id),
    datacenter: DatacenterName.parse(id.split('.')[1]),
    groups: [],
    labels: {},
    availability: 'healthy',
    heardAt: NOW,
    unwell: null,
    drift: null,
    drained: false,
    busy: false,
    generation: null,
    ...change,
  };
}

/** A fleet with nothing under way. */
export function overview(change: Partial<Overview> = {}): Overview {
  return {
    now: NOW,
    sequence: 7,
    line: RUNNING_LINE,
    live: [],
    declarations: [],
    hosts: [],
    heard: () => null,
    unknownAfterMs: 30_000,
    defaultLimit: '20%',
    pagesSince: [],
    tallies: new Map(),
    ...change,
  };
}

/** The value of the one sample that fits, or those of all that do. */
export function valueOf(samples: readonly Sample[], metric: Sample['metric'], labels: Sample['labels'] = {}) {
  const found = samples
    .filter((sample) => sample.metric === metric)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
  return found.length === 1 ? found[0]?.value : found.map(({ value }) => value);
}
