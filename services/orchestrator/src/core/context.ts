import type { HostId, RolloutId } from '@breakwater/shared';
import type { Fleet } from './fleet.ts';
import type { HostOrder } from './host-order.ts';
import type { Word } from './watch.ts';

/** What a decision needs to know besides the rollout itself. */
export interface Context {
  /** Wall-clock milliseconds. */
  now: number;
  fleet: Fleet;
  /** What each host has last said of those that it was to ask. */
  words: ReadonlyMap<HostId, readonly Word[]>;
  /** Why no host may be told to apply (the line is stopped, the store is unsafe); `null` when it may. */
  blocked: string | null;
  /** The freeze window that is in force, in words; emergencies do not heed it. */
  frozen: string | null;
  /** When that window ends (wall-clock milliseconds). */
  thawsAt: number | null;
  /** What people have ordered of single hosts. */
  orders: ReadonlyMap<HostId, HostOrder>;
  /** Which live rollout each host belongs to. */
  owners: ReadonlyMap<HostId, RolloutId>;
  /** Since when the orchestrator has been able to hear hosts: silence before that is its own, not theirs. */
  listeningSince: number;
  /** An epoch higher than any that was ever handed out. */
  nextEpoch: number;
  /** How often a halt that nobody has decided about is paged again. */
  repageEveryMs: number;
}

/** After a restart, agents get this long to reconnect and say what they had to say. */
export const RECONNECT_GRACE_MS = 15_000;
