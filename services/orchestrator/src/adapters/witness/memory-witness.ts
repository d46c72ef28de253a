import type { News, Witness } from './interface.ts';
import { Sighted } from './sighted.ts';

/** A witness in memory, for tests and simulations. What is not durable yet is lost by `crash`. */
export class MemoryWitness implements Witness {
  /** What every write is refused with. */
  fault: Error | null = null;
  readonly seen = new Sighted();
  readonly #disk = new Sighted();
  #unwritten: News[] = [];
  #failure: string | null = null;

  failure(): string | null {
    return this.#failure;
  }

  note(news: News): void {
    const learned = this.seen.learn(news);
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
    next.#disk.learn(this.#disk.news());
    next.seen.learn(this.#disk.news());
    return next;
  }
}
