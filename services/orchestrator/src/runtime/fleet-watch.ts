import type { Clock, HostId, HostStatus, VantageResult } from '@breakwater/shared';
import type { HostSighting, Store } from '../adapters/store/interface.ts';
import type { Availability, EnrolledHost, Fleet, FleetHost } from '../core/fleet.ts';
import type { HostOrder } from '../core/host-order.ts';
import type { Word } from '../core/watch.ts';

/**
 * What has been heard of each host, and since when this orchestrator could hear at all. It is kept in memory,
 * and written through to the store now and then, so that every orchestrator and every restart knows it.
 */
export interface FleetWatch {
  /** Who is enrolled now: hosts may join and leave at any time. */
  readonly enrolled: readonly EnrolledHost[];
  /** The same by id. */
  places(): ReadonlyMap<HostId, EnrolledHost>;
  /** Takes another list of hosts; what was heard of those that stay is kept. */
  enrol(hosts: readonly EnrolledHost[]): void;
  /**
   * Notes what a host has just said of itself, and of others that it was to ask.
   * @returns those of whom it now says something else than it did.
   */
  see(
    host: HostId,
    status: HostStatus,
    journal: string,
    results: readonly VantageResult[],
  ): readonly HostId[];
  /** Notes that a host's reports up to `seq` were taken in. @returns the highest that ever was, of this journal. */
  acknowledge(host: HostId, seq: number): number;
  sighting(host: HostId): HostSighting | null;
  /** The fleet as decisions see it, without removed hosts; `busy` hosts are in flight for some other rollout. */
  fleet(busy: ReadonlySet<HostId>, orders: ReadonlyMap<HostId, HostOrder>): Fleet;
  /** What each host has last said of those that it was to ask. */
  words(): ReadonlyMap<HostId, readonly Word[]>;
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
  hosts: readonly EnrolledHost[],
  unknownAfterMs: number,
  clock: Clock,
): FleetWatch {
  const seen = new Map<HostId, HostSighting>();
  const unsaved = new Map<HostId, HostSighting>();
  const roster = rosterOf(hosts);
  let listening: number | null = clock.now();

  const availability = (host: HostId): Availability =>
    availabilityOf(seen.get(host), clock.now() - unknownAfterMs);

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
    get enrolled() {
      return roster.hosts;
    },
    places: () => roster.places,
    enrol: (next) => roster.enrol(next),
    see(host, status, journal, results) {
      const known = seen.get(host);
      const words = wordsOf(results, clock.now());
      // Another journal (after a lost disk) counts from the beginning again.
      const acknowledged = known?.journal === journal ? known.acknowledged : 0;
      note(host, { status, journal, acknowledged, heardAt: clock.now(), ...(words.length > 0 && { words }) });
      return words.filter((word) => isNews(word, known)).map(({ target }) => target);
    },
    acknowledge(host, seq) {
      const known = seen.get(host);
      if (!known || known.acknowledged >= seq) return known?.acknowledged ?? seq;
      note(host, { ...known, acknowledged: seq });
      return seq;
    },
    sighting: (host) => seen.get(host) ?? null,
    fleet: (busy, orders) => {
      const present = roster.hosts.filter(({ id }) => orders.get(id)?.kind !== 'removed');
      const members = present.map(({ address: _address, port: _port, ...host }): FleetHost => {
        const { id } = host;
        const drained = orders.get(id)?.kind === 'drained';
        const heardAt = seen.get(id)?.heardAt ?? null;
        return { ...host, heardAt, availability: availability(id), drained, busy: busy.has(id) };
      });
      return new Map(members.map((host) => [host.id, host]));
    },
    words: () => spoken(seen),
    connected: () => roster.hosts.filter(({ id }) => availability(id) !== 'unknown').length,
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

/** Who is enrolled, as it may change while everything runs. */
function rosterOf(hosts: readonly EnrolledHost[]) {
  const byId = (some: readonly EnrolledHost[]): ReadonlyMap<HostId, EnrolledHost> =>
    new Map(some.map((host) => [host.id, host]));
  return {
    hosts,
    places: byId(hosts),
    enrol(next: readonly EnrolledHost[]): void {
      this.hosts = next;
      this.places = byId(next);
    },
  };
}

/** @param since what a host said before that is too old to go by. */
function availabilityOf(sighting: HostSighting | undefined, since: number): Availability {
  if (!sighting || sighting.heardAt < since) return 'unknown';
  const { verdict } = sighting.status.health;
  if (verdict === 'pass') return 'healthy';
  return verdict === 'fail' ? 'unhealthy' : 'unknown';
}

function wordsOf(results: readonly VantageResult[], now: number): Word[] {
  return results.map(({ target, epoch, verdict, askedAgoMs }) => {
    return { target, epoch, verdict, askedAt: now - askedAgoMs };
  });
}

function spoken(seen: ReadonlyMap<HostId, HostSighting>): Map<HostId, readonly Word[]> {
  return new Map(
    [...seen].flatMap(([host, { words }]) => (words === undefined ? [] : [[host, words] as const])),
  );
}

/** Whether a host says something else of another one than it did before. */
function isNews({ target, epoch, verdict }: Word, known: HostSighting | undefined): boolean {
  const before = known?.words?.find((word) => word.target === target && word.epoch === epoch)?.verdict;
  return before?.verdict !== verdict.verdict || before.code !== verdict.code;
}

/** The newer word holds, and what one has acknowledged stays acknowledged, whoever has heard the host last. */
function merged(mine: HostSighting | undefined, theirs: HostSighting): HostSighting {
  if (!mine) return theirs;
  const newer = mine.heardAt >= theirs.heardAt ? mine : theirs;
  if (mine.journal !== theirs.journal) return newer;
  const acknowledged = Math.max(mine.acknowledged, theirs.acknowledged);
  return acknowledged === newer.acknowledged ? newer : { ...newer, acknowledged };
}
