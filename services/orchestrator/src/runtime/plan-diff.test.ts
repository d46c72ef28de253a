import { type Digest, sha256 } from '@breakwater/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import { jsdiff } from '../adapters/text-diff/jsdiff.ts';
import { MemoryStore } from '../adapters/store/memory-store.ts';
import type { RunningHost } from '../core/bundle-diff.ts';
import { enrolled } from '../testing/test-orchestrator.ts';
import { contentOf } from './bundles.ts';
import { planDiff } from './plan-diff.ts';

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

type Files = Record<string, string>;

/** Stores what hosts run. */
async function running(files: Files): Promise<Digest> {
  const { digest, manifest, files: content } = contentOf(files);
  await store.putBundle(digest, manifest, content);
  return digest;
}

const host = (id: string, from: Digest | null): RunningHost => ({ ...enrolled(id), from });
const diffOf = (hosts: readonly RunningHost[], files: Files) =>
  planDiff({ store, textDiff: jsdiff }, hosts, contentOf(files));

const numbered = (many: number, of: (n: number) => string): Files =>
  Object.fromEntries(Array.from({ length: many }, (_, n) => [`all/${1000 + n}.zone`, of(n)]));

describe('the diff of a plan', () => {
  test('has the text of what changes, with both files named as they are in the bundles', async () => {
    const from = await running({ 'all/named.conf.tmpl': 'a\n{{host.id}}\n', 'all/old': 'gone\n' });
    const hosts = [host('ns1.ams', from), host('ns2.ams', from)];
    expect(await diffOf(hosts, { 'all/named.conf.tmpl': 'b\n{{host.id}}\n' })).toEqual({
      diff: [
        {
          hosts: ['ns1.ams', 'ns2.ams'],
          from,
          known: true,
          files: [
            {
              path: 'named.conf',
              change: 'changed',
              unified:
                '--- all/named.conf.tmpl\n+++ all/named.conf.tmpl\n@@ -1,2 +1,2 @@\n-a\n+b\n {{host.id}}\n',
            },
            {
              path: 'old',
              change: 'removed',
              unified: '--- all/old\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-gone\n',
            },
          ],
          truncated: false,
        },
      ],
      leftOut: [],
    });
  });

  test('is of a stored bundle too', async () => {
    const from = await running({ 'all/x': 'a\n' });
    const { manifest } = contentOf({ 'all/x': 'b\n' });
    await running({ 'all/x': 'b\n' });
    const { diff } = await planDiff({ store, textDiff: jsdiff }, [host('ns1.ams', from)], { manifest });
    expect(diff[0]?.files[0]?.unified).toContain('-a\n+b\n');
  });

  test('says of a generation that the store does not have that nothing is known', async () => {
    const adopted = sha256('what was there');
    const nothing = { known: false, files: [], truncated: false };
    const one = await diffOf([host('ns1.ams', adopted)], { 'all/x': '' });
    expect(one.diff).toEqual([{ hosts: ['ns1.ams'], from: adopted, ...nothing }]);
    const two = await diffOf([host('ns1.ams', adopted), host('ns2.ams', null)], { 'all/x': '' });
    expect(two.diff).toEqual([{ hosts: ['ns1.ams', 'ns2.ams'], from: null, ...nothing }]);
  });

  test('shows that nothing changes where the host already runs it', async () => {
    const from = await running({ 'all/x': '' });
    const { diff } = await diffOf([host('ns1.ams', from)], { 'all/x': '' });
    expect(diff).toEqual([{ hosts: ['ns1.ams'], from, known: true, files: [], truncated: false }]);
  });
});

