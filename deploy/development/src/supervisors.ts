import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetPaths } from './layout.ts';

/** Set in the environment of every service, and so of whatever it starts: by this the strays of a fleet are known. */
export const RUN_DIR_VARIABLE = 'BREAKWATER_RUN_DIR';

/** How long services have to end by themselves; as long as `sv force-shutdown` gives them. */
const PATIENCE_MS = 7000;

/** The processes that belong to the fleet in `runDir`, wherever in the tree of processes they are by now. */
async function strays(runDir: string): Promise<number[]> {
  const mark = `${RUN_DIR_VARIABLE}=${runDir}`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const marked = await Promise.all(
    pids.map(async (pid) => {
      // A process that ended meanwhile, or that is another user's, cannot be read, and is none of ours.
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return environment.split('\0').includes(mark);
    }),
  );
  return pids.filter((_, index) => marked[index]);
}

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** The `runsv` processes of a fleet: one for each service, and the parent of it. */
export interface Supervisors {
  start(services: readonly string[]): Promise<void>;
  /** Ends every service and everything that any of them has started. Afterwards nothing of the fleet runs. */
  end(): Promise<void>;
}

export function createSupervisors(runDir: string): Supervisors {
  const running = new Map<ChildProcess, Promise<unknown>>();

  const allEnded = async (withinMs: number): Promise<boolean> => {
    const timeout = new AbortController();
    const ended = Promise.allSettled(running.values()).then(() => true);
    const expired = sleep(withinMs, false, { signal: timeout.signal }).catch(() => false);
    return Promise.race([ended, expired]).finally(() => timeout.abort());
  };

  return {
    start: async (services) => {
      // What runsv itself has to say, such as that a run script cannot be started.
      const log = await open(join(fleetPaths(runDir).logs, 'runsv.log'), 'a');
      for (const service of services) {
        // A session of its own for each, as runsvdir does it with -P: nothing sent to the group of one reaches another.
        const child = spawn('env', [`${RUN_DIR_VARIABLE}=${runDir}`, 'runsv', service], {
          stdio: ['ignore', log.fd, log.fd],
          detached: true,
        });
        const ended = once(child, 'exit').catch((error: unknown) =>
          console.error(`runsv ${service}: ${String(error)}`),
        );
        running.set(
          child,
          ended.finally(() => running.delete(child)),
        );
      }
      await log.close();
    },
    end: async () => {
      // TERM makes runsv stop its service, also one that is paused, and end after it. runsv itself may be paused.
      for (const { pid } of running.keys()) {
        kill(pid, 'SIGTERM');
        kill(pid, 'SIGCONT');
      }
      await allEnded(PATIENCE_MS);
      // runsv itself is among them, if it is still there. A process that was just being started may show up late.
      for (let attempt = 0; attempt < 100; attempt++) {
        const left = await strays(runDir);
        if (left.length === 0) return;
        for (const pid of left) kill(pid, 'SIGKILL');
        await sleep(20);
      }
    },
  };
}
