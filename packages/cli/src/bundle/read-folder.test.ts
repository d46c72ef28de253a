import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BUNDLE_LIMITS } from '@breakwater/shared';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFolder, readFolder } from './read-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

test('a folder is the files below it, as they are', async () => {
  const files = { 'all/named.conf.tmpl': 'options {};\n', 'host/ns1.ams/extra.conf': '\uFEFFé\r\n' };
  await put({ ...files, 'datacenter/ams/empty': '' });
  expect(await readFolder(folder)).toEqual({ files: { ...files, 'datacenter/ams/empty': '' }, leftOut: [] });
});

test('what begins with a dot is left out, and said', async () => {
  await put({ 'all/a': 'a', '.git/HEAD': 'x', 'all/.a.swp': 'x', '.DS_Store': 'x' });
  const { files, leftOut } = await readFolder(folder);
  expect(Object.keys(files)).toEqual(['all/a']);
  expect(leftOut).toEqual(['.DS_Store', '.git', 'all/.a.swp']);
});

test('links are refused, wherever they lead', async () => {
  await put({ 'all/a': 'a' });
  await symlink('/etc/passwd', join(folder, 'all/passwd'));
  await symlink('a', join(folder, 'all/b'));
  await symlink('/etc', join(folder, 'host'));
  await expect(readFolder(folder)).rejects.toThrow(
    /all\/passwd is a symbolic link[^]*all\/b is a symbolic link|all\/b is a symbolic link[^]*all\/passwd/,
  );
  await expect(readFolder(folder)).rejects.toThrow(/host is a symbolic link/);
  await symlink(folder, join(folder, 'self'));
  expect(await isFolder(join(folder, 'self'))).toBe(false);
});

test('a pipe is refused, and not waited for', async () => {
  await put({ 'all/a': 'a' });
  execFileSync('mkfifo', [join(folder, 'all/pipe')]);
  await expect(readFolder(folder)).rejects.toThrow(/all\/pipe is no plain file/);
});

test('what is not text is refused, all of it at once', async () => {
  await put({ 'all/picture': Uint8Array.of(0x89, 0x50, 0xff), 'all/zero': 'a\0b', 'all/fine': 'fine' });
  await expect(readFolder(folder)).rejects.toThrow(/all\/picture is not text[^]*all\/zero is not text/);
});

test('paths that no bundle may have are refused with the reason', async () => {
  await put({
    'named.conf': 'x',
    'all/K.example.com.+013+00001.private': 'x',
    'other/a': 'x',
    'all/A': 'x',
    'all/a': 'y',
  });
  const told = await readFolder(folder).catch((error: unknown) => (error as Error).message);
  expect(told).toContain('named.conf must begin with all/, datacenter/<name>/ or host/<id>/');
  expect(told).toContain('it belongs outside the bundle');
  expect(told).toContain('differs from "all/A" only by case');
});

test('a file that is too large is refused before it is read', async () => {
  await put({ 'all/large': new Uint8Array(BUNDLE_LIMITS.fileBytes + 1).fill(0x61) });
  await expect(readFolder(folder)).rejects.toThrow(/all\/large is larger than 8 MiB/);
});

test('an empty folder, and one that is not there, are said to be so', async () => {
  await expect(readFolder(folder)).rejects.toThrow(/holds no file/);
  await expect(readFolder(join(folder, 'gone'))).rejects.toThrow(/There is no folder or file/);
  await expect(isFolder(join(folder, 'gone'))).rejects.toThrow(/There is no folder or file/);
});
