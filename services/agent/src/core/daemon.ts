/**
 * Which process it is: a process id alone is reused, so its start time belongs to it.
 * `startedAt` is in clock ticks since boot (proc(5), field 22 of /proc/<pid>/stat).
 */
export interface ProcessId {
  pid: number;
  startedAt: number;
}

/** What the supervisor says of the daemon. */
export interface DaemonState {
  /** The running process, or `null` when there is none at this moment. */
  process: ProcessId | null;
  /** How often the daemon has ended since its supervisor started; it only grows. */
  exits: number;
  /** How the last process ended, in words ("exited with status 1", "killed by signal 9"), if one has. */
  lastExit: string | null;
  /** The supervisor will not start it again by itself: systemd does so after five bad starts in ten seconds. */
  gaveUp?: boolean;
  /** Nothing supervises it: whatever runs there is not known to be it, and nobody would start it again. */
  unsupervised?: boolean;
}

/** Whether two observations speak of one and the same process. */
export function sameProcess(a: ProcessId | null, b: ProcessId | null): boolean {
  return a !== null && b !== null && a.pid === b.pid && a.startedAt === b.startedAt;
}
