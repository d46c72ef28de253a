import type { Clock, HostId, HostStatus, VantageResult } from '@breakwater/shared';
import type { HostSighting, Store } from '../adapters/store/interface.ts';
import type { Availability, EnrolledHost, Fleet, FleetHost } from '../core/fleet.ts';
import type { HostOrder } from '../core/host-order.ts';
import type { Word } from '../core/watch.ts';
import { type Roster, rosterOf } from './roster.ts';
import { noticeUnheard, type Unheard } from './unheard.ts';

/**
 * What has been heard of each host, and since when this orchestrator could hear at all. It is kept in memory,
 * and written through to the store now and then, so that every orchestrator and every restart knows it.
 */
export interface FleetWatch {
  /** Who is enrolled; what was heard of a host is kept for as long as this orchestrator runs, whoever leaves. */
  readonly roster: Roster;
  /**
   * Notes what a host has just said of itself, and of others that it was to ask.
   * @returns those of whom it now says something else than it did; itself among them, by its health and its drift.
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
  /** Of which time nobody heard any host. */
  readonly unheard: Pick<Unheard, 'gap' | 'told'>;
  /** Reads what others have heard, and writes what is new to the store. */
  exchange(): Promise<void>;
}

/** Sightings are exchanged every second. Whoever has not done it for so long has not been running, or not been served. */
const STOPPED_AFTER_MS = 5000;
/** As far as clocks of orchestrators may be apart, since they follow one, without anything being wrong. */
const CLOCKS_APART_MS = 5000;

