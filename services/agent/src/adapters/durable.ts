import { dirname } from 'node:path';
import type { Disk, FileStat } from './disk/interface.ts';
import { nodeDisk } from './disk/node-disk.ts';

/** Whether an error of the file system has one of these codes (`ENOENT`, …). */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Waits until the content of a file is on disk. */
export async function syncFile(path: string, disk: Disk = nodeDisk): Promise<void> {
  const handle = await disk.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes names in a folder durable. After a power cut a new or renamed file may be gone, although its content
 * was synchronised, until the folder that names it has been as well.
 */
export function syncFolder(folder: string, disk: Disk = nodeDisk): Promise<void> {
  return syncFile(folder, disk);
}

/** Writes a new file and waits until its content is on disk; its name is durable after `syncFolder`. */
export async function writeSynced(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
  disk: Disk = nodeDisk,
): Promise<void> {
  const handle = await disk.open(path, 'wx', mode);
  try {
    // The umask takes bits away when a file is created; the daemon runs as another user and must read it.
    await handle.chmod(mode);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Renames, over what is there if need be, and waits until the new name is durable. */
export async function renameSynced(from: string, to: string, disk: Disk = nodeDisk): Promise<void> {
  await disk.rename(from, to);
  await syncFolder(dirname(to), disk);
}

/** Makes a folder that others may read, with its parents, and waits until its name is durable. */
export async function makeFolder(path: string, disk: Disk = nodeDisk): Promise<void> {
  const first = await disk.mkdir(path, { recursive: true, mode: 0o755 });
  if (first !== undefined) await syncFolder(dirname(first), disk);
}

/** Reads a file; `null` when there is none. */
export async function readIfThere(
  path: string,
  disk: Pick<Disk, 'readFile'> = nodeDisk,
): Promise<Buffer | null> {
  try {
    return await disk.readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Looks at what stands at a path itself, whatever a link there leads to; `null` when nothing does. */
export async function statIfThere(path: string, disk: Pick<Disk, 'lstat'>): Promise<FileStat | null> {
  try {
    return await disk.lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
