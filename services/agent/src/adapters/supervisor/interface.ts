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
  /** The daemon's own last words since `restart` was last called, for the person who reads a failure. */
  lastWords(): Promise<string>;
}
