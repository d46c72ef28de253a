import type { Digest } from '@breakwater/shared';
import { type Damage, type Drift, judgeDrift } from '../core/drift.ts';
import { isPending, type Memory } from '../core/memory.ts';
import type { Outside } from './outside.ts';

/** How often every live file is read: a person who edited one by hand should hear of it within a minute. */
const EVERY_MS = 30_000;

/** Looks now and then whether the live tree is still what was recorded. */
export class DriftWatch {
  #drift: Drift | null = null;
  #mended: string | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  readonly #outside: Pick<Outside, 'generations' | 'clock' | 'log'>;

  constructor(outside: Pick<Outside, 'generations' | 'clock' | 'log'>) {
    this.#outside = outside;
  }

  /** What was found last; `null` while nobody has looked, and in the middle of a change. */
  get drift(): Drift | null {
    return this.#drift;
  }

  /** The managed root was gone, and the agent has made it again: told for as long as nothing else is amiss. */
  linkedBack(): void {
    this.forget();
    this.#mended = 'The managed root was gone; it was linked back to the generation that should be live.';
    this.#outside.log.error({ drift: 'link' }, this.#mended);
  }

  /** Looks if it is time to. Never during a change: the tree is about to be another one, and time is short. */
  async lookIfDue(memory: Memory, live: Digest | null): Promise<void> {
    const pending = memory.change !== null && isPending(memory.change);
    if (pending || memory.lastKnownGood === null) this.forget();
    else if (this.#outside.clock.monotonic() - this.#lookedAt >= EVERY_MS) await this.look(memory, live);
  }

  /** Looks now. @returns what was found. */
  async look(memory: Memory, live: Digest | null): Promise<Drift | null> {
    const found = judgeDrift(memory, live, await this.#damageOf(live));
    const mended = this.#mended;
    const drift = found?.kind === 'none' && mended !== null ? { ...found, reason: mended } : found;
    this.#lookedAt = this.#outside.clock.monotonic();
    this.#tell(drift);
    this.#drift = drift;
    return drift;
  }

  /** What was found is no longer true for certain: the next look is due at once. */
  forget(): void {
    this.#drift = null;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  /** A tree that cannot be read is not what was recorded, whatever the reason is. */
  async #damageOf(live: Digest | null): Promise<Damage[]> {
    if (live === null) return [];
    try {
      return await this.#outside.generations.damage(live);
    } catch (error) {
      this.#outside.log.warn({ err: error }, 'the live tree could not be read');
      return [{ path: '.', how: 'changed' }];
    }
  }

  #tell(drift: Drift | null): void {
    if (drift === null || drift.kind === (this.#drift?.kind ?? 'none')) return;
    this.#outside.log[drift.kind === 'none' ? 'info' : 'error']({ drift: drift.kind }, drift.reason);
  }
}
