import type { Verdict } from '@breakwater/shared';
import type { Zone } from '../../core/baseline.ts';

/** The daemon's own checker, run on a tree that is not live. */
export interface Checker {
  /** Lists the zones that a tree configures. @throws when the checker cannot read it. */
  zones(tree: string): Promise<Zone[]>;
  /**
   * Asks the daemon's checker about a tree as if it were live: `pass`, or `fail` with the checker's own words
   * (paths shown as live paths), or `inconclusive` when the checker itself could not run or took too long.
   */
  check(tree: string): Promise<Verdict>;
}
