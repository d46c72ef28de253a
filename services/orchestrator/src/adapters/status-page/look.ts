import { type Clock, sleep } from '@breakwater/shared';

/** What was seen, when, and whether that is what is there now. */
export interface Look<T> {
  seen: T;
  at: number;
  fresh: boolean;
}

export interface LookTimes {
  /** For so long a look is as good as a new one, unless something has happened meanwhile. */
  keepMs: number;
  /** For so long somebody waits for a new look before the last one is shown. */
  patienceMs: number;
}

const LOOK_TIMES: LookTimes = { keepMs: 1000, patienceMs: 1500 };

export interface Looker<T> {
  /** @returns `null` when nothing was ever seen. */
  look(): Promise<Look<T> | null>;
  /** Something has happened: what was seen is not taken for new any more. */
  outdate(): void;
}

/**
 * Looks at the store for many people at once: whoever asks while a look is under way, or just after one, shares it. While
 * the store does not answer, what was seen last is shown: in an outage an old picture helps, and a blank page does not.
 */
export function looker<T>(load: () => Promise<T>, clock: Clock, times: LookTimes = LOOK_TIMES): Looker<T> {
  let last: { seen: T; at: number } | null = null;
  let under: Promise<boolean> | null = null;
  /** When the newest look was begun that came to an end, and whether it saw anything. */
  let newest = { at: Number.NEGATIVE_INFINITY, fresh: false };

  async function loadOnce(): Promise<boolean> {
    const [at, began] = [clock.now(), clock.monotonic()];
    let fresh = false;
    try {
      last = { seen: await load(), at };
      fresh = true;
    } catch {
      // Whatever keeps the store from being read: the page says that it is old.
    }
    newest = { at: began, fresh };
    under = null;
    return fresh;
  }

  return {
    async look() {
      const isNew = clock.monotonic() - newest.at < times.keepMs;
      const fresh = isNew ? newest.fresh : await within(clock, times.patienceMs, (under ??= loadOnce()));
      return last && { ...last, fresh };
    },
    outdate() {
      newest = { at: Number.NEGATIVE_INFINITY, fresh: newest.fresh };
    },
  };
}

async function within(clock: Clock, ms: number, work: Promise<boolean>): Promise<boolean> {
  const over = new AbortController();
  try {
    return await Promise.race([work, sleep(clock, ms, over.signal).then(() => false)]);
  } finally {
    over.abort();
  }
}
