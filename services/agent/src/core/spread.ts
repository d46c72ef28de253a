import type { Assignment } from '@breakwater/shared';

/** At most so much of the time between the end of the soak and the confirm deadline is given away. */
const SHARE = 0.1;

/**
 * A number from 0 up to 1 that is a host's own and stays the same: FNV-1a over its id, and MurmurHash3's last step, since
 * ids that differ in one digit must lie far apart.
 */
export function spreadOf(hostId: string): number {
  let hash = 0x811c9dc5;
  for (const character of hostId) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * How long after the swap a host goes back when nobody has confirmed it, in milliseconds. Hosts that hold a change when
 * the orchestrator is gone would all restart in the same moment; so each goes back a little earlier than it must, never
 * later, and never before its soak can be over.
 */
export function goesBackAfter(
  { confirmWithinMs, soakMs }: Pick<Assignment, 'confirmWithinMs' | 'soakMs'>,
  spread: number,
): number {
  return confirmWithinMs - SHARE * spread * Math.max(0, confirmWithinMs - soakMs);
}
