import type { Store } from '../adapters/store/interface.ts';

/** Keeps an eye on Redis's own settings: nothing is granted on a store that could lose what it acknowledged. */
export interface StoreGuard {
  /** What is wrong, in words, as of the last look; empty when nothing is. */
  unsafe(): readonly string[];
  look(): Promise<void>;
}

/** @param dataDisposable the operator has said that losing writes is acceptable here. */
export function guardStore(store: Pick<Store, 'unsafeSettings'>, dataDisposable: boolean): StoreGuard {
  // Until the first look nothing is known, and unknown is not safe.
  let found: readonly string[] = dataDisposable ? [] : ['its settings have not been read yet'];
  return {
    unsafe: () => found,
    async look() {
      if (dataDisposable) return;
      try {
        found = await store.unsafeSettings();
      } catch (error) {
        // It may come back with other settings than it had.
        found = ['its settings could not be read'];
        throw error;
      }
    },
  };
}
