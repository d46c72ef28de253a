import type { Digest } from '@breakwater/shared';
import type { Zone } from '../core/baseline.ts';
import type { Outside } from './outside.ts';

/** Live, previous, staged, and one more: nothing else is asked for at one time. */
const KEPT = 4;

/** The zones that generations configure. A generation never changes, so each is read once. */
export class Zones {
  readonly #known = new Map<Digest, readonly Zone[]>();
  readonly #outside: Pick<Outside, 'checker' | 'generations'>;

  constructor(outside: Pick<Outside, 'checker' | 'generations'>) {
    this.#outside = outside;
  }

  /** @throws when the daemon's checker cannot read the generation. */
  async of(generation: Digest): Promise<readonly Zone[]> {
    const known = this.#known.get(generation);
    if (known !== undefined) return known;
    const zones = await this.#outside.checker.zones(this.#outside.generations.pathOf(generation));
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= KEPT) this.#known.delete(oldest);
    this.#known.set(generation, zones);
    return zones;
  }
}
