import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readChange } from './submission.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'submission-'));
  await mkdir(join(home, 'named/all'), { recursive: true });
  await writeFile(join(home, 'named/all/named.conf'), 'options {};\n');
});
afterAll(() => rm(home, { recursive: true }));

const NONE = { datacenter: [], host: [] };
const FILES = { 'all/named.conf': 'options {};\n' };

async function file(text: string): Promise<string> {
  const path = join(home, 'rollout.yaml');
  await writeFile(path, text);
  return path;
}

test('a folder with flags is a submission', async () => {
  const flags = { title: 't', reason: 'r', soak: '2s', maxHosts: 4, datacenter: ['ams'], host: ['ns1.ams'] };
  const { submission } = await readChange(join(home, 'named'), flags);
  expect(submission).toEqual({
    title: 't',
    reason: 'r',
    bundle: { files: FILES },
    targets: { datacenters: ['ams'], hosts: ['ns1.ams'] },
    strategy: { canary: { soak: '2s' }, datacenters: { soak: '2s' }, global: { soak: '2s' } },
    expect: { maxHosts: 4 },
  });
});

test('a file may name its folder, relative to itself; the rest is sent as it stands', async () => {
  const path = await file('title: t\nreason: r\nbundle: { folder: ./named }\nanything: [1]\n');
  const { submission } = await readChange(undefined, { ...NONE, file: path });
  expect(submission).toEqual({ title: 't', reason: 'r', bundle: { files: FILES }, anything: [1] });
});

test('what is not there is told in words', async () => {
  await expect(readChange(join(home, 'gone'), { ...NONE, title: 't', reason: 'r' })).rejects.toThrow(
    /^There is no folder or file .*gone$/,
  );
});

test('what contradicts itself is refused', async () => {
  const path = await file('title: t\nbundle: { folder: ./named, digest: x }\n');
  await expect(readChange(undefined, { ...NONE, file: path })).rejects.toThrow(/a bundle is either/);
  await expect(readChange(home, { ...NONE, file: path })).rejects.toThrow(/both given/);
  await expect(readChange(undefined, { ...NONE, file: path, title: 't' })).rejects.toThrow(/title cannot/);
  await expect(readChange(undefined, NONE)).rejects.toThrow(/no change is given/);
  await expect(readChange(join(home, 'named'), { ...NONE, title: 't' })).rejects.toThrow(
    /--reason is missing/,
  );
  await expect(readChange(path, { ...NONE, title: 't', reason: 'r' })).rejects.toThrow(/is not a folder/);
  await expect(readChange(undefined, { ...NONE, file: await file('- a') })).rejects.toThrow(
    /is not a submission/,
  );
  await expect(readChange(undefined, { ...NONE, file: await file('a: 1\na: 2') })).rejects.toThrow(
    /not valid YAML/,
  );
});