/** @param unknownAfterMs how long after its last word a host counts as `unknown`. */
export function watchFleet(
  store: Pick<Store, 'putSightings' | 'sightings'>,
  hosts: readonly EnrolledHost[],
  unknownAfterMs: number,
  clock: Clock,
): FleetWatch {
  const seen = new Map<HostId, HostSighting>();
  const unsaved = new Map<HostId, HostSighting>();
  const [hearing, dated] = [hearingOn(clock), datingOn(clock)];
  const roster = rosterOf(hosts);

  const availability = (host: HostId): Availability =>
    availabilityOf(seen.get(host), clock.now(), unknownAfterMs);
  const note = (host: HostId, sighting: HostSighting): void => {
    seen.set(host, sighting);
    unsaved.set(host, sighting);
  };

  const learn = (host: HostId, stored: HostSighting): void => {
    const theirs = dated(host, stored);
    const mine = seen.get(host);
    const known = merged(mine, theirs);
    if (known === theirs) {
      seen.set(host, theirs);
      unsaved.delete(host);
    } else if (known !== mine || mine.heardAt > theirs.heardAt) note(host, known);
  };

  return {
    roster,
    see(host, status, journal, results) {
      const known = seen.get(host);
      const words = wordsOf(results, clock.now());
      const said = { status, journal, heardAt: clock.now(), ...(words.length > 0 && { words }) };
      note(host, sightingOf(said, known));
      return [...(isOtherwise(status, known) ? [host] : []), ...newsIn(words, known)];
    },
    acknowledge(host, seq) {
      const known = seen.get(host);
      if (!known || known.acknowledged >= seq) return known?.acknowledged ?? seq;
      note(host, { ...known, acknowledged: seq });
      return seq;
    },
    sighting: (host) => seen.get(host) ?? null,
    fleet: (busy, orders) => {
      const present = roster.hosts().filter(({ id }) => orders.get(id)?.kind !== 'removed');
      const members = present.map(({ address: _address, port: _port, ...host }): FleetHost => {
        const { id } = host;
        const orderly = { drained: orders.get(id)?.kind === 'drained', busy: busy.has(id) };
        return { ...host, ...lastWord(seen.get(id)), availability: availability(id), ...orderly };
      });
      return new Map(members.map((host) => [host.id, host]));
    },
    words: () => spoken(seen),
    connected: () => roster.hosts().filter(({ id }) => availability(id) !== 'unknown').length,
    storeReached: (reached) => hearing.storeReached(reached),
    listeningSince: hearing.since,
    unheard: hearing.unheard,
    async exchange() {
      const stored = await store.sightings();
      for (const [host, theirs] of stored) learn(host, theirs);
      hearing.exchanged(stored.values());
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

/** Keeps since when this process can hear hosts. Silence before that is its own. */
function hearingOn(clock: Clock) {
  let listening: number | null = clock.now();
  /** When sightings were last exchanged (monotonic): up to then this process was running, and was served. */
  let last: number | null = null;
  // What agents said while it was stopped or blocked was said to others, or to nobody.
  const wasStopped = (): boolean => last !== null && clock.monotonic() - last > STOPPED_AFTER_MS;
  const since = (): number => (wasStopped() ? clock.now() : (listening ?? clock.now()));
  const unheard = noticeUnheard();
  return {
    since,
    unheard,
    storeReached(reached: boolean): void {
      if (!reached) listening = null;
      else listening ??= clock.now();
    },
    /** @param stored what everybody has heard. */
    exchanged(stored: Iterable<HostSighting>): void {
      if (wasStopped()) listening = clock.now();
      last = clock.monotonic();
      unheard.compare(since(), stored);
    },
  };
}

/**
 * Dates what others have heard. A time that is still to come is that of a clock which was ahead: believed as it stands, a
 * host would count as heard until that time has come, however long it has been silent. It was heard when it became known here.
 */
function datingOn(clock: Clock): (host: HostId, sighting: HostSighting) => HostSighting {
  const ahead = new Map<HostId, { heardAt: number; knownAt: number }>();
  return (host, sighting) => {
    const { heardAt } = sighting;
    const now = clock.now();
    if (heardAt <= now + CLOCKS_APART_MS) {
      ahead.delete(host);
      return sighting;
    }
    const known = ahead.get(host);
    const knownAt = known?.heardAt === heardAt ? Math.min(known.knownAt, now) : now;
    ahead.set(host, { heardAt, knownAt });
    return { ...sighting, heardAt: knownAt };
  };
}

/** What was said too long ago is nothing to go by, and neither is what was said at a time that is still to come. */
function availabilityOf(
  sighting: HostSighting | undefined,
  now: number,
  unknownAfterMs: number,
): Availability {
  if (!sighting || sighting.heardAt < now - unknownAfterMs) return 'unknown';
  if (sighting.heardAt > now + CLOCKS_APART_MS) return 'unknown';
  const { verdict } = sighting.status.health;
  if (verdict === 'pass') return 'healthy';
  return verdict === 'fail' ? 'unhealthy' : 'unknown';
}

/** What a host has just said, with what is remembered of what it said before. */
function sightingOf(
  said: Omit<HostSighting, 'acknowledged' | 'unwellSince'>,
  known: HostSighting | undefined,
): HostSighting {
  // Another journal (after a lost disk) counts from the beginning again.
  const acknowledged = known?.journal === said.journal ? known.acknowledged : 0;
  // A host that is not well keeps the time since which it has not been: only its word that it is well ends it.
  const unwell = said.status.health.verdict !== 'pass' && { unwellSince: known?.unwellSince ?? said.heardAt };
  return { ...said, acknowledged, ...unwell };
}

/** What is known of a host by its last word. */
function lastWord(sighting: HostSighting | undefined): Pick<FleetHost, 'heardAt' | 'unwell' | 'drift'> {
  if (!sighting) return { heardAt: null, unwell: null, drift: null };
  const { status, heardAt, unwellSince: since } = sighting;
  const unwell = since === undefined ? null : { since, verdict: status.health };
  const { drift } = status;
  return { heardAt, unwell, drift: drift === null || drift.kind === 'none' ? null : drift.reason };
}

/** Whether its status says of a host itself what its rollout should look at soon. */
function isOtherwise({ health, drift }: HostStatus, known: HostSighting | undefined): boolean {
  if (!known) return false;
  const before = known.status;
  return before.health.verdict !== health.verdict || before.drift?.kind !== drift?.kind;
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

/** Those of whom a host says something else than it did before. */
function newsIn(words: readonly Word[], known: HostSighting | undefined): HostId[] {
  const isNews = ({ target, epoch, verdict }: Word): boolean => {
    const before = known?.words?.find((word) => word.target === target && word.epoch === epoch)?.verdict;
    return before?.verdict !== verdict.verdict || before.code !== verdict.code;
  };
  return words.filter(isNews).map(({ target }) => target);
}

/** The newer word holds, and what one has acknowledged stays acknowledged, whoever has heard the host last. */
function merged(mine: HostSighting | undefined, theirs: HostSighting): HostSighting {
  if (!mine) return theirs;
  const newer = mine.heardAt >= theirs.heardAt ? mine : theirs;
  if (mine.journal !== theirs.journal) return newer;
  const acknowledged = Math.max(mine.acknowledged, theirs.acknowledged);
  return acknowledged === newer.acknowledged ? newer : { ...newer, acknowledged };
}
