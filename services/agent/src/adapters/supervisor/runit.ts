import { join } from 'node:path';
import { type Clock, sleep, systemClock } from '@breakwater/shared';
import { type ProcessId, sameProcess } from '../../core/daemon.ts';
import { KILL_BOUND_MS, KILLED, TERM_BOUND_MS } from './bounds.ts';
import { exitCounter } from './exits.ts';
import { freshen } from './freshen.ts';
import type { Supervisor } from './interface.ts';
import { logEnd, pickLastWords, readLogFrom } from './last-words.ts';
import { fileTail } from './log-tail.ts';
import { observeProcess } from './process.ts';
import { reloadFollower } from './reload-log.ts';
import { control, isSupervised, servicePid } from './service-status.ts';

const LOOK_EVERY_MS = 20;

/**
 * A daemon under runit: `service` is its service folder, supervised by runsv, and `log` the file that it
 * writes its log to. The service's `./finish` must append `"$1 $2"` to `<service>/exits`.
 *
 * It speaks runsv's own interface (runsv(8)), as `sv` does. `sv force-restart` itself is not used: it looks
 * every 0.4 s only, also waits for the new process, and its KILL at the end of the wait goes to whichever
 * process is there by then, which may be a healthy new one.
 */
export function runitSupervisor(options: { service: string; log: string; clock?: Clock }): Supervisor {
  const { service, log, clock = systemClock } = options;
  const countExits = exitCounter(join(service, 'exits'));
  const said = reloadFollower(fileTail(log));
  let logPlace = 0;
  let note = '';
  let last: Promise<unknown> = Promise.resolve();

  const runningProcess = async (): Promise<ProcessId | null> => {
    const pid = await servicePid(service);
    return pid === null ? null : observeProcess(pid);
  };

  const hasEnded = async (process: ProcessId, boundMs: number): Promise<boolean> => {
    const deadline = clock.monotonic() + boundMs;
    for (;;) {
      if (!sameProcess(process, await runningProcess())) return true;
      if (clock.monotonic() >= deadline) return false;
      await sleep(clock, LOOK_EVERY_MS);
    }
  };

  const restart = async (): Promise<void> => {
    logPlace = await logEnd(log);
    note = '';
    const old = await runningProcess();
    // TERM; continue, in case it was stopped (a stopped process takes no TERM); and want it up again. In a
    // restart loop the letters wait until runsv, which sleeps a second between two starts, reads them.
    await control(service, 'tcu');
    if (old === null || (await hasEnded(old, TERM_BOUND_MS))) return;
    // No `u` may follow before the process has ended: after a `k`, runsv takes the service for down, and
    // would start a second daemon beside the first.
    note = KILLED;
    await control(service, 'k');
    await hasEnded(old, KILL_BOUND_MS);
  };

  return {
    async observe() {
      const process = await runningProcess();
      const unsupervised = process === null && !(await isSupervised(service));
      return { process, unsupervised, ...(await countExits()) };
    },

    restart() {
      const restarted = last.then(restart);
      last = restarted.catch(() => undefined);
      return restarted;
    },

    async reload(tree) {
      await freshen(tree, clock);
      logPlace = await logEnd(log);
      await said.begin();
      await control(service, 'h');
    },

    reloaded: () => said.verdict(),

    async lastWords() {
      const words = pickLastWords(await readLogFrom(log, logPlace));
      return [note, words].filter((some) => some !== '').join('\n');
    },
  };
}
