import type { Verdict } from '@breakwater/shared';

/** What is counted as it happens; everything else is read at the moment of a scrape. */
export interface Metrics {
  /** One question was asked and judged; `latencyMs` is how long its answer, or the waiting for it, took. */
  checked(verdict: Verdict['verdict'], latencyMs: number): void;
}

/** What the agent says of its host and of itself when it is asked. */
export interface Readings {
  live: string | null;
  lastKnownGood: string | null;
  phase: string;
  daemon: { running: boolean; exits: number };
  /** `null` while nobody has looked. */
  drifted: boolean | null;
  /** Since the newest round of checks ended; `null` when there was none. */
  roundAgeMs: number | null;
}
