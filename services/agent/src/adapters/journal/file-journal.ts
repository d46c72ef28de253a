import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@breakwater/shared';
import type { JournalEntry, JournalRecord } from '../../core/journal-entry.ts';
import { hasCode, makeFolder, readIfThere, renameSynced, writeSynced } from '../durable.ts';
import type { Journal } from './interface.ts';
import { headerLine, readContent } from './journal-content.ts';
import { writeLine } from './journal-line.ts';

const FILE = 'journal';

/** A journal in a file, with what was found wrong with it when it was opened. */
export interface FileJournal extends Journal {
  /** Tells a person which lines in the middle of the file are damaged and left out; `null` when none is. */
  readonly damage: string | null;
  close(): Promise<void>;
}

/**
 * Opens the journal in a folder, or begins one. A torn tail is left out, and cut off by the first append; see
 * `readContent` for damage elsewhere. Reading alone changes nothing, so that somebody may look at the journal
 * while an agent is in the middle of an append.
 * @throws when the folder cannot be written, or the journal was written by a newer agent.
 */
export async function openJournal(
  folder: string,
  options: { clock: Clock; boot: string },
): Promise<FileJournal> {
  await makeFolder(folder);
  const path = join(folder, FILE);
  const found = (await readIfThere(path)) ?? Buffer.alloc(0);
  const content = readContent(found);
  const id = content.id ?? randomUUID();
  if (content.id === null) content.end = await begin(path, id, found.subarray(0, content.end));
  const handle = await open(path, 'r+');
  const { size } = await handle.stat();
  const lines = content.damaged.join(', ');
  const damage = lines === '' ? null : `${path}: damaged and left out: line ${lines}`;
  return new OpenJournal({ id, damage, handle, records: content.records, end: content.end, size }, options);
}

/**
 * Writes a journal file with a new header, in front of the lines that are left when an old header is damaged.
 * A whole file takes the place of another, so that a crash leaves one or the other.
 */
async function begin(path: string, id: string, rest: Buffer): Promise<number> {
  const afterFirstLine = rest.subarray(rest.indexOf(0x0a) + 1);
  const bytes = Buffer.concat([Buffer.from(headerLine(id)), afterFirstLine]);
  await rm(`${path}.new`, { force: true });
  await writeSynced(`${path}.new`, bytes, 0o600);
  await renameSynced(`${path}.new`, path);
  return bytes.length;
}

interface Opened {
  id: string;
  damage: string | null;
  handle: FileHandle;
  records: JournalRecord[];
  /** Where the next line goes. */
  end: number;
  /** How large the file is; more than `end` while there is a torn tail. */
  size: number;
}

class OpenJournal implements FileJournal {
  readonly #file: Opened;
  readonly #options: { clock: Clock; boot: string };
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: Opened, options: { clock: Clock; boot: string }) {
    this.#file = file;
    this.#options = options;
  }

  get id(): string {
    return this.#file.id;
  }

  get damage(): string | null {
    return this.#file.damage;
  }

  records(): readonly JournalRecord[] {
    return this.#file.records;
  }

  append(entry: JournalEntry): Promise<JournalRecord> {
    const appended = this.#last.then(() => this.#append(entry));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.handle.close();
  }

  async #append(entry: JournalEntry): Promise<JournalRecord> {
    const { clock, boot } = this.#options;
    const file = this.#file;
    const seq = (file.records.at(-1)?.seq ?? 0) + 1;
    const record: JournalRecord = { ...entry, seq, at: clock.monotonic(), boot };
    const line = Buffer.from(writeLine(record));
    // Two agents on one journal would overwrite each other's records.
    const { size } = await file.handle.stat();
    if (size !== file.size) {
      throw new Error(
        `the journal has ${size} bytes and should have ${file.size}: is another agent running?`,
      );
    }
    try {
      if (size > file.end) await file.handle.truncate(file.end);
      await writeAll(file.handle, line, file.end);
      await file.handle.datasync();
    } catch (error) {
      // Half a record, or a whole one that nobody was promised, must not stand in front of the next. Should even
      // this fail, then the next append does it, or refuses.
      await file.handle.truncate(file.end).catch(() => undefined);
      file.size = (await file.handle.stat()).size;
      const why = hasCode(error, 'ENOSPC') ? 'the disk is full' : String(error);
      throw new Error(`the journal could not be written: ${why}`, { cause: error });
    }
    file.end += line.length;
    file.size = file.end;
    file.records.push(record);
    return record;
  }
}

/** `write` may take only a part, on a disk that is nearly full above all; then the rest is tried, or fails. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
