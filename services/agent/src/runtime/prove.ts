import { type Assignment, type Digest, fail, inconclusive, type Verdict } from '@breakwater/shared';
import { type Damage, driftOf } from '../core/drift.ts';
import { judgeDifference } from '../core/judge-difference.ts';
import { compareGenerations } from './compare.ts';
import type { Outside } from './outside.ts';

type ProveOutside = Pick<Outside, 'generations' | 'checker'>;

/**
 * Proves a staged generation offline: there is an undamaged way back, the daemon's own checker accepts the
 * tree, and it changes no more than the submitter said. Only `pass` lets the host call itself ready.
 */
export async function prove(
  outside: ProveOutside,
  { bundle, expect, action }: Assignment,
  lastKnownGood: Digest | null,
): Promise<Verdict> {
  const { generations, checker } = outside;
  const live = await generations.live();
  const drift = await wayBack(generations, live, lastKnownGood);
  if (drift !== null || live === null) return drift ?? fail('live_tree_drifted', 'Nothing is live.');
  const checked = await checker
    .check(generations.pathOf(bundle))
    .catch((error: unknown) =>
      inconclusive('checker_unavailable', `The tree could not be checked: ${String(error)}`),
    );
  if (checked.verdict !== 'pass') return checked;
  try {
    const difference = await compareGenerations(outside, live, bundle);
    if (action === 'reload' && difference.now.mute === true) return fail('reload_unproved', MUTE);
    const judged = judgeDifference(difference, expect);
    if (judged.verdict !== 'pass') return judged;
    return { ...judged, reason: `${judged.reason} ${capital(checked.reason)}.` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return inconclusive('zones_unreadable', `The live tree and the staged one could not be compared: ${why}`);
  }
}

const MUTE =
  'The configuration throws away what the daemon logs (category "general" or "default" goes to "null"), so that it could never say that it finished its reload; log it, or use action "restart"';

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}`;
}

/** What is wrong with the generation that a revert would lead to; `null` when it is live and undamaged. */
export async function wayBack(
  generations: Pick<Outside['generations'], 'damage'>,
  live: Digest | null,
  lastKnownGood: Digest | null,
): Promise<Verdict | null> {
  let damage: readonly Damage[] = [];
  try {
    if (live !== null && live === lastKnownGood) damage = await generations.damage(live);
  } catch (error) {
    return fail(
      'live_tree_drifted',
      `The live tree cannot be compared with what was recorded: ${String(error)}`,
    );
  }
  const drift = lastKnownGood === null ? null : driftOf(lastKnownGood, live, damage);
  if (drift === null)
    return fail('live_tree_drifted', 'There is no last known good generation on this host.');
  return drift.kind === 'none' ? null : fail('live_tree_drifted', drift.reason);
}
