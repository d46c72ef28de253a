import type { Verdict } from '@breakwater/shared';
import type { Zone } from '../../core/baseline.ts';
import type { Configuration, ConfiguredZone } from '../../core/configuration.ts';

/** The daemon's own checker, run on a tree that is not live. */
export interface Checker {
  /** Lists the zones that a tree configures, with their serials where they load. @throws when the checker cannot read it. */
  zones(tree: string): Promise<Zone[]>;
  /** What a tree makes the daemon do. @throws when the checker cannot read it, in its words. */
  describe(tree: string): Promise<Configuration>;
  /**
   * Counts the records of zones of a tree: the first ones, and those whose files do not tell, by loading them as the
   * daemon would.
   * @returns one number for each zone; `null` for one that cannot be loaded.
   * @throws when nothing could be counted at all.
   */
  countRecords(tree: string, zones: readonly ConfiguredZone[]): Promise<(number | null)[]>;
  /**
   * Asks the daemon's checker about a tree as if it were live: `pass`, or `fail` with the checker's own words
   * (paths shown as live paths), or `inconclusive` when the checker itself could not run or took too long.
   */
  check(tree: string): Promise<Verdict>;
}
