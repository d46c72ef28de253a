import type { Verdict } from '@breakwater/shared';
import { judgeReload, NO_RELOAD_LOG, readReloadLine } from '../../core/judge-reload.ts';

/** Follows what a daemon says of a reload. */
export interface ReloadFollower {
  /** Forgets what was said so far: another reload is about to be asked for. */
  begin(): Promise<void>;
  /** What has been said since. */
  verdict(): Promise<Verdict>;
}

/** A daemon's log as text that grows: what was added since the last call, from `begin` on. */
export interface LogTail {
  begin(): Promise<void>;
  more(): Promise<string>;
}

/** Reads each line once, however often it is asked: a daemon with many zones says something of each. */
export function reloadFollower(tail: LogTail): ReloadFollower {
  let known = NO_RELOAD_LOG;
  let unfinished = '';
  let begun = false;
  return {
    async begin() {
      await tail.begin();
      begun = true;
      known = NO_RELOAD_LOG;
      unfinished = '';
    },
    async verdict() {
      // What the log holds of reloads that somebody else asked for says nothing about one that was not asked for here.
      if (!begun) return judgeReload(NO_RELOAD_LOG);
      const lines = `${unfinished}${await tail.more()}`.split('\n');
      unfinished = lines.pop() ?? '';
      known = lines.reduce(readReloadLine, known);
      return judgeReload(known);
    },
  };
}
