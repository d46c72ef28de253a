import { dirname, join } from 'node:path';
import type { Damage } from '../../core/drift.ts';
import type { Disk, FileStat } from '../disk/interface.ts';
import { makeFolder, renameSynced, statIfThere, syncFolder, writeSynced } from '../durable.ts';
import type { TreeEntry } from './contents.ts';
import type { Objects } from './objects.ts';

/** A tree that is to be put right, and where what belongs in it is kept. */
export interface Repair {
  tree: string;
  recorded: readonly TreeEntry[];
  /** The permissions that were recorded, by path. */
  modes: Readonly<Record<string, number>>;
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
    // A tree that somebody has emptied is "added" as an empty folder; the live link leads to it.
    if (how !== 'added' || path === '') continue;
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
  await makeFolders(repair, dirname(entry.path));
  const there = await statIfThere(path, disk);
  if (there?.isDirectory() === true) await disk.rm(path, { recursive: true, force: true });
  if ('emptyFolder' in entry) return makeFolders(repair, entry.path);
  const written = temporary();
  if ('link' in entry) await disk.symlink(entry.link, written);
  else await writeFile(repair, entry, written, there?.isFile() === true ? there : null);
  await renameSynced(written, path, disk);
  await syncFolder(dirname(path), disk);
}

/** A folder that is gone has taken its permissions along: the daemon, which is another user, must be able to enter. */
async function makeFolders(repair: Repair, folder: string): Promise<void> {
  const { tree, disk, modes } = repair;
  if (folder === '.' || (await statIfThere(join(tree, folder), disk)) !== null) return;
  await makeFolders(repair, dirname(folder));
  const path = join(tree, folder);
  const { uid, gid } = await disk.lstat(dirname(path));
  await makeFolder(path, disk);
  if (process.getuid?.() === 0) await disk.chown(path, uid, gid);
  await disk.chmod(path, modes[folder] ?? 0o755);
}

async function writeFile(
  { objects, disk, tree, modes }: Repair,
  entry: Extract<TreeEntry, { sha256: string }>,
  path: string,
  there: FileStat | null,
): Promise<void> {
  const folder = await disk.lstat(dirname(join(tree, entry.path)));
  const content = await objects.get(entry.sha256);
  const { uid, gid, mode } = there ?? { uid: folder.uid, gid: folder.gid, mode: UNKNOWN_MODE };
  await writeSynced(path, content, modes[entry.path] ?? mode & 0o7777, disk);
  if (process.getuid?.() === 0) await disk.chown(path, uid, gid);
}

/**
 * For a file that is gone, of which an older agent has recorded no permissions. It may have been a key: not for everybody
 * to read, but for the group that owns the folder, as Debian has it for the files of bind.
 */
const UNKNOWN_MODE = 0o640;
