import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { JournalEntry, JournalRecord } from '../../core/journal-entry.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import { hasCode, readIfThere } from '../durable.ts';
import { type JournalOptions, openJournal } from './file-journal.ts';
import type { Journal } from './interface.ts';
import { readContent } from './journal-content.ts';

/** How often it is tried whether the store can be written again, in milliseconds. */
const TRY_EVERY = 10_000;

/**
 * Opens the journal in a folder, also where nothing can be written: a host whose disk has turned read-only still has
 * a daemon to watch and somebody to tell. It is then only read, and opened for writing as soon as that is possible.
 * @throws when it cannot be read either, or was written by a newer agent.
 */
export async function openPatiently(folder: string, options: JournalOptions): Promise<Journal> {
  try {
    return await openJournal(folder, options);
  } catch (error) {
    const bytes = await readIfThere(join(folder, 'journal'), options.disk ?? nodeDisk);
    if (bytes === null) throw error;
    const { id, records, damaged } = readContent(bytes);
    const damage = damaged.length === 0 ? null : `damaged and left out: line ${damaged.join(', ')}`;
    return new PatientJournal(
      { id: id ?? randomUUID(), damage, records, why: inWords(error) },
      folder,
      options,
    );
  }
}

function inWords(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  const what = hasCode(error, 'EROFS') ? 'is read-only' : `cannot be written (${why})`;
  return `The store of the agent ${what}: no change can begin on this host, and nothing that happens can be recorded. Make it writable again; the agent goes on by itself.`;
}

interface Read {
  id: string;
  damage: string | null;
  records: readonly JournalRecord[];
  why: string;
}

class PatientJournal implements Journal {
  #open: Journal | null = null;
  #opening: Promise<Journal> | null = null;
  readonly #read: Read;
  readonly #folder: string;
  readonly #options: JournalOptions;

  constructor(read: Read, folder: string, options: JournalOptions) {
    this.#read = read;
    this.#folder = folder;
    this.#options = options;
    this.#tryLater();
  }

  get id(): string {
    return this.#open?.id ?? this.#read.id;
  }

  get damage(): string | null {
    return this.#open?.damage ?? this.#read.damage;
  }

  get unwritable(): string | null {
    return this.#open === null ? this.#read.why : null;
  }

  records(): readonly JournalRecord[] {
    return this.#open?.records() ?? this.#read.records;
  }

  async append(entry: JournalEntry): Promise<JournalRecord> {
    const journal = await this.#opened().catch((error: unknown) => {
      throw new Error(this.#read.why, { cause: error });
    });
    return journal.append(entry);
  }

  /** One attempt at a time, and never two open journals: each would believe that the other's records are not there. */
  async #opened(): Promise<Journal> {
    if (this.#open !== null) return this.#open;
    this.#opening ??= openJournal(this.#folder, this.#options).finally(() => {
      this.#opening = null;
    });
    this.#open = await this.#opening;
    return this.#open;
  }

  #tryLater(): void {
    this.#options.clock.setTimer(TRY_EVERY, () => {
      this.#opened().catch(() => this.#tryLater());
    });
  }
}
