import type { Clock } from '../clock.ts';

interface Timer {
  due: number;
  callback: () => void;
}

/** A clock that moves only when a test says so. Wall-clock and monotonic time move together, unless the former is set. */
export class FakeClock implements Clock {
  #now: number;
  #wallAhead = 0;
  #timers: Timer[] = [];
  #armed: (() => void)[] = [];

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#wallAhead;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimer(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + ms, callback };
    this.#timers.push(timer);
    for (const resolve of this.#armed.splice(0)) resolve();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Sets the wall clock forward, or back, by so many milliseconds, as a person or a time server does. */
  jumpWall(ms: number): void {
    this.#wallAhead += ms;
  }

  /** Resolves as soon as at least one timer is armed, so that a test never advances past nothing. */
  async untilArmed(): Promise<void> {
    if (this.#timers.length > 0) return;
    await new Promise<void>((resolve) => this.#armed.push(resolve));
  }

  /** Moves time forward and fires, in order, every timer that falls due, letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.due <= end).toSorted((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Not backwards, when what fired has itself advanced further.
    this.#now = Math.max(this.#now, end);
  }
}
