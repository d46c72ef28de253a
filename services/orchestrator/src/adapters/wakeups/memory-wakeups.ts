import type { Signal, Wakeups } from './interface.ts';

/** Signals in memory; whoever shares the object hears them. */
export class MemoryWakeups implements Wakeups {
  /** Signals are taken, and nobody hears them: they are carried at most once. */
  lost = false;
  /** What a signal is refused with. */
  failure: Error | null = null;
  readonly published: Signal[] = [];
  readonly #listeners = new Set<(signal: Signal) => void>();

  async publish(signal: Signal): Promise<void> {
    if (this.failure) throw this.failure;
    this.published.push(signal);
    if (this.lost) return;
    for (const listener of this.#listeners) listener(signal);
  }

  subscribe(listener: (signal: Signal) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
