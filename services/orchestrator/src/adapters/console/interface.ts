import type { Act } from '../../core/act.ts';

/** What the command line has to say about a store that is not believed. */
export interface Finding {
  head: { seq: number };
  seen: number;
  doubts: readonly { code: string; reason: string }[];
  lost: readonly Act[];
}

/** What `accept-store` was asked for. */
export interface AcceptStoreOrder {
  by: string;
  /** The orchestrator's configuration file; `null` for the one that the environment names. */
  config: string | null;
  reason: string;
  yes: boolean;
  /** Witness files to be asked besides the configured one. */
  witnesses: readonly string[];
}
