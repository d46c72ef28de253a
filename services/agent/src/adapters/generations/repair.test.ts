import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openGenerations } from './file-generations.ts';

let home: string;
let root: string;
const open = () => openGenerations({ root, storeDir: join(home, 'store') });

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'breakwater-repair-'));
  root = join(home, 'root');
  await mkdir(join(home, 'initial', 'keys'), { recursive: true });
  await writeFile(join(home, 'initial', 'named.conf'), 'options { };');
  await writeFile(join(home, 'initial', 'keys', 'key'), 'secret');
  await chmod(join(home, 'initial', 'keys', 'key'), 0o640);
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('whatever somebody did to a live tree is named, and undone byte for byte, by a later agent too', async () => {
  await symlink('initial', root);
  const generation = await (await open()).adopt();
  await rm(join(root, 'keys'), { recursive: true });
  await writeFile(join(root, 'keys'), 'a file where a folder was');
  await writeFile(join(root, 'named.conf'), 'edited');
  await writeFile(join(root, 'extra'), '');
  const generations = await open();
  const damage = [
    { path: 'extra', how: 'added' },
    { path: 'keys', how: 'added' },
    { path: 'keys/key', how: 'missing' },
    { path: 'named.conf', how: 'changed' },
  ];
  expect(await generations.damage(generation)).toEqual(damage);
  expect(await generations.repair(generation)).toEqual(damage);
  expect(await generations.damage(generation)).toEqual([]);
  expect(await readFile(join(root, 'keys', 'key'), 'utf8')).toBe('secret');
  expect(await readdir(join(home, 'store', 'tmp'))).toEqual([]);
});

test('what is kept for a repair survives a clean-up, and is for nobody else to read', async () => {
  await symlink('initial', root);
  const generations = await open();
  const generation = await generations.adopt();
  await generations.prune([generation]);
  const objects = await readdir(join(home, 'store', 'objects'), { recursive: true });
  const modes = await Promise.all(objects.map((name) => stat(join(home, 'store', 'objects', name))));
  const files = modes.filter((each) => each.isFile());
  expect(files).toHaveLength(2);
  expect(files.every(({ mode }) => (mode & 0o077) === 0)).toBe(true);
});

test('an edited live tree becomes a generation of its own, and the one before stays', async () => {
  await symlink('initial', root);
  const generations = await open();
  const before = await generations.adopt();
  await writeFile(join(root, 'named.conf'), 'edited');
  const after = await generations.adopt();
  expect(after).not.toBe(before);
  expect(await generations.live()).toBe(after);
  expect(await generations.damage(after)).toEqual([]);
  expect(await generations.damage(before)).toMatchObject([{ path: 'named.conf' }]);
  await generations.repair(before);
  expect(await generations.intact(before)).toBe(true);
});

test('a plain folder is taken only when somebody says so, and what is in the way is named', async () => {
  await rename(join(home, 'initial'), root);
  const generations = await open();
  await expect(generations.adopt()).rejects.toThrow('breakwater-agent adopt');
  await mkdir(`${root}.original`);
  await expect(generations.adopt({ takeFolder: true })).rejects.toThrow('is there already');
  expect((await lstat(root)).isDirectory()).toBe(true);
  await rm(`${root}.original`, { recursive: true });
  await generations.adopt({ takeFolder: true });
  expect((await lstat(root)).isSymbolicLink()).toBe(true);
  expect(await readFile(join(root, 'named.conf'), 'utf8')).toBe('options { };');
});

test('a folder that was moved aside by somebody who was killed then is linked to again', async () => {
  await rename(join(home, 'initial'), `${root}.original`);
  await symlink('root.original', `${root}.to-original`);
  const generations = await open();
  expect(await readFile(join(root, 'named.conf'), 'utf8')).toBe('options { };');
  await generations.adopt();
  expect(await generations.live()).not.toBeNull();
});

test('what is put back has the permissions that it had, files and folders', async () => {
  await symlink('initial', root);
  await chmod(join(home, 'initial', 'keys'), 0o710);
  await chmod(join(home, 'initial', 'keys', 'key'), 0o640);
  const generations = await open();
  const generation = await generations.adopt();
  await rm(join(root, 'keys'), { recursive: true });
  await rm(join(root, 'named.conf'));
  await generations.repair(generation);
  const modes = await Promise.all(
    ['keys', 'keys/key', 'named.conf'].map(async (path) => (await stat(join(root, path))).mode & 0o777),
  );
  expect(modes).toEqual([0o710, 0o640, 0o644]);
});

test.each(['folder', 'file'])(
  'a %s in the place of the link is moved aside, and nothing of it is lost',
  async (what) => {
    await symlink('initial', root);
    const generations = await open();
    const generation = await generations.adopt();
    expect(await generations.inTheWay()).toBeNull();
    for (const number of [1, 2]) {
      await rm(root);
      if (what === 'folder') await mkdir(join(root, 'mine'), { recursive: true });
      else await writeFile(root, 'mine');
      expect(await generations.inTheWay()).toBe(`${root}.found-${number}`);
      await generations.switchTo(generation);
      expect(await generations.live()).toBe(generation);
      const found = await stat(`${root}.found-${number}`);
      expect(found.isDirectory()).toBe(what === 'folder');
    }
  },
);

test('a link that is gone is not made to lead to a folder that was moved aside long ago', async () => {
  await rename(join(home, 'initial'), root);
  await (await open()).adopt({ takeFolder: true });
  await rm(root);
  expect(await (await open()).live()).toBeNull();
  await expect(lstat(root)).rejects.toThrow('ENOENT');
});
