import type { Clock, RolloutId } from '@breakwater/shared';
import type { Operations } from '../http/interface.ts';
import { assetNamed } from './assets.ts';
import { blindPage, fleetPage } from './fleet-page.ts';
import type { Sights } from './interface.ts';
import { type Age, live, livePage, lonePage } from './layout.ts';
import { type Look, type Looker, type LookTimes, looker } from './look.ts';
import { missingPage, rolloutPage } from './rollout-page.ts';
import { type FleetSight, lookAtFleet, lookAtRollout, type RolloutSight } from './sight.ts';
import { timelinePage } from './timeline-page.ts';

/** The pages for people, as text. */
export interface Pages {
  fleet(): Promise<string>;
  /** The first page in one file. */
  copy(publicUrl: string | null): Promise<string>;
  /** @param id `null` for what cannot be the id of any. */
  rollout(id: RolloutId | null, kind: RolloutPageKind, showDiff: boolean): Promise<Found>;
  /** Something has happened. */
  outdate(): void;
}

/** A page with the status to answer. */
export interface Found {
  status: 200 | 404 | 503;
  page: string;
}

export type RolloutPageKind = 'overview' | 'timeline';

/** As many rollouts are remembered for when the store is down; those that were looked at last. */
const MOST_ROLLOUTS = 50;

const nameOf = (name: string): string => assetNamed(name).name;

export function makePages(operations: Operations, sights: Sights, clock: Clock, times?: LookTimes): Pages {
  const fleet = looker(() => lookAtFleet(operations, sights), clock, times);
  const rollouts = new Map<RolloutId, Looker<RolloutSight | null>>();

  function lookerOf(id: RolloutId): Looker<RolloutSight | null> {
    const known = rollouts.get(id) ?? looker(() => lookAtRollout(operations, sights, id), clock, times);
    rollouts.delete(id);
    rollouts.set(id, known);
    const [oldest] = rollouts.keys();
    if (rollouts.size > MOST_ROLLOUTS && oldest !== undefined) rollouts.delete(oldest);
    return known;
  }

  async function sightOf(id: RolloutId): Promise<Look<RolloutSight | null> | null> {
    const look = await lookerOf(id).look();
    // What does not exist takes no place from what does.
    if (look?.seen === null) rollouts.delete(id);
    if (look !== null) return look;
    // Never looked at by itself, it was seen on the first page perhaps.
    const all = await fleet.look();
    const rollout = all && [...all.seen.live, ...all.seen.settled].find((one) => one.id === id);
    if (!all || !rollout) return null;
    const seen = { rollout, hosts: all.seen.hosts, timeline: null, latencies: [], diff: null };
    return { seen, at: all.at, fresh: false };
  }

  async function fleetContent(place: Parameters<typeof fleetPage>[3]) {
    const look = await fleet.look();
    const now = clock.now();
    return look === null ? blindPage() : fleetPage(look.seen, now, ageOf(look, now), place);
  }

  return {
    fleet: async () => livePage(live(0), await fleetContent(live(0)), nameOf).markup,
    async copy(publicUrl) {
      const linkTo = (path: string): string | null => publicUrl && `${publicUrl.replace(/\/$/, '')}/${path}`;
      return lonePage(await fleetContent({ base: '', linkTo }), assetNamed('page.css').content).markup;
    },
    async rollout(id, kind, showDiff) {
      const place = live(kind === 'timeline' ? 2 : 1);
      const look = id === null ? null : await sightOf(id);
      const seen = look?.seen ?? null;
      if (look === null || seen === null) {
        const isUnknown = id === null || look?.fresh === true;
        const missing = missingPage(isUnknown ? 'unknown' : 'unseen', place);
        return { status: isUnknown ? 404 : 503, page: livePage(place, missing, nameOf).markup };
      }
      const now = clock.now();
      const age = ageOf(look, now);
      const content =
        kind === 'timeline'
          ? timelinePage(seen, now, age, place)
          : rolloutPage(seen, { now, age, place, showDiff });
      return { status: 200, page: livePage(place, content, nameOf).markup };
    },
    outdate() {
      fleet.outdate();
      for (const one of rollouts.values()) one.outdate();
    },
  };
}

function ageOf(look: Look<FleetSight | RolloutSight | null>, now: number): Age | null {
  return look.fresh ? null : { seenAt: look.at, now };
}
