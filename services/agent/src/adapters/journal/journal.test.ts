import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { FakeClock } from '@breakwater/shared/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../core/journal-entry.ts';
import { DISKS, type Scratch } from '../../testing/disks.ts';
import { type FileJournal, openJournal } from './file-journal.ts';
import type { Journal } from './interface.ts';
import { MemoryJournal } from './memory-journal.ts';

const clock = new FakeClock();
const options = { clock, boot: 'boot-1' };
const confirmed = (epoch: number): JournalEntry => ({ type: 'confirmed', epoch });
let on: Scratch;
const opened: FileJournal[] = [];
const file = (): string => join(on.folder, 'journal');

async function open(): Promise<FileJournal> {
  const journal = await openJournal(on.folder, { ...options, disk: on.disk });
  opened.push(journal);
  return journal;
}

async function written(count: number): Promise<Buffer> {
  const journal = await open();
  for (let epoch = 1; epoch <= count; epoch += 1) await journal.append(confirmed(epoch));
  return on.disk.readFile(file());
}

async function reopenedWith(bytes: Uint8Array): Promise<FileJournal> {
  await Promise.all(opened.splice(0).map((journal) => journal.close()));
  await on.write(file(), bytes);
  return open();
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((journal) => journal.close()));
});

const KINDS: Record<string, { make: () => Promise<Journal>; disk?: () => Promise<Scratch> }> = {
  'file on a real disk': { make: open, disk: DISKS.real },
  'file on a simulated disk': { make: open, disk: DISKS.simulated },
  memory: { make: async () => new MemoryJournal(options) },
};

/** Before each test of a group, a disk of this kind. */
function eachOn(make: () => Promise<Scratch>): void {
  beforeEach(async () => {
    on = await make();
    return () => on.remove();
  });
}

describe.each(Object.entries(KINDS))('a journal in %s', (_kind, { make, disk }) => {
  if (disk) eachOn(disk);

  test('begins empty, and numbers what is appended without a gap', async () => {
    const journal = await make();
    expect(journal.records()).toEqual([]);
    await Promise.all([1, 2, 3].map((epoch) => journal.append(confirmed(epoch))));
    expect(journal.records()).toEqual(
      [1, 2, 3].map((n) => ({ type: 'confirmed', epoch: n, seq: n, at: clock.monotonic(), boot: 'boot-1' })),
    );
  });

  test('gives back the record that it appended', async () => {
    const journal = await make();
    expect(await journal.append(confirmed(7))).toEqual(journal.records()[0]);
  });

  test('has a name of its own', async () => {
    expect((await make()).id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('a journal in memory fails as it is told to, and keeps what it had', async () => {
  const journal = new MemoryJournal(options);
  await journal.append(confirmed(1));
  journal.failure = new Error('the disk is full');
  await expect(journal.append(confirmed(2))).rejects.toThrow('full');
  journal.failure = null;
  expect(await journal.append(confirmed(3))).toMatchObject({ seq: 2 });
});

describe.each(Object.entries(DISKS))('a journal file on a %s disk', (_kind, disk) => {
  eachOn(disk);

  test('keeps its name and records when it is opened again', async () => {
    await written(3);
    const [before] = opened;
    const again = await open();
    expect(again.id).toBe(before?.id);
    expect(again.records()).toEqual(before?.records());
    expect(again.damage).toBeNull();
  });

  test('cut at any byte opens, yields a prefix, and goes on', async () => {
    const bytes = await written(4);
    const all = opened[0]?.records() ?? [];
    for (let length = 0; length < bytes.length; length += 1) {
      const journal = await reopenedWith(bytes.subarray(0, length));
      const count = journal.records().length;
      expect(journal.records()).toEqual(all.slice(0, count));
      expect(journal.damage).toBeNull();
      await journal.append(confirmed(99));
      const again = await open();
      expect(again.records().map((record) => record.seq)).toEqual(
        Array.from({ length: count + 1 }, (_, n) => n + 1),
      );
    }
  });

  test('with any bit flipped opens, loses only the damaged records, and goes on', async () => {
    const bytes = await written(5);
    const all = opened[0]?.records() ?? [];
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const journal = await reopenedWith(flipped);
        const kept = [...journal.records()];
        expect(all).toEqual(expect.arrayContaining(kept));
        // A line feed that is no more joins two lines, so that two records may be lost, but never a third.
        expect(kept.length).toBeGreaterThanOrEqual(all.length - 2);
        const next = await journal.append(confirmed(99));
        expect((await open()).records()).toEqual([...kept, next]);
      }),
      { numRuns: 150 },
    );
  });

  test('says which line in the middle is damaged, and keeps the later ones under their own numbers', async () => {
    const bytes = await written(4);
    const text = bytes.toString().replace('"epoch":2', '"epoch":3');
    const journal = await reopenedWith(Buffer.from(text));
    expect(journal.records().map((record) => record.seq)).toEqual([1, 3, 4]);
    expect(journal.damage).toContain('line 3');
    expect(await journal.append(confirmed(5))).toMatchObject({ seq: 5 });
  });

  test('takes a new name when its header is damaged, and keeps its records', async () => {
    const bytes = await written(2);
    const id = opened[0]?.id;
    bytes[12] = 0;
    const journal = await reopenedWith(bytes);
    expect(journal.id).not.toBe(id);
    expect(journal.records()).toHaveLength(2);
    expect((await open()).id).toBe(journal.id);
  });

  test('of a newer agent is refused and left as it is', async () => {
    const { writeLine } = await import('./journal-line.ts');
    const line = writeLine({ journal: randomUUID(), schema: 2 });
    await expect(reopenedWith(Buffer.from(line))).rejects.toThrow('schema 2');
    expect((await on.disk.readFile(file())).toString()).toBe(line);
  });

  test('that another process has written to refuses to be appended to', async () => {
    await written(1);
    const [first] = opened;
    await (await open()).append(confirmed(2));
    await expect(first?.append(confirmed(3))).rejects.toThrow('another agent');
    expect((await open()).records()).toHaveLength(2);
  });

  test('is one journal when several processes make it at the same moment', async () => {
    const journals = await Promise.all([open(), open(), open()]);
    expect(new Set(journals.map(({ id }) => id)).size).toBe(1);
    expect((await on.disk.readdir(on.folder)).toSorted()).toEqual(['journal', 'journal.reserve']);
    await journals[0]?.append(confirmed(1));
    expect((await open()).records()).toHaveLength(1);
  });

  test('is not changed by opening it, torn or not', async () => {
    const bytes = await written(2);
    const torn = bytes.subarray(0, bytes.length - 3);
    expect((await reopenedWith(torn)).records()).toHaveLength(1);
    expect(await on.disk.readFile(file())).toEqual(torn);
  });

  test('cuts off a torn tail that is longer than the next record', async () => {
    const bytes = await written(2);
    const journal = await reopenedWith(Buffer.concat([bytes, Buffer.alloc(500, 'x')]));
    await journal.append(confirmed(3));
    expect((await on.disk.readFile(file())).includes('x')).toBe(false);
    expect((await open()).records()).toHaveLength(3);
  });

  test('is private: it names zones and checks', async () => {
    await open();
    expect((await on.disk.stat(file())).mode & 0o077).toBe(0);
  });
});
