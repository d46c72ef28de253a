import { type Clock, sleep, systemClock } from '@breakwater/shared';
import { type ProcessId, sameProcess } from '../../core/daemon.ts';
import { KILL_BOUND_MS, KILLED, TERM_BOUND_MS } from './bounds.ts';
import { freshen } from './freshen.ts';
import type { Supervisor } from './interface.ts';
import { journalTail } from './journal-log.ts';
import { logEnd, pickLastWords, readLogFrom } from './last-words.ts';
import { fileTail } from './log-tail.ts';
import { observeProcess } from './process.ts';
import { reloadFollower } from './reload-log.ts';
import { systemctl } from './systemctl.ts';
import { unitObserver } from './unit-observer.ts';
import { spanMs, type UnitState } from './unit-state.ts';

const LOOK_EVERY_MS = 20;
export interface SystemdOptions {
  /** The unit's full name, such as `named.service`. */
  unit: string;
  scope: 'system' | 'user';
  /** The file that the daemon writes its log to; without it, systemd's journal is read. */
  log?: string | undefined;
  /** Hears what an operator should change, once for each thing. */
  warn?: (sentence: string) => void;
  environment?: Readonly<Record<string, string>>;
  clock?: Clock;
}

/**
 * A daemon under systemd, by `systemctl`. The unit is the truth: its main process, its restart counter, its result.
 *
 * A restart is asked for without waiting for it (`--no-block`): a unit whose daemon hangs would keep `systemctl` for
 * the unit's whole stop timeout (90 s with Debian's). The agent has systemd send KILL after its own bound instead.
 * `inspect` is for the start: what makes the unit unusable, or `null`; what is only unwise goes to `warn`.
 * @throws (from every call) with systemd's own words when systemd cannot be asked.
 */
export function systemdSupervisor(
  options: SystemdOptions,
): Supervisor & { inspect(): Promise<string | null> } {
  const { unit, log, clock = systemClock } = options;
  const ctl = systemctl(options);
  const journal = journalTail(options, () => clock.monotonic());
  const said = reloadFollower(log === undefined ? journal : fileTail(log));
  const told = new Set<string>();
  let logPlace = 0;
  let note = '';
  let last: Promise<unknown> = Promise.resolve();

  const tell = (sentences: readonly string[]): void => {
    for (const sentence of sentences) if (!told.has(sentence)) options.warn?.(sentence);
    for (const sentence of sentences) told.add(sentence);
  };

  const markLog = async (): Promise<void> => {
    if (log === undefined) await journal.begin();
    else logPlace = await logEnd(log);
  };

  const restart = async (): Promise<void> => {
    await markLog();
    note = '';
    const shown = await ctl.show();
    const fault = unusable(unit, shown);
    if (fault !== null) throw new Error(fault);
    tell(stopWarnings(unit, shown));
    const old = shown.mainPid === null ? null : await observeProcess(shown.mainPid);
    // Five starts in ten seconds, and systemd starts nothing more: without this the good configuration would not be
    // started either. It also forgets the starts that the limit would count next. What is not loaded has none.
    await ctl.run('reset-failed').catch(() => undefined);
    await ctl.run('restart', '--no-block');
    if (old === null || (await hasEnded(old, TERM_BOUND_MS, clock))) return;
    // The unit's own KILL may come much later. Its job goes on with the start as soon as the process has ended.
    note = KILLED;
    await ctl.run('kill', '--kill-who=main', '--signal=KILL');
    await hasEnded(old, KILL_BOUND_MS, clock);
  };

  return {
    observe: unitObserver(ctl, clock),

    async inspect() {
      const shown = await ctl.show();
      tell(stopWarnings(unit, shown));
      return unusable(unit, shown);
    },

    restart() {
      const restarted = last.then(restart);
      last = restarted.catch(() => undefined);
      return restarted;
    },

    async reload(tree) {
      await freshen(tree, clock);
      await markLog();
      await said.begin();
      const { canReload } = await ctl.show();
      await (canReload
        ? ctl.run('reload', '--no-block')
        : ctl.run('kill', '--kill-who=main', '--signal=HUP'));
    },

    reloaded: () => said.verdict(),

    async lastWords() {
      const words = pickLastWords(
        log === undefined ? await journal.last() : await readLogFrom(log, logPlace),
      );
      return [...told, note, words].filter((some) => some !== '').join('\n');
    },
  };
}

async function hasEnded(process: ProcessId, boundMs: number, clock: Clock): Promise<boolean> {
  const deadline = clock.monotonic() + boundMs;
  for (;;) {
    if (!sameProcess(process, await observeProcess(process.pid))) return true;
    if (clock.monotonic() >= deadline) return false;
    await sleep(clock, LOOK_EVERY_MS);
  }
}

const UNUSABLE: Readonly<Record<string, string>> = {
  'not-found': 'systemd knows no such unit; correct daemon.unit, or install the unit',
  masked: 'it is masked, so that nobody can start it; unmask it',
  'bad-setting': 'systemd does not accept its settings; see systemctl status',
  error: 'systemd cannot read it; see systemctl status',
};

function unusable(unit: string, { load }: UnitState): string | null {
  if (load === 'loaded') return null;
  return `the unit ${unit} cannot be used: ${UNUSABLE[load] ?? `its load state is "${load}"`}`;
}

/** A unit that may take longer to stop than the agent waits is worth a sentence, since the next outage lasts as long. */
function stopWarnings(unit: string, { timeoutStop }: UnitState): string[] {
  const boundMs = TERM_BOUND_MS + KILL_BOUND_MS;
  if (spanMs(timeoutStop) <= boundMs) return [];
  const bounds = `the agent has it killed after ${TERM_BOUND_MS / 1000} s, nobody else does`;
  return [
    `${unit} may take ${timeoutStop} to stop (TimeoutStopSec); ${bounds}: set TimeoutStopSec=10 in a drop-in.`,
  ];
}
