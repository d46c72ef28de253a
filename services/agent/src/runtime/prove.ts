import { type Assignment, type Digest, fail, inconclusive, type Verdict } from '@breakwater/shared';
import { judgeZones } from '../core/judge-zones.ts';
import type { Outside } from './outside.ts';
import type { Zones } from './zones.ts';

type ProveOutside = Pick<Outside, 'generations' | 'checker'>;

/**
 * Proves a staged generation offline: there is an undamaged way back, the daemon's own checker accepts the
 * tree, and it changes no more than the submitter said. Only `pass` lets the host call itself ready.
 */
export async function prove(
  { generations, checker }: ProveOutside,
  zones: Zones,
  { bundle, expect }: Assignment,
  lastKnownGood: Digest | null,
): Promise<Verdict> {
  const live = await generations.live();
  const drift = await wayBack(generations, live, lastKnownGood);
  if (drift !== null || live === null) return drift ?? fail('live_tree_drifted', 'Nothing is live.');
  const checked = await checker.check(generations.pathOf(bundle));
  if (checked.verdict !== 'pass') return checked;
  try {
    const [zonesBefore, zonesNow] = [await zones.of(live), await zones.of(bundle)];
    const sameFiles = await generations.sameFiles(live, bundle);
    return judgeZones({ zonesBefore, zonesNow, sameFiles }, expect);
  } catch (error) {
    return inconclusive('zones_unreadable', `The zones could not be compared: ${String(error)}`);
  }
}

/** What is wrong with the generation that a revert would lead to; `null` when it is live and undamaged. */
export async function wayBack(
  generations: ProveOutside['generations'],
  live: Digest | null,
  lastKnownGood: Digest | null,
): Promise<Verdict | null> {
  if (live === null || live !== lastKnownGood) {
    return fail('live_tree_drifted', 'The managed root does not lead to the last known good generation.');
  }
  if (await generations.intact(live)) return null;
  return fail(
    'live_tree_drifted',
    'Somebody changed files of the live tree; put them back before changing it.',
  );
}
