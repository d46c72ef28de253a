import { dirname, join } from 'node:path';
import type { Damage } from '../../core/drift.ts';
import type { Disk, FileStat } from '../disk/interface.ts';
import { hasCode, makeFolder, renameSynced, syncFolder, writeSynced } from '../durable.ts';
import type { TreeEntry } from './contents.ts';
import type { Objects } from './objects.ts';

/** A tree that is to be put right, and where what belongs in it is kept. */
export interface Repair {
  tree: string;
  recorded: readonly TreeEntry[];
  objects: Objects;
  /** A new path on the same file system. */
  temporary: () => string;
  disk: Disk;
}

/**
 * Puts back, file by file, what was recorded: each with one rename, so that a daemon that reads the tree
 * meanwhile finds whole files. Done again after a crash it does what is left.
 * @throws when a content is not kept on this host; what needs it is then left as it is.
 */
export async function repairTree(repair: Repair, damage: readonly Damage[]): Promise<void> {
  const entries = new Map(repair.recorded.map((entry) => [entry.path, entry]));
  // What does not belong goes first: a file may stand where a folder has to be, or the other way round.
  for (const { path, how } of damage) {
    if (how !== 'added') continue;
    await repair.disk.rm(join(repair.tree, path), { recursive: true, force: true });
  }
  for (const { path, how } of damage) {
    const entry = entries.get(path);
    if (how !== 'added' && entry !== undefined) await putBack(repair, entry);
  }
}

async function putBack(repair: Repair, entry: TreeEntry): Promise<void> {
  const { tree, disk, temporary } = repair;
  const path = join(tree, entry.path);
  await makeFolder(dirname(path), disk);
  const there = await statIfThere(disk, path);
  if (there?.isDirectory() === true) await disk.rm(path, { recursive: true, force: true });
  if ('emptyFolder' in entry) return makeFolder(path, disk);
  const written = temporary();
  if ('link' in entry) await disk.symlink(entry.link, written);
  else await writeFile(repair, entry, written, there?.isFile() === true ? there : null);
  await renameSynced(written, path, disk);
  await syncFolder(dirname(path), disk);
}

async function writeFile(
  { objects, disk, tree }: Repair,
  entry: Extract<TreeEntry, { sha256: string }>,
  path: string,
  there: FileStat | null,
): Promise<void> {
  const folder = await disk.lstat(dirname(join(tree, entry.path)));
  const content = await objects.get(entry.sha256);
  // A file that is gone has taken its mode along. It may have been a key: not for everybody to read, but for
  // the group that owns the folder, as Debian has it for the files of bind.
  const like = there ?? { mode: 0o640, uid: folder.uid, gid: folder.gid };
  await writeSynced(path, content, like.mode & 0o7777, disk);
  if (process.getuid?.() === 0) await disk.chown(path, like.uid, like.gid);
}

async function statIfThere(disk: Disk, path: string): Promise<FileStat | null> {
  try {
    return await disk.lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
