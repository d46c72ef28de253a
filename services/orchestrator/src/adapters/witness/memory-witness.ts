import type { Act } from '../../core/act.ts';
import type { Head } from '../store/interface.ts';
import type { Claim, News, Witness } from './interface.ts';
import { Sighted } from './sighted.ts';

/** A witness in memory, for tests and simulations. What is not durable yet is lost by `crash`. */
export class MemoryWitness implements Witness {
  /** What every write is refused with. */
  fault: Error | null = null;
  readonly #seen = new Sighted();
  readonly #disk = new Sighted();
  #unwritten: News[] = [];
  #failure: string | null = null;

  head(): Head | null {
    return this.#seen.head();
  }

  claim(): Claim | null {
    return this.#seen.claim();
  }

  acts(): readonly Act[] {
    return this.#seen.acts();
  }

  failure(): string | null {
    return this.#failure;
  }

  note(news: News): void {
    const learned = this.#seen.learn(news);
    if (learned) this.#unwritten.push(learned);
  }

  async durable(): Promise<void> {
    if (this.fault && this.#unwritten.length > 0) {
      this.#failure = `the witness cannot be written: ${this.fault.message}`;
      throw this.fault;
    }
    for (const news of this.#unwritten.splice(0)) this.#disk.learn(news);
    this.#failure = null;
  }

  async close(): Promise<void> {
    await this.durable();
  }

  /** The process and its memory are gone. @returns the witness as the next process finds it on disk. */
  crash(): MemoryWitness {
    const next = new MemoryWitness();
    const [head, claim] = [this.#disk.head(), this.#disk.claim()];
    const found = { ...(head && { head }), ...(claim && { claim }), acts: this.#disk.acts() };
    next.#disk.learn(found);
    next.#seen.learn(found);
    return next;
  }
}
