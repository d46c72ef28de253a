import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Disk } from '../disk/interface.ts';
import { hasCode, syncFile, syncFolder } from '../durable.ts';
import { listTree, type TreeEntry } from './contents.ts';

/**
 * The folder that a managed root shows before Breakwater has ever changed it.
 * @param takeFolder whether the root may be a plain folder; see `moveAside`
 * @throws when it can not be taken over, with what to do about it.
 */
export async function treeToAdopt(root: string, takeFolder: boolean, disk: Disk): Promise<string> {
  try {
    const found = await disk.lstat(root);
    if (found.isSymbolicLink()) return await disk.realpath(root);
    if (found.isDirectory() && takeFolder) return root;
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw new Error(`${root} does not lead anywhere; make it a symbolic link to the daemon's configuration`, {
      cause: error,
    });
  }
  throw new Error(
    `${root} must be a symbolic link, so that a change can be swapped in as a whole. Have it made one with ` +
      '`breakwater-agent adopt --reason "…"`, or by hand: stop the daemon, then ' +
      `mv ${root} ${root}.original && ln -s ${root}.original ${root}`,
  );
}

/**
 * Makes a managed root that is a plain folder a link to that folder, under its new name `<root>.original`. No
 * system call of Node does both at once, so the link is made first, and waits beside the root; who starts after a crash
 * between the two renames does the second one (`finishMove`).
 * @throws when something is in the way; the folder is then where it was.
 */
export async function moveAside(root: string, disk: Disk): Promise<void> {
  const aside = asideOf(root);
  if (await isThere(aside, disk)) {
    throw new Error(`${root} is to be moved to ${aside}, which is there already; move that away first`);
  }
  await disk.rm(waitingLink(root), { force: true });
  await disk.symlink(basename(aside), waitingLink(root));
  await syncFolder(dirname(root), disk);
  await disk.rename(root, aside);
  await finishMove(root, disk);
}

/**
 * Puts the link into place that a crash has kept `moveAside` from putting there. A root that is gone for any other
 * reason is left alone, also beside a folder that was moved aside long ago: what that held, nobody wants back.
 */
export async function finishMove(root: string, disk: Disk): Promise<void> {
  if ((await isThere(root, disk)) || !(await isThere(waitingLink(root), disk))) return;
  await disk.rename(waitingLink(root), root);
  await syncFolder(dirname(root), disk);
}

const waitingLink = (root: string): string => `${root}.to-original`;
const asideOf = (root: string): string => `${root}.original`;

async function isThere(path: string, disk: Disk): Promise<boolean> {
  try {
    await disk.lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/**
 * Copies a tree, with modes and owners: it may hold keys that only the daemon can read.
 * @throws when it holds something that cannot be copied faithfully.
 */
export async function copyTree(from: string, to: string, disk: Disk): Promise<TreeEntry[]> {
  const entries = await listTree(from, disk);
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
  const copy: Copy = { from, to, disk, made: new Set() };
  await makeLike(copy, '.');
  for (const entry of entries) {
    await makeLike(copy, dirname(entry.path));
    await copyEntry(copy, entry);
  }
  for (const folder of copy.made) await syncFolder(join(to, folder), disk);
  // Listed again: it must be what was written, also if somebody edited the original meanwhile.
  return listTree(to, disk);
}

function staysInside(root: string, path: string, link: string): boolean {
  const way = relative(root, resolve(root, dirname(path), link));
  return !isAbsolute(link) && way !== '..' && !way.startsWith('../');
}

/** A copy under way, and the folders (relative) that it has made. */
interface Copy {
  from: string;
  to: string;
  disk: Disk;
  made: Set<string>;
}

async function makeLike(copy: Copy, folder: string): Promise<void> {
  const { from, to, disk, made } = copy;
  if (made.has(folder)) return;
  if (folder !== '.') await makeLike(copy, dirname(folder));
  await disk.mkdir(join(to, folder));
  await dressLike(join(from, folder), join(to, folder), disk);
  made.add(folder);
}

async function copyEntry(copy: Copy, entry: TreeEntry): Promise<void> {
  const { from, to, disk } = copy;
  const source = join(from, entry.path);
  const target = join(to, entry.path);
  if ('emptyFolder' in entry) return makeLike(copy, entry.path);
  if ('link' in entry) return disk.symlink(await disk.readlink(source), target);
  await disk.copyFile(source, target);
  await dressLike(source, target, disk);
  await syncFile(target, disk);
}

async function dressLike(original: string, copy: string, disk: Disk): Promise<void> {
  const { mode, uid, gid } = await disk.stat(original);
  if (process.getuid?.() === 0) await disk.chown(copy, uid, gid);
  await disk.chmod(copy, mode & 0o7777);
}
