import type { Act } from '../../core/act.ts';
import type { Head } from '../store/interface.ts';

/** What somebody else than this orchestrator says to have seen of the log. */
export interface Claim {
  seq: number;
  /** Who says so: a host, or another orchestrator. */
  from: string;
}

/** What is new to a witness. */
export interface News {
  head?: Head;
  claim?: Claim;
  acts?: readonly Act[];
}

/** What a witness has seen. */
export interface Testimony {
  /** The newest head of the log that was seen; `null` when none ever was. */
  head(): Head | null;
  /** The highest number that was claimed. */
  claim(): Claim | null;
  /** What people did, oldest first; only the newest are kept. */
  acts(): readonly Act[];
}

/**
 * A small memory outside the store, on this machine's own disk: by it a store that has lost something is recognised.
 * What it holds only ever grows.
 */
export interface Witness {
  /** What was noted, on disk or not yet. */
  readonly seen: Testimony;
  /** Notes what is new: in memory at once, on disk a little later, or when somebody waits for that. */
  note(news: News): void;
  /** Resolves when everything that was noted until now is on disk. @throws when it cannot be written. */
  durable(): Promise<void>;
  /** Why the newest attempt to write failed; `null` when it did not. */
  failure(): string | null;
  close(): Promise<void>;
}
