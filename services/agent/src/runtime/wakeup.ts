import { type Clock, sleep } from '@breakwater/shared';

/** Given as the reason: without one, every wake-up would make an error with a stack. */
const WOKEN = 'somebody woke it';

/** A sleep that others may end early. */
export class Wakeup {
  #sleeping: AbortController | null = null;

  /** Ends the present sleep; without one, nothing happens: whoever is awake looks before it sleeps. */
  wake(): void {
    this.#sleeping?.abort(WOKEN);
  }

  /** Resolves after `ms`, on `wake`, or when `signal` aborts. */
  async sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const mine = new AbortController();
    this.#sleeping = mine;
    await sleep(clock, ms, AbortSignal.any([signal, mine.signal]));
  }
}
