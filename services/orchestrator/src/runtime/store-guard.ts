import type { Store } from '../adapters/store/interface.ts';
import type { Witness } from '../adapters/witness/interface.ts';

/** Keeps an eye on Redis's own settings: nothing is granted on a store that could lose what it acknowledged. */
export interface StoreGuard {
  /** What is wrong, in words, as of the last look; empty when nothing is. */
  unsafe(): readonly string[];
  look(): Promise<void>;
}

/**
 * @param dataDisposable the operator has said that losing writes is acceptable here.
 * @param witness what cannot be witnessed is not granted either: a loss of it would never be noticed.
 */
export function guardStore(
  store: Pick<Store, 'unsafeSettings'>,
  dataDisposable: boolean,
  witness: Pick<Witness, 'failure'>,
): StoreGuard {
  // Until the first look nothing is known, and unknown is not safe.
  let found: readonly string[] = dataDisposable ? [] : ['its settings have not been read yet'];
  return {
    unsafe: () => {
      const unwritable = witness.failure();
      return unwritable === null ? found : [...found, unwritable];
    },
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
