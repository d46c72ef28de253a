import type { Zone } from './baseline.ts';

/** A zone as one view of a configuration has it. */
export interface ConfiguredZone extends Zone {
  /** `_default` in a configuration without views. */
  view: string;
  /** The file of its records as the daemon sees it (absolute); `null` for a zone without one. */
  file: string | null;
  /** The same file, relative to the managed root; `null` when it lies elsewhere. */
  inTree: string | null;
  /** `raw` or `text`: how the file is written. */
  format: string;
  /** Whether the file stands for itself: without `$INCLUDE` and `$GENERATE`, its records are its lines. */
  selfContained: boolean;
  /** Whether a zone whose records come from another server has a copy of them on this host. */
  hasCopy?: boolean;
}

/** What a tree makes the daemon do, read from the canonical form of its configuration. */
export interface Configuration {
  /** How many statements there are at the top; an empty file has none. */
  statements: number;
  /** Zones of the class IN. */
  zones: readonly ConfiguredZone[];
  /** Where it listens, in the words of the configuration. Without any, named takes port 53 of every address. */
  listeners: readonly string[];
  /** Where it takes commands (rndc), likewise. */
  controls: readonly string[];
  /** Whether it throws away what it logs of its own running, a reload included. */
  mute?: boolean;
}
