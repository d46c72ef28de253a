import type { Sample, Share } from '@breakwater/shared';
import type { Overview } from '../core/overview/overview.ts';
import { samplesOf } from '../core/overview/samples.ts';
import { contextOf } from './context-of.ts';
import type { EngineDeps } from './engine-deps.ts';

/** What of the configuration is shown. */
export interface Shown {
  unknownAfterMs: number;
  defaultLimit: Share;
}

/**
 * What is shown of the store, of the fleet and of everything under way. Nothing is decided by it.
 * @throws BreakwaterError `store_unavailable`
 */
export async function overviewSamples(deps: EngineDeps, shown: Shown): Promise<Sample[]> {
  const { store, watch } = deps;
  const [snapshot, outbox, tallies] = await Promise.all([store.snapshot(), store.outbox(), store.tallies()]);
  const { now, fleet } = contextOf(deps, snapshot, null);
  const overview: Overview = {
    now,
    sequence: snapshot.head.seq,
    line: snapshot.line,
    live: [...snapshot.live.values()],
    declarations: snapshot.declarations,
    hosts: [...fleet.values()].map((host) => {
      return { ...host, generation: watch.sighting(host.id)?.status.generation ?? null };
    }),
    heard: (host) => watch.sighting(host),
    // A decision that a pager has not heard of keeps nobody asleep who should be awake.
    pagesSince: outbox.filter(({ status }) => status === 'firing').map(({ at }) => Date.parse(at)),
    tallies,
    ...shown,
  };
  return samplesOf(overview);
}
