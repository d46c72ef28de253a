import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Digest } from '@breakwater/shared';
import { z } from 'zod';
import type { Disk } from '../disk/interface.ts';
import { nodeDisk } from '../disk/node-disk.ts';

const RegularFile = z.strictObject({ path: z.string(), sha256: Digest, size: z.int().min(0) });
const Link = z.strictObject({ path: z.string(), link: z.string() });
const EmptyFolder = z.strictObject({ path: z.string(), emptyFolder: z.literal(true) });

/** A file, a symbolic link or an empty folder of a tree. */
export const TreeEntry = z.union([RegularFile, Link, EmptyFolder]);
export type TreeEntry = z.infer<typeof TreeEntry>;

/** What is recorded beside the tree of a generation when it is built. */
export const Contents = z.strictObject({
  version: z.literal(1),
  tree: z.array(TreeEntry),
  /** Contents of the bundle's files, as fetched, for as long as this generation is kept. */
  sources: z.array(Digest),
  /** Permissions of the files and folders, by path (`''` is the tree itself); those of old records are not known. */
  modes: z.record(z.string(), z.int().min(0).max(0o7777)).optional(),
});
export type Contents = z.infer<typeof Contents>;

/**
 * Lists what a tree holds, sorted by path.
 * @throws for sockets, devices and pipes.
 */
export async function listTree(root: string, disk: Disk = nodeDisk): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const strange: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const names = await disk.readdir(join(root, folder));
    if (names.length === 0) entries.push({ path: folder, emptyFolder: true });
    for (const name of names) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const full = join(root, path);
      const stat = await disk.lstat(full);
      if (stat.isDirectory()) await visit(path);
      else if (stat.isFile()) entries.push({ path, sha256: await digestOfFile(full, disk), size: stat.size });
      else if (stat.isSymbolicLink()) entries.push({ path, link: await disk.readlink(full) });
      else strange.push(path);
    }
  };
  await visit('');
  if (strange.length > 0) {
    throw new Error(`${root} holds what is neither a file nor a folder: ${strange.slice(0, 10).join(', ')}`);
  }
  return entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The permissions of everything in a tree that has any: all but links. */
export async function modesOf(
  root: string,
  tree: readonly TreeEntry[],
  disk: Disk,
): Promise<Record<string, number>> {
  const paths = new Set(['']);
  for (const { path } of tree.filter((entry) => !('link' in entry))) {
    for (let at = path; at !== '' && !paths.has(at); at = at.split('/').slice(0, -1).join('/')) paths.add(at);
  }
  const modes: Record<string, number> = {};
  for (const path of paths) modes[path] = (await disk.lstat(join(root, path))).mode & 0o7777;
  return modes;
}

const CHUNK = 64 * 1024;

/** In pieces: a zone may be larger than what the agent should hold in memory. */
async function digestOfFile(path: string, disk: Disk): Promise<Digest> {
  const hash = createHash('sha256');
  const handle = await disk.open(path, 'r');
  try {
    const piece = Buffer.alloc(CHUNK);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, CHUNK, null);
      if (bytesRead === 0) return hash.digest('hex') as Digest;
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
