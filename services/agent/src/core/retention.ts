import type { Digest } from '@breakwater/shared';
import type { Memory } from './memory.ts';

/** How many proved generations stay on the host, so that there is a way back with no network. */
const KEPT = 3;

/** The generations that clean-up must not touch, whatever else it does. */
export function keptGenerations({ confirmed, change }: Memory, live: Digest | null): Digest[] {
  const needed =
    change === null || change.phase === 'rejected' || change.phase === 'reverted'
      ? []
      : [change.assignment.bundle];
  const previous = change?.swap?.previous ?? null;
  const kept = [...confirmed.slice(-KEPT), ...needed, previous, live].filter((one) => one !== null);
  return [...new Set(kept)];
}
