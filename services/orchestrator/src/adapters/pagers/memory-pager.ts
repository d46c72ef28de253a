import type { Page } from '@breakwater/shared';
import type { Pager } from './interface.ts';

/** A channel in memory that keeps what it was given. */
export class MemoryPager implements Pager {
  readonly name: string;
  readonly resolves: boolean;
  /** What pages are refused with. */
  refusal: Error | null = null;
  /** So many of the next pages are taken, and the acknowledgement is lost. */
  acknowledgementsLost = 0;
  readonly taken: Page[] = [];
  tries = 0;

  constructor(name = 'memory', resolves = true) {
    this.name = name;
    this.resolves = resolves;
  }

  async send(page: Page): Promise<void> {
    this.tries += 1;
    if (this.refusal) throw this.refusal;
    this.taken.push(page);
    if (this.acknowledgementsLost === 0) return;
    this.acknowledgementsLost -= 1;
    throw new Error('the acknowledgement was lost');
  }
}
