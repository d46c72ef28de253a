import { BreakwaterError } from '@breakwater/shared';
import type { Logger } from 'pino';
import type { Snapshot, Store } from '../adapters/store/interface.ts';
import type { Witness } from '../adapters/witness/interface.ts';
import { behind, type Doubt, highestSeen, judgeStore } from './store-doubt.ts';
import { trustedStore } from './trusted-store.ts';

/**
 * Whether the store may be believed. While it may not, the orchestrator is in safe mode: it grants nothing, confirms
 * nothing and writes nothing, until the store is right again or a person has accepted it as it is.
 */
export interface StoreTrust {
  /** Why the store is not believed, as of the last look at it; `null` when it is. */
  doubt(): Doubt | null;
  /** @throws BreakwaterError `safe_mode` while the store is not believed. */
  assert(): void;
  /** Notes that somebody else has seen event `seq`; what is read from now on must go as far. */
  heard(from: string, seq: number): void;
  /** Compares the store with all that was seen: safe mode begins and ends here. */
  look(): Promise<void>;
  /**
   * Resolves when all that was seen, and what people did, is on this machine's own disk.
   * @throws BreakwaterError `witness_failed`
   */
  witnessed(): Promise<void>;
}

/** Puts a witness beside a store. Whoever decides, decides on the store that this returns. */
export function trustStore(
  store: Store,
  witness: Witness,
  log: Pick<Logger, 'error' | 'info'>,
): { store: Store; trust: StoreTrust } {
  const trust = new Trust(store, witness, log);
  return { trust, store: trustedStore(store, witness, trust) };
}

class Trust implements StoreTrust {
  readonly #store: Store;
  readonly #witness: Witness;
  readonly #log: Pick<Logger, 'error' | 'info'>;
  #doubt: Doubt | null = null;
  /** The connection behind which the store was last looked at. */
  #looked: number | null = null;

  constructor(store: Store, witness: Witness, log: Pick<Logger, 'error' | 'info'>) {
    this.#store = store;
    this.#witness = witness;
    this.#log = log;
  }

  doubt(): Doubt | null {
    return this.#doubt;
  }

  assert(): void {
    if (this.#doubt === null) return;
    throw new BreakwaterError('safe_mode', `${this.#doubt.reason} (${this.#doubt.code})`);
  }

  heard(from: string, seq: number): void {
    if (seq > highestSeen(this.#witness.seen).seq) this.#witness.note({ claim: { from, seq } });
  }

  async look(): Promise<void> {
    const connection = this.#store.incarnation();
    const { head, doubt } = await judgeStore(this.#store, this.#witness.seen);
    // Another connection was made meanwhile: behind it is what nobody has looked at.
    if (this.#store.incarnation() !== connection) return;
    this.#suspect(doubt);
    this.#looked = connection;
    if (doubt === null) this.#witness.note({ head });
  }

  async witnessed(): Promise<void> {
    try {
      await this.#witness.durable();
    } catch (cause) {
      throw new BreakwaterError('witness_failed', this.#witness.failure() ?? String(cause), { cause });
    }
  }

  /** Lets through what may change the store. @throws BreakwaterError `safe_mode` */
  async assertWritable(): Promise<void> {
    if (this.#looked !== this.#store.incarnation()) await this.look();
    this.assert();
  }

  /** Reads the store, and compares what is read with what was seen. */
  async read(): Promise<Snapshot> {
    for (;;) {
      if (this.#looked !== this.#store.incarnation()) await this.look();
      // As of before the read: its answer may be older than what is seen while it is on its way.
      const highest = highestSeen(this.#witness.seen);
      const snapshot = await this.#store.snapshot();
      // Read over a connection that was made meanwhile: from a store that nobody has looked at yet.
      if (this.#looked !== this.#store.incarnation()) continue;
      const { head } = snapshot;
      if (head.seq < highest.seq) this.#suspect(behind(head, highest));
      else if (this.#doubt === null) this.#witness.note({ head });
      return snapshot;
    }
  }

  #suspect(found: Doubt | null): void {
    if (found && this.#doubt === null) this.#log.error(found, 'safe mode: the store is not to be believed');
    if (!found && this.#doubt) this.#log.info({}, 'the store is believed again; safe mode is over');
    this.#doubt = found;
  }
}
