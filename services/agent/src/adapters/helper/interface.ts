import type { DaemonState } from '../../core/daemon.ts';
import type { Verdict } from '@breakwater/shared';

/** The small program that runs as root beside an agent that does not. */
export interface Helper {
  /** Has the daemon restarted; resolves as `Supervisor.restart` does. */
  restart(): Promise<void>;
  /** Has the daemon read its configuration again. */
  reload(): Promise<void>;
  status(): Promise<DaemonState>;
  /** What the daemon has said of the reload that was last asked for; see `Supervisor.reloaded`. */
  reloaded(): Promise<Verdict>;
  lastWords(): Promise<string>;
  /** Has the managed root switched as the journal announces it. @throws with the helper's reason when it refuses. */
  switch(): Promise<void>;
}
