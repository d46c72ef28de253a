import type { RolloutId } from '@breakwater/shared';

/** Which part of a rollout a job looks after: one job for each wave, and one for what comes before and after. */
export interface WakeUp {
  rollout: RolloutId;
  /** `preflight`, `wave-0`, `wave-1`, …, `settle`. */
  part: string;
}

/**
 * The wake-ups. A job is never the truth, only a reason to look: it may run twice, late or not at all (a sweep
 * finds what was lost).
 */
export interface WaveQueue {
  /** Makes sure that a job for this part exists and looks no later than `at` (wall-clock milliseconds). */
  wakeAt(wakeUp: WakeUp, at: number): Promise<void>;
  /** Jobs that wait, by state, for metrics. */
  depth(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * Looks at a rollout once.
 * @returns when to look again for the same part, or `null` when that part is over.
 */
export type Look = (wakeUp: WakeUp) => Promise<number | null>;

/** Deliveries of pages: retried with growing pauses until a channel has taken the page. */
export interface PageQueue {
  /** Makes sure that a delivery for this page is queued; harmless when one is. */
  deliver(pageId: string): Promise<void>;
  close(): Promise<void>;
}

/** Tries to deliver one page. @throws to be tried again. */
export type Deliver = (pageId: string) => Promise<void>;
