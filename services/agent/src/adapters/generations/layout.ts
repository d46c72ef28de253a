import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Digest } from '@breakwater/shared';
import type { Disk } from '../disk/interface.ts';
import { hasCode, makeFolder } from '../durable.ts';

/** Where things are in the store of a host. */
export interface Layout {
  generations: string;
  objects: string;
  /** The folder of a generation, with `tree/` and `contents.json`. */
  folderOf: (generation: Digest) => string;
  treeOf: (generation: Digest) => string;
  /** A new path for something that is being written; a rename then puts it where it belongs. */
  temporary: () => string;
}

/** Where the tree of a generation is, in the store at a real path; the managed root links to exactly this. */
export function treeIn(storeDir: string, generation: Digest): string {
  return join(storeDir, 'generations', generation, 'tree');
}

/**
 * Makes the folders of a store, and removes what a killed agent was in the middle of writing:
 *
 * - `objects/<2 digits>/<digest>`: contents of bundle files, as fetched;
 * - `generations/<digest>/tree/…`: what the managed root links to, and beside it `contents.json`;
 * - `tmp/<process id>-…`: what is being written.
 */
export async function openLayout(store: string, disk: Disk): Promise<Layout> {
  await makeFolder(store, disk);
  // Links are compared as text: a path must always be spelt in the same way.
  const storeDir = await disk.realpath(store);
  const [generations, objects, tmp] = ['generations', 'objects', 'tmp'].map((name) =>
    join(storeDir, name),
  ) as [string, string, string];
  for (const folder of [generations, objects, tmp]) await makeFolder(folder, disk);
  // What cannot be removed now is removed at a later start: a disk that is read-only keeps no agent from its work.
  await removeLeftovers(tmp, disk).catch(() => undefined);
  return {
    generations,
    objects,
    folderOf: (generation) => join(generations, generation),
    treeOf: (generation) => treeIn(storeDir, generation),
    temporary: () => join(tmp, `${process.pid}-${randomUUID()}`),
  };
}

/** What another living process is writing stays: somebody may run `breakwater-agent revert` beside the agent. */
async function removeLeftovers(tmp: string, disk: Disk): Promise<void> {
  const names = await disk.readdir(tmp);
  const leftovers = names.filter((name) => {
    const pid = Number.parseInt(name, 10);
    return !(pid > 0) || pid === process.pid || !isAlive(pid);
  });
  await Promise.all(leftovers.map((name) => disk.rm(join(tmp, name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
