import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from '../redis/client.ts';
import type { News, Witness } from './interface.ts';
import { encodeNews } from './lines.ts';
import { readWitness } from './read-witness.ts';
import type { Sighted } from './sighted.ts';

const FLUSH_AFTER_MS = 1000;
const LARGEST_FILE = 4 << 20;

/** Opens the witness file at `path`, which belongs to one orchestrator alone. @throws when it cannot be read. */
export async function fileWitness(path: string, log: Log, largest = LARGEST_FILE): Promise<Witness> {
  const { seen, bytes, damaged, exists } = await readWitness(path);
  if (!exists) log.warn({ path }, 'there is no witness file; a new one is begun, which has seen nothing yet');
  // The last line may be torn: whoever wrote it had not been told yet that it is on disk.
  if (damaged > 0) log.warn({ path, damaged }, 'lines of the witness file cannot be read and are left out');
  return new FileWitness(path, seen, bytes, largest);
}

class FileWitness implements Witness {
  readonly #path: string;
  readonly seen: Sighted;
  readonly #largest: number;
  #bytes: number;
  #file: FileHandle | null = null;
  #unwritten: News[] = [];
  #failure: string | null = null;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(path: string, seen: Sighted, bytes: number, largest: number) {
    this.#path = path;
    this.seen = seen;
    this.#bytes = bytes;
    this.#largest = largest;
  }

  failure(): string | null {
    return this.#failure;
  }

  note(news: News): void {
    const learned = this.seen.learn(news);
    if (learned === null) return;
    this.#unwritten.push(learned);
    this.#flushSoon();
  }

  async durable(): Promise<void> {
    if (this.#unwritten.length === 0 && this.#next === null) return this.#running;
    // Whoever comes while one write is on its way shares the next one: one fsync serves them all.
    this.#next ??= this.#running.then(
      () => this.#turn(),
      () => this.#turn(),
    );
    return this.#next;
  }

  async close(): Promise<void> {
    try {
      await this.durable();
    } finally {
      if (this.#timer !== null) clearTimeout(this.#timer);
      await this.#file?.close();
      this.#file = null;
    }
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      // What fails is tried again, and `failure` says so meanwhile.
      this.durable().catch(() => this.#flushSoon());
    }, FLUSH_AFTER_MS).unref();
  }

  #turn(): Promise<void> {
    this.#next = null;
    this.#running = this.#write();
    return this.#running;
  }

  async #write(): Promise<void> {
    const batch = this.#unwritten;
    if (batch.length === 0) return;
    this.#unwritten = [];
    try {
      const line = encodeNews(together(batch));
      if (this.#bytes + line.length > this.#largest) await this.#compact();
      else await this.#append(line);
      this.#failure = null;
    } catch (error) {
      this.#unwritten = [...batch, ...this.#unwritten];
      this.#failure = `the witness file ${this.#path} cannot be written: ${String(error)}`;
      await this.#file?.close().catch(() => undefined);
      this.#file = null;
      throw new Error(this.#failure, { cause: error });
    }
  }

  async #append(line: string): Promise<void> {
    const opened = this.#file === null;
    this.#file ??= await open(this.#path, 'a', 0o600);
    // After an end that was not in good order the last line may be torn; what follows begins a line of its own.
    await this.#file.appendFile(opened ? `\n${line}` : line);
    await this.#file.datasync();
    if (opened) await syncFolderOf(this.#path);
    this.#bytes += line.length + 1;
  }

  /** Begins the file anew with what it amounts to: all of it is in the new file before that takes the old one's name. */
  async #compact(): Promise<void> {
    const text = encodeNews(this.seen.news());
    const next = `${this.#path}.new`;
    const file = await open(next, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, this.#path);
    await syncFolderOf(this.#path);
    await this.#file?.close();
    this.#file = null;
    // What is kept has a bound, and may itself be large: the next time comes only after as much again.
    this.#bytes = Math.min(text.length, this.#largest / 2);
  }
}

/** Several news as one: the newest of each kind. */
function together(batch: readonly News[]): News {
  const head = batch.findLast((news) => news.head)?.head;
  const claim = batch.findLast((news) => news.claim)?.claim;
  return { ...(head && { head }), ...(claim && { claim }), acts: batch.flatMap(({ acts = [] }) => acts) };
}

async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
