import type { Act } from '../../core/act.ts';
import type { Head } from '../store/interface.ts';
import type { Claim, News, Testimony } from './interface.ts';

/** How many acts are kept: those that a store could have lost are the newest ones. */
export const MOST_ACTS = 500;

/** What was seen, in memory: the highest of everything, whatever the order in which it is heard. */
export class Sighted implements Testimony {
  #head: Head | null = null;
  #claim: Claim | null = null;
  #acts: Act[] = [];

  head(): Head | null {
    return this.#head;
  }

  claim(): Claim | null {
    return this.#claim;
  }

  acts(): readonly Act[] {
    return this.#acts;
  }

  /** All of it, as news to whoever knows nothing yet. */
  news(): News {
    return {
      ...(this.#head && { head: this.#head }),
      ...(this.#claim && { claim: this.#claim }),
      acts: this.#acts,
    };
  }

  /** Takes news in. @returns what of it is news, or `null`. */
  learn({ head, claim, acts = [] }: News): News | null {
    const higher = head !== undefined && head.seq > (this.#head?.seq ?? 0);
    const further = claim !== undefined && claim.seq > (this.#claim?.seq ?? 0);
    if (higher) this.#head = { seq: head.seq, hash: head.hash };
    if (further) this.#claim = claim;
    if (acts.length > 0) this.#acts = [...this.#acts, ...acts].slice(-MOST_ACTS);
    if (!higher && !further && acts.length === 0) return null;
    return { ...(higher && { head }), ...(further && { claim }), acts };
  }
}
