import { chmod, chown, copyFile, lstat, mkdir, readlink, realpath, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { hasCode, syncFile, syncFolder } from '../durable.ts';
import { listTree, type TreeEntry } from './contents.ts';

/**
 * The folder that a managed root shows before Breakwater has ever changed it.
 * @throws when the root is no symbolic link, with what to do about it.
 */
export async function treeToAdopt(root: string): Promise<string> {
  try {
    if ((await lstat(root)).isSymbolicLink()) return await realpath(root);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw new Error(`${root} does not lead anywhere; make it a symbolic link to the daemon's configuration`, {
      cause: error,
    });
  }
  throw new Error(
    `${root} must be a symbolic link, so that a change can be swapped in as a whole. ` +
      `Stop the daemon, then: mv ${root} ${root}.original && ln -s ${root}.original ${root}`,
  );
}

/**
 * Copies a tree, with modes and owners: it may hold keys that only the daemon can read.
 * @throws when it holds something that cannot be copied faithfully.
 */
export async function copyTree(from: string, to: string): Promise<TreeEntry[]> {
  const entries = await listTree(from);
  const outside = entries.filter((entry) => 'link' in entry && !staysInside(from, entry.path, entry.link));
  if (outside.length > 0) {
    const paths = outside
      .slice(0, 10)
      .map(({ path }) => path)
      .join(', ');
    throw new Error(
      `${from} has symbolic links that are absolute or lead out of it (${paths}); replace them by files`,
    );
  }
  const folders = new Set<string>();
  await makeLike(from, to, '.', folders);
  for (const entry of entries) {
    await makeLike(from, to, dirname(entry.path), folders);
    await copyEntry(from, to, entry, folders);
  }
  for (const folder of folders) await syncFolder(join(to, folder));
  // Listed again: it must be what was written, also if somebody edited the original meanwhile.
  return listTree(to);
}

function staysInside(root: string, path: string, link: string): boolean {
  const way = relative(root, resolve(root, dirname(path), link));
  return !isAbsolute(link) && way !== '..' && !way.startsWith('../');
}

async function makeLike(from: string, to: string, folder: string, made: Set<string>): Promise<void> {
  if (made.has(folder)) return;
  if (folder !== '.') await makeLike(from, to, dirname(folder), made);
  await mkdir(join(to, folder));
  await dressLike(join(from, folder), join(to, folder));
  made.add(folder);
}

async function copyEntry(from: string, to: string, entry: TreeEntry, made: Set<string>): Promise<void> {
  const source = join(from, entry.path);
  const copy = join(to, entry.path);
  if ('emptyFolder' in entry) return makeLike(from, to, entry.path, made);
  if ('link' in entry) return symlink(await readlink(source), copy);
  await copyFile(source, copy);
  await dressLike(source, copy);
  await syncFile(copy);
}

async function dressLike(original: string, copy: string): Promise<void> {
  const { mode, uid, gid } = await stat(original);
  if (process.getuid?.() === 0) await chown(copy, uid, gid);
  await chmod(copy, mode & 0o7777);
}
