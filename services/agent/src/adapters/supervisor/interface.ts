import type { Verdict } from '@breakwater/shared';
import type { DaemonState } from '../../core/daemon.ts';

/**
 * A process supervisor. The agent never starts or kills a daemon itself: on 11 May 2021 a script that sent
 * TERM, slept and started again lost a race that every supervisor wins by waiting for its child.
 */
export interface Supervisor {
  /** What is true now, from the supervisor and the kernel; never from a PID file. */
  observe(): Promise<DaemonState>;
  /**
   * Asks for a stop (TERM, and KILL after the supervisor's bound) followed by a start, and resolves when the
   * request is taken or its stop has ended; whether a new process runs, only `observe` tells.
   */
  restart(): Promise<void>;
  /**
   * Asks the running daemon to read its configuration and zones again, and resolves when the request is taken.
   * @param tree the folder that the managed root leads to. Its files get a newer time first: named
   *   silently skips a zone file that is older than what it loaded last, and says that all went well.
   */
  reload(tree: string): Promise<void>;
  /**
   * What the daemon has said of the reload that was last asked for: `pending` until it says that it finished,
   * `fail` as soon as it says that something of it failed, also after it had said that it finished.
   */
  reloaded(): Promise<Verdict>;
  /** The daemon's own last words since `restart` or `reload` was last called, for whoever reads a failure. */
  lastWords(): Promise<string>;
}
