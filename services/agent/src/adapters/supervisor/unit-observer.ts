import type { Clock } from '@breakwater/shared';
import { type DaemonState, sameProcess } from '../../core/daemon.ts';
import { observeProcess } from './process.ts';
import type { Systemctl } from './systemctl.ts';
import { unitExits } from './unit-exits.ts';

/** A process that lives is the unit's main process still; systemd is asked so often all the same. */
const ASK_EVERY_MS = 5000;

/** Says what is true of a unit's daemon now, asking systemd as seldom as it can. */
export function unitObserver(ctl: Systemctl, clock: Clock): () => Promise<DaemonState> {
  const countExits = unitExits();
  let known: { state: DaemonState; askedAt: number } | null = null;
  return async () => {
    const before = known?.state.process ?? null;
    // 12 ms of processor time for systemctl, several times a second, would be more than the checks themselves.
    const fresh = known !== null && clock.monotonic() - known.askedAt < ASK_EVERY_MS;
    if (known !== null && fresh && before !== null && sameProcess(before, await observeProcess(before.pid))) {
      return known.state;
    }
    const askedAt = clock.monotonic();
    const shown = await ctl.show();
    const process = shown.mainPid === null ? null : await observeProcess(shown.mainPid);
    const exits = countExits({ ...shown, running: process !== null });
    // systemd forgets how a process ended when it starts the next one; of an end that nobody saw nothing is known.
    const kept = exits === known?.state.exits ? known.state.lastExit : null;
    const gaveUp = process === null && shown.active === 'failed';
    known = { state: { process, exits, lastExit: shown.lastExit ?? kept, gaveUp }, askedAt };
    return known.state;
  };
}
