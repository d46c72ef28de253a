import type { HostId, RolloutId } from '@breakwater/shared';
import { inFlight, isMoving } from './host-row.ts';
import type { HostRow, Rollout } from './rollout.ts';

/**
 * A rollout has no claim on a host that it has given up to another one, once the host has come to rest at home. One that is
 * lost or stuck on its way back is not: only who called it back knows what to say to it.
 */
export function claims(row: HostRow): boolean {
  return row.released === null || inFlight(row) || isMoving(row);
}

/**
 * Which rollout each host belongs to. Claims follow from the rollouts and are not stored, so they cannot disagree with
 * them. Where two want one host it is the older one's: the newer one waits.
 * @param live rollouts that are not settled, oldest first.
 */
export function claimsOf(live: readonly Rollout[]): Map<HostId, RolloutId> {
  const owners = new Map<HostId, RolloutId>();
  for (const rollout of live.toReversed()) {
    for (const row of Object.values(rollout.hosts)) if (claims(row)) owners.set(row.id, rollout.id);
  }
  return owners;
}
