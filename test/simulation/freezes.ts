import type { Calendar } from '../../services/orchestrator/src/adapters/calendar/interface.ts';
import { EPOCH } from './timeline.ts';

/** When people do not want changes; in milliseconds of simulated time, which orchestrators with a wrong clock do not know. */
export class Freezes implements Calendar {
  #windows: readonly { from: number; to: number }[];

  constructor(windows: readonly { from: number; to: number }[]) {
    this.#windows = windows;
  }

  freezeAt(now: number): ReturnType<Calendar['freezeAt']> {
    const at = now - EPOCH;
    const found = this.#windows.find(({ from, to }) => from <= at && at < to);
    return found ? { name: 'quiet', until: found.to + EPOCH, reason: 'frozen by quiet' } : null;
  }

  nextFreeze(now: number): ReturnType<Calendar['nextFreeze']> {
    const at = now - EPOCH;
    const [next] = this.#windows.filter(({ from }) => from > at).toSorted((a, b) => a.from - b.from);
    return next ? { name: 'quiet', from: next.from + EPOCH, until: next.to + EPOCH } : null;
  }

  /** From now on changes are wanted again. */
  end(): void {
    this.#windows = [];
  }
}
