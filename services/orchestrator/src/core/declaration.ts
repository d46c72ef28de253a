import type { Digest, HostId, RolloutId, Targets } from '@breakwater/shared';

/**
 * What a rollout that succeeded has made the declared generation of its targets: hosts that missed it get it when they
 * are back, and new hosts join at it. The rollout itself has the checks and the strategy.
 */
export interface Declaration {
  rollout: RolloutId;
  bundle: Digest;
  targets: Targets;
  /** Wall-clock milliseconds at which it succeeded. */
  at: number;
  /** Hosts that were left out because they could not be reached; each is struck out when it has caught up. */
  owed: readonly HostId[];
}
