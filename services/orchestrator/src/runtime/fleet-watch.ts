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
  /** Reads what others have heard, and writes what is new to the store. */
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

  const learn = (host: HostId, theirs: HostSighting): void => {
    const mine = seen.get(host);
    const known = merged(mine, theirs);
    if (known === theirs) {
      seen.set(host, theirs);
      unsaved.delete(host);
    } else if (known !== mine || mine.heardAt > theirs.heardAt) note(host, known);
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
      for (const [host, theirs] of await store.sightings()) learn(host, theirs);
      const batch = new Map(unsaved);
      unsaved.clear();
      try {
        if (batch.size > 0) await store.putSightings(batch);
      } catch (error) {
        // It is written next time, unless the host has been heard since.
        for (const [host, mine] of batch) unsaved.set(host, unsaved.get(host) ?? mine);
        throw error;
      }
    },
  };
}

/** The newer word holds, and what one has acknowledged stays acknowledged, whoever has heard the host last. */
function merged(mine: HostSighting | undefined, theirs: HostSighting): HostSighting {
  if (!mine) return theirs;
  const newer = mine.heardAt >= theirs.heardAt ? mine : theirs;
  if (mine.journal !== theirs.journal) return newer;
  const acknowledged = Math.max(mine.acknowledged, theirs.acknowledged);
  return acknowledged === newer.acknowledged ? newer : { ...newer, acknowledged };
}
