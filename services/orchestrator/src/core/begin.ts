import { type LocatedVerdict, pending, type RolloutId } from '@breakwater/shared';
import type { Context } from './context.ts';
import { holdOf } from './hold.ts';
import type { Rollout } from './rollout.ts';

/**
 * Rollouts that a planned one waits for: those that own hosts of it. Of two that want a host the older one owns it, so a
 * rollout never waits for a younger one, and no two wait for each other.
 */
function inTheWay(rollout: Rollout, context: Context): RolloutId[] {
  const owners = Object.values(rollout.hosts).map(({ id }) => context.owners.get(id) ?? rollout.id);
  return [...new Set(owners)].filter((owner) => owner !== rollout.id);
}

/** Why a planned rollout does not begin yet, or `null` when it may. Its plan stays the one that people have seen. */
export function whyNotYet(rollout: Rollout, context: Context): LocatedVerdict | null {
  // An emergency that overtakes does not wait for hosts that are on their way back to it, unless it asked to.
  const waits = rollout.queued || rollout.emergency === null;
  const others = waits ? inTheWay(rollout, context) : [];
  if (others.length > 0)
    return pending('queued', `it waits until ${others.join(', ')} has let go of its hosts`);
  return holdOf(rollout, context);
}
