import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Clock } from '@breakwater/shared';
import type { JournalEntry, JournalRecord } from '../../core/journal-entry.ts';
import type { Disk, DiskFile } from '../disk/interface.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import { hasCode, makeFolder, readIfThere, renameSynced, syncFolder, writeSynced } from '../durable.ts';
import type { Journal } from './interface.ts';
import { headerLine, readContent } from './journal-content.ts';
import { writeLine } from './journal-line.ts';
import { fileReserve, mayUseReserve, type Reserve } from './reserve.ts';

const FILE = 'journal';

/** `disk` is this machine's unless it is said. */
export interface JournalOptions {
  clock: Clock;
  boot: string;
  disk?: Disk;
}

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
export async function openJournal(folder: string, options: JournalOptions): Promise<FileJournal> {
  const { disk = nodeDisk } = options;
  await makeFolder(folder, disk);
  const path = join(folder, FILE);
  if ((await readIfThere(path, disk)) === null) await create(path, disk);
  const found = await disk.readFile(path);
  const content = readContent(found);
  const id = content.id ?? randomUUID();
  if (content.id === null) content.end = await replaceHeader(path, id, found.subarray(0, content.end), disk);
  const handle = await disk.open(path, 'r+');
  // The last record may be one that a killed agent wrote and never saw on disk; what is believed must stay.
  await handle.sync();
  const { size } = await handle.stat();
  const reserve = fileReserve(`${path}.reserve`, disk);
  await reserve.take();
  const lines = content.damaged.join(', ');
  const damage = lines === '' ? null : `${path}: damaged and left out: line ${lines}`;
  const { records, end } = content;
  return new OpenJournal({ id, damage, handle, reserve, records, end, size }, options);
}

/**
 * Makes a new journal. The agent and the guard at boot may both do so at the same moment: a link, unlike a rename,
 * fails for the second, which then opens what the first has made.
 */
async function create(path: string, disk: Disk): Promise<void> {
  const id = randomUUID();
  const written = `${path}.${id}`;
  await writeSynced(written, headerLine(id), 0o600, disk);
  try {
    await disk.link(written, path);
    await syncFolder(dirname(path), disk);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await disk.rm(written, { force: true });
  }
}

/** Puts a new header in front of the records that are left when the old one is damaged. */
async function replaceHeader(path: string, id: string, lines: Buffer, disk: Disk): Promise<number> {
  const records = lines.subarray(lines.indexOf(0x0a) + 1);
  const bytes = Buffer.concat([Buffer.from(headerLine(id)), records]);
  await disk.rm(`${path}.new`, { force: true });
  await writeSynced(`${path}.new`, bytes, 0o600, disk);
  await renameSynced(`${path}.new`, path, disk);
  return bytes.length;
}

interface Opened {
  id: string;
  damage: string | null;
  handle: DiskFile;
  reserve: Reserve;
  records: JournalRecord[];
  /** Where the next line goes. */
  end: number;
  /** How large the file is; more than `end` while there is a torn tail. */
  size: number;
}

class OpenJournal implements FileJournal {
  readonly #file: Opened;
  readonly #options: JournalOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: Opened, options: JournalOptions) {
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
    try {
      await this.#write(line);
      await file.reserve.take();
    } catch (error) {
      if (!hasCode(error, 'ENOSPC') || !mayUseReserve(entry)) throw explained(error);
      await file.reserve.release();
      await this.#write(line).catch((again: unknown) => {
        throw explained(again);
      });
    }
    file.records.push(record);
    return record;
  }

  /** Puts a line at the end, on disk, or leaves the file as it was. */
  async #write(line: Buffer): Promise<void> {
    const file = this.#file;
    const { size } = await file.handle.stat();
    // Two agents on one journal would overwrite each other's records.
    if (size !== file.size) {
      throw new Error(`it has ${size} bytes and should have ${file.size}: is another agent running?`);
    }
    try {
      if (size > file.end) await file.handle.truncate(file.end);
      await writeAll(file.handle, line, file.end);
      await file.handle.datasync();
      file.end += line.length;
    } catch (error) {
      // Half a record, or a whole one that nobody was promised, must not stand in front of the next. Should even
      // this fail, then the next append does it, or fails as well.
      await file.handle.truncate(file.end).catch(() => undefined);
      throw error;
    } finally {
      file.size = (await file.handle.stat()).size;
    }
  }
}

function explained(error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error);
  const words = hasCode(error, 'ENOSPC') ? 'the disk is full' : why;
  return new Error(`the journal could not be written: ${words}`, { cause: error });
}

/** `write` may take only a part, on a disk that is nearly full above all; then the rest is tried, or fails. */
async function writeAll(handle: DiskFile, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
