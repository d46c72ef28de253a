import type { Digest, Sample, Share } from '@breakwater/shared';
import type { Declaration } from '../declaration.ts';
import type { FleetHost } from '../fleet.ts';
import type { Heard } from '../comparison.ts';
import type { Line } from '../line.ts';
import type { Rollout } from '../rollout.ts';

/** A host with what its metrics are about. `busy` is about every rollout. */
export interface SeenHost extends FleetHost {
  /** What it last said to be live; `null` when it has not said anything, or nothing is. */
  generation: Digest | null;
}

/** All that is shown of the store and of what agents said, as of one moment. */
export interface Overview {
  /** Wall-clock milliseconds. */
  now: number;
  sequence: number;
  line: Line;
  live: readonly Rollout[];
  /** Newest first. */
  declarations: readonly Declaration[];
  hosts: readonly SeenHost[];
  heard: (host: FleetHost['id']) => Heard | null;
  /** A host that has said nothing for so long is lost. */
  unknownAfterMs: number;
  /** `maxUnavailable` where no rollout says otherwise. */
  defaultLimit: Share;
  /** When each page was written that waits for a channel to take it. */
  pagesSince: readonly number[];
  tallies: ReadonlyMap<string, number>;
}

/** A sample without labels. */
export function one(metric: Sample['metric'], value: number): Sample {
  return { metric, labels: {}, value };
}

/** For how many seconds something has lasted. Clocks of several orchestrators may be a little apart. */
export function secondsSince(since: number | null, now: number): number {
  return since === null ? 0 : Math.max(0, (now - since) / 1000);
}
