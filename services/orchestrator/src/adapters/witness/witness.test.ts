import { appendFile, mkdtemp, readFile, rm, stat, truncate, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileWitness } from './file-witness.ts';
import type { Witness } from './interface.ts';
import { MemoryWitness } from './memory-witness.ts';
import { MOST_ACTS } from './sighted.ts';

const silent = pino({ level: 'silent' });
const head = (seq: number) => ({ seq, hash: seq.toString(16).padStart(64, '0') });
const act = (seq: number) => {
  return {
    ...head(seq),
    at: seq,
    type: 'rollout.command',
    verb: 'pause',
    by: 'rex',
    reason: 'smoke',
    rollout: 'r-1',
  };
};

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-witness-'));
  path = join(folder, 'witness');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each<[string, () => Promise<Witness>, (before: Witness) => Promise<Witness>]>([
  ['a witness file', () => fileWitness(path, silent), () => fileWitness(path, silent)],
  [
    'a witness in memory',
    async () => new MemoryWitness(),
    async (before) => (before as MemoryWitness).crash(),
  ],
])('%s', (_, begin, reopen) => {
  test('remembers the highest of everything, whatever the order, and the acts in their order', async () => {
    const witness = await begin();
    expect([witness.seen.head(), witness.seen.claim(), witness.seen.acts()]).toEqual([null, null, []]);
    witness.note({ head: head(7), acts: [act(6), act(7)] });
    witness.note({ head: head(5), claim: { seq: 9, from: 'ns1.ams' } });
    witness.note({ claim: { seq: 8, from: 'ns2.ams' } });
    await witness.durable();
    const next = await reopen(witness);
    expect(next.seen.head()).toEqual(head(7));
    expect(next.seen.claim()).toEqual({ seq: 9, from: 'ns1.ams' });
    expect(next.seen.acts()).toEqual([act(6), act(7)]);
    await Promise.all([witness.close(), next.close()]);
  });

  test('keeps the newest acts only', async () => {
    const witness = await begin();
    for (let seq = 1; seq <= MOST_ACTS + 1; seq += 1) witness.note({ acts: [act(seq)] });
    await witness.durable();
    const acts = (await reopen(witness)).seen.acts();
    expect([acts.length, acts[0]?.seq]).toEqual([MOST_ACTS, 2]);
    await witness.close();
  });
});

describe('a witness file', () => {
  test('with a torn end has what was whole, and what is written then is whole too', async () => {
    const witness = await fileWitness(path, silent);
    witness.note({ head: head(1) });
    await witness.durable();
    witness.note({ head: head(2) });
    await witness.close();
    await truncate(path, (await stat(path)).size - 5);
    const torn = await fileWitness(path, silent);
    expect(torn.seen.head()).toEqual(head(1));
    torn.note({ head: head(3) });
    await torn.close();
    expect((await fileWitness(path, silent)).seen.head()).toEqual(head(3));
  });

  test('believes no line that was changed', async () => {
    const witness = await fileWitness(path, silent);
    witness.note({ head: head(3) });
    await witness.close();
    await appendFile(path, (await readFile(path, 'utf8')).replace('"seq":3', '"seq":4'));
    expect((await fileWitness(path, silent)).seen.head()).toEqual(head(3));
  });

  test('does not grow without end, and keeps all that it stands for', async () => {
    const witness = await fileWitness(path, silent, 4096);
    witness.note({ acts: [act(1)] });
    for (let seq = 2; seq <= 500; seq += 1) {
      witness.note({ head: head(seq) });
      await witness.durable();
    }
    expect((await stat(path)).size).toBeLessThan(2 * 4096);
    await witness.close();
    const next = await fileWitness(path, silent, 4096);
    expect([next.seen.head(), next.seen.acts()]).toEqual([head(500), [act(1)]]);
  });

  test('that cannot be written says so until it can, and nothing that was noted is lost', async () => {
    const folderGone = join(folder, 'later');
    const witness = await fileWitness(join(folderGone, 'witness'), silent);
    witness.note({ head: head(1), acts: [act(1)] });
    await expect(witness.durable()).rejects.toThrow('ENOENT');
    expect(witness.failure()).toContain('cannot be written');
    await mkdir(folderGone);
    await witness.durable();
    expect(witness.failure()).toBeNull();
    await witness.close();
    const next = await fileWitness(join(folderGone, 'witness'), silent);
    expect([next.seen.head(), next.seen.acts()]).toEqual([head(1), [act(1)]]);
  });

  test('is on disk before anybody who waits for it goes on, many at once with one write', async () => {
    const witness = await fileWitness(path, silent);
    const waiting = Array.from({ length: 100 }, async (_, n) => {
      witness.note({ head: head(n + 1) });
      await witness.durable();
    });
    await Promise.all(waiting);
    expect((await readFile(path, 'utf8')).trim().split('\n').length).toBeLessThan(10);
    expect((await fileWitness(path, silent)).seen.head()).toEqual(head(100));
    await witness.close();
  });
});
