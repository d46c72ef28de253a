import type { Clock, HostId, HostStatus } from '@breakwater/shared';
import type { HostSighting, Store } from '../adapters/store/interface.ts';
import type { Availability, EnrolledHost, Fleet } from '../core/fleet.ts';

/**
 * What has been heard of each host, and since when this orchestrator could hear at all. It is kept in memory,
 * and written through to the store now and then, so that every orchestrator and every restart knows it.
 */
export interface FleetWatch {
  readonly enrolled: readonly EnrolledHost[];
  see(host: HostId, status: HostStatus, journal: string): void;
  /** Notes that a host's reports up to `seq` were taken in. @returns the highest that ever was, of this journal. */
  acknowledge(host: HostId, seq: number): number;
  sighting(host: HostId): HostSighting | null;
  /** The fleet as decisions see it; `busy` hosts are in flight for some other rollout. */
  fleet(busy: ReadonlySet<HostId>): Fleet;
  /** How many agents have been heard of lately. */
  connected(): number;
  /** Tells whether the store could be reached: while it cannot, nobody is heard, and silence means nothing. */
  storeReached(reached: boolean): void;
  listeningSince(): number;
  /** Writes what is new to the store, and reads what others have heard. */
  exchange(): Promise<void>;
}

/** @param unknownAfterMs how long after its last word a host counts as `unknown`. */
export function watchFleet(
  store: Pick<Store, 'putSightings' | 'sightings'>,
  enrolled: readonly EnrolledHost[],
  unknownAfterMs: number,
  clock: Clock,
): FleetWatch {
  const seen = new Map<HostId, HostSighting>();
  const unsaved = new Map<HostId, HostSighting>();
  let listening: number | null = clock.now();

  const availability = (sighting: HostSighting | undefined): Availability => {
    if (!sighting || clock.now() - sighting.heardAt > unknownAfterMs) return 'unknown';
    const { verdict } = sighting.status.health;
    if (verdict === 'pass') return 'healthy';
    return verdict === 'fail' ? 'unhealthy' : 'unknown';
  };

  const note = (host: HostId, sighting: HostSighting): void => {
    seen.set(host, sighting);
    unsaved.set(host, sighting);
  };

  return {
    enrolled,
    see(host, status, journal) {
      const known = seen.get(host);
      // Another journal (after a lost disk) counts from the beginning again.
      const acknowledged = known?.journal === journal ? known.acknowledged : 0;
      note(host, { status, journal, acknowledged, heardAt: clock.now() });
    },
    acknowledge(host, seq) {
      const known = seen.get(host);
      if (!known || known.acknowledged >= seq) return known?.acknowledged ?? seq;
      note(host, { ...known, acknowledged: seq });
      return seq;
    },
    sighting: (host) => seen.get(host) ?? null,
    fleet: (busy) =>
      new Map(
        enrolled.map(({ id, datacenter, groups, labels }) => {
          const sighting = seen.get(id);
          const heardAt = sighting?.heardAt ?? null;
          const host = { id, datacenter, groups, labels, heardAt };
          return [id, { ...host, availability: availability(sighting), busy: busy.has(id) }];
        }),
      ),
    connected: () => enrolled.filter(({ id }) => availability(seen.get(id)) !== 'unknown').length,
    storeReached(reached) {
      if (!reached) listening = null;
      else listening ??= clock.now();
    },
    listeningSince: () => listening ?? clock.now(),
    async exchange() {
      const batch = new Map(unsaved);
      unsaved.clear();
      if (batch.size > 0) await store.putSightings(batch);
      for (const [host, sighting] of await store.sightings()) {
        if (sighting.heardAt > (seen.get(host)?.heardAt ?? 0)) seen.set(host, sighting);
      }
    },
  };
}
