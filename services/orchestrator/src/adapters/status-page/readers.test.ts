import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { readersOf } from './readers.ts';

/** A connection that takes what is written, or leaves all of it unread. */
class Reader extends EventEmitter {
  written: string[] = [];
  writableLength = 0;
  socket = null;
  destroyed = false;
  readonly #reads: boolean;

  constructor(reads: boolean) {
    super();
    this.#reads = reads;
  }

  writeHead(): this {
    return this;
  }

  write(text: string): boolean {
    this.written.push(text);
    if (!this.#reads) this.writableLength += text.length;
    return this.#reads;
  }

  end(): this {
    this.emit('close');
    return this;
  }

  destroy(): this {
    this.destroyed = true;
    this.emit('close');
    return this;
  }
}

const limits = { most: 2, unread: 100, heartbeatMs: 60_000 };
const join = (readers: ReturnType<typeof readersOf>, reader: Reader): void => readers.join(reader as never);

describe('readers', () => {
  test('are told, until there are too many', () => {
    const readers = readersOf(limits);
    const [first, second] = [new Reader(true), new Reader(true)];
    join(readers, first);
    expect(readers.isFull()).toBe(false);
    join(readers, second);
    expect(readers.isFull()).toBe(true);
    readers.tell();
    expect(first.written.at(-1)).toBe('event: look\ndata:\n\n');
    first.end();
    expect([readers.isFull(), readers.count()]).toEqual([false, 1]);
    readers.close();
    expect(readers.count()).toBe(0);
  });

  test('that read nothing are closed, and cost the others nothing', () => {
    const readers = readersOf(limits);
    const [slow, good] = [new Reader(false), new Reader(true)];
    join(readers, slow);
    join(readers, good);
    for (let i = 0; i < 20; i += 1) readers.tell();
    expect([slow.destroyed, good.destroyed, readers.count()]).toEqual([true, false, 1]);
    expect(good.written).toHaveLength(21);
    readers.close();
  });
});
