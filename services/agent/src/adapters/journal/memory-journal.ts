import { randomUUID } from 'node:crypto';
import type { Clock } from '@breakwater/shared';
import type { JournalEntry, JournalRecord } from '../../core/journal-entry.ts';
import type { Journal } from './interface.ts';

/** A journal in memory, for tests and the simulation: it outlives the agent that writes it, as a disk would. */
export class MemoryJournal implements Journal {
  readonly id: string;
  /** What the next appends fail with; `null` when the disk is well. */
  failure: Error | null = null;
  /** The boot that new records belong to. */
  boot: string;
  readonly #clock: Clock;
  readonly #records: JournalRecord[] = [];

  constructor(options: { clock: Clock; boot: string; id?: string }) {
    this.id = options.id ?? randomUUID();
    this.boot = options.boot;
    this.#clock = options.clock;
  }

  records(): readonly JournalRecord[] {
    return this.#records;
  }

  async append(entry: JournalEntry): Promise<JournalRecord> {
    if (this.failure) throw this.failure;
    const record: JournalRecord = {
      ...structuredClone(entry),
      seq: this.#records.length + 1,
      at: this.#clock.monotonic(),
      boot: this.boot,
    };
    this.#records.push(record);
    return record;
  }
}