describe('a diff that would be too large', () => {
  const only = async (before: Files, after: Files) => {
    const { diff } = await diffOf([host('ns1.ams', await running(before))], after);
    const [group] = diff;
    if (!group) throw new Error('there is no group');
    return group;
  };

  test('names 200 files of a group', async () => {
    const group = await only(
      numbered(201, () => 'a\n'),
      numbered(201, () => 'b\n'),
    );
    expect(group).toMatchObject({ known: true, truncated: true });
    expect(group.files).toHaveLength(200);
  });

  test('ends the text of a file at the end of a line, within 20,000 characters', async () => {
    const lines = (word: string) => `${word.repeat(99)}\n`.repeat(240);
    const group = await only({ 'all/x': lines('a') }, { 'all/x': lines('b') });
    expect(group.truncated).toBe(true);
    const text = group.files[0]?.unified ?? '';
    expect(text.length).toBeGreaterThan(19_800);
    expect(text.length).toBeLessThanOrEqual(20_000);
    expect(text.endsWith('a\n')).toBe(true);
  });

  test('has 200,000 characters of text in all, and names the other files', async () => {
    const long = (n: number) => `${String(n).repeat(50)}\n`.repeat(100);
    const group = await only(
      numbered(100, () => 'x\n'),
      numbered(100, long),
    );
    expect(group).toMatchObject({ truncated: true, files: { length: 100 } });
    const texts = group.files.map(({ unified }) => unified?.length ?? 0);
    expect(texts.reduce((sum, length) => sum + length)).toBeLessThanOrEqual(200_000);
    expect(texts.slice(0, 20).every((length) => length > 0)).toBe(true);
    expect(texts.at(-1)).toBe(0);
  });

  test('names a file above 256 KiB, and one that is another altogether, without text', async () => {
    const large = `${'x'.repeat(63)}\n`.repeat(4097);
    const words = (word: string) => Array.from({ length: 600 }, (_, n) => `${word}${n}\n`).join('');
    const before = { 'all/large': large, 'all/other': words('a') };
    const group = await only(before, { 'all/large': `${large}y\n`, 'all/other': words('b') });
    expect(group.files).toEqual([
      { path: 'large', change: 'changed' },
      { path: 'other', change: 'changed' },
    ]);
    expect(group.truncated).toBe(true);
  });

  test('compares no more than 8 MiB', async () => {
    const zone = (n: number) => `${'x'.repeat(99)}\n`.repeat(2000) + `${n}\n`;
    const group = await only(
      numbered(30, () => zone(-1)),
      numbered(30, (n) => zone(n)),
    );
    expect(group.files.filter(({ unified }) => unified !== undefined)).toHaveLength(20);
    expect(group.truncated).toBe(true);
  });

  test('is of 50 groups, those of the first hosts of the plan, and says that it leaves hosts out', async () => {
    const ids = Array.from({ length: 52 }, (_, n) => `ns${n}.ams`);
    const from = await running(Object.fromEntries(ids.map((id) => [`host/${id}/x`, 'a\n'])));
    const { diff, leftOut } = await diffOf(
      ids.map((id) => host(id, from)),
      { 'all/x': 'b\n' },
    );
    expect(diff.flatMap(({ hosts }) => hosts)).toEqual(ids.slice(0, 50));
    expect(leftOut).toEqual(['the diff is of 50 groups of hosts; 2 hosts in further groups are left out']);
  });

  test('reads 50 of the generations that hosts run: the others are left out, and not called unknown', async () => {
    const hosts = [];
    for (let n = 0; n < 51; n += 1) hosts.push(host(`ns${n}.ams`, await running({ 'all/x': String(n) })));
    const { diff, leftOut } = await diffOf(hosts, { 'all/x': 'b\n' });
    expect(diff.map(({ known }) => known)).toEqual(Array(50).fill(true));
    expect(leftOut).toHaveLength(1);
  });

  test('names a file that the store has lost', async () => {
    const from = await running({ 'all/x': 'a\n' });
    store.file = async () => null;
    const { diff } = await diffOf([host('ns1.ams', from)], { 'all/x': 'b\n' });
    expect(diff).toMatchObject([{ files: [{ path: 'x', change: 'changed' }], truncated: true }]);
  });
});
