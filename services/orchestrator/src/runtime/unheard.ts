import type { Interval } from '../core/interval.ts';
import { RECONNECT_GRACE_MS } from '../core/context.ts';

/** Notices of which time nobody, neither this orchestrator nor another, heard any host at all. */
export interface Unheard {
  /**
   * Compares what everybody has heard with since when this process listens. Whoever was stopped, or cut off from the store,
   * listens anew; where others have listened meanwhile, their words are fresh and there is no gap.
   * @param sightings what the store has of each host, whoever heard it.
   */
  compare(listeningSince: number, sightings: Iterable<{ heardAt: number }>): void;
  /** The gap that is to be told; `null` while there is none. */
  gap(): Interval | null;
  /** It is told: it is not to be told again. */
  told(): void;
}

export function noticeUnheard(): Unheard {
  let listening: number | null = null;
  let gap: Interval | null = null;
  /** Where the gap began that was told last: until a host is heard again, it is the same one. */
  let last: number | null = null;
  return {
    compare(since, sightings) {
      if (since === listening) return;
      listening = since;
      const from = Math.max(...[...sightings].map(({ heardAt }) => Math.min(heardAt, since)));
      if (from === last || !Number.isFinite(from) || since - from <= RECONNECT_GRACE_MS) return;
      gap = { from, to: since };
    },
    gap: () => gap,
    told() {
      last = gap?.from ?? last;
      gap = null;
    },
  };
}
