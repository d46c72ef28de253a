import { basename, dirname, join, resolve } from 'node:path';
import { Digest } from '@breakwater/shared';
import type { Disk } from '../disk/interface.ts';
import { hasCode, statIfThere, syncFolder } from '../durable.ts';

/** The symbolic link that says which generation is live. */
export interface LiveLink {
  /** The generation that it leads to; `null` when it leads elsewhere, or is no link. */
  read(): Promise<Digest | null>;
  /** Whether nothing is there at all. */
  absent(): Promise<boolean>;
  /** Where `switchTo` moves what stands in its place and is no link; `null` when nothing does. */
  inTheWay(): Promise<string | null>;
  /** Makes it lead to a generation, durably and at once. */
  switchTo(generation: Digest): Promise<void>;
  /** Removes the ways back to generations that are no longer kept. */
  prune(keep: ReadonlySet<string>): Promise<void>;
}

/**
 * The link at `root`. Beside it stand further links, `<root>.to-<digest>`: the ways to other generations.
 *
 * Switching renames one of them over `root`. The way back is made before the way forth is taken, so that going
 * back takes neither a new file nor a block of the disk: a revert must not need room on a disk that is full.
 */
export function liveLink(root: string, pathOf: (generation: Digest) => string, disk: Disk): LiveLink {
  const folder = dirname(root);
  const prefix = `${basename(root)}.to-`;
  const wayTo = (generation: Digest): string => join(folder, `${prefix}${generation}`);

  const prepare = async (generation: Digest): Promise<void> => {
    const way = wayTo(generation);
    if ((await target(way, disk)) === pathOf(generation)) return;
    await disk.rm(way, { force: true });
    await disk.symlink(pathOf(generation), way);
  };

  const read = async (): Promise<Digest | null> => {
    const path = await target(root, disk);
    const digest = Digest.safeParse(path === null ? null : basename(dirname(path)));
    return digest.success && path === pathOf(digest.data) ? digest.data : null;
  };

  const inTheWay = async (): Promise<string | null> => {
    const found = await statIfThere(root, disk);
    if (found === null || found.isSymbolicLink()) return null;
    const taken = new Set(await disk.readdir(folder));
    let number = 1;
    while (taken.has(`${basename(root)}.found-${number}`)) number += 1;
    return join(folder, `${basename(root)}.found-${number}`);
  };

  return {
    read,
    absent: async () => (await statIfThere(root, disk)) === null,
    inTheWay,

    async switchTo(generation) {
      // A link to nothing would leave the daemon without any configuration at its next start.
      await disk.lstat(pathOf(generation));
      const current = await read();
      if (current !== generation) {
        const back = (await target(wayTo(generation), disk)) === pathOf(generation);
        if (!back) {
          if (current !== null) await prepare(current);
          await prepare(generation);
        }
        const aside = await inTheWay();
        // Nothing but two renames: who is killed between them leaves no link, and that is put right at the next start.
        if (aside !== null) await disk.rename(root, aside);
        await disk.rename(wayTo(generation), root);
      }
      // Also when nothing was changed: a crash may have come between a rename and this.
      await syncFolder(folder, disk);
    },

    async prune(keep) {
      const ways = (await disk.readdir(folder)).filter((name) => name.startsWith(prefix));
      const unneeded = ways.filter((name) => !keep.has(name.slice(prefix.length)));
      await Promise.all(unneeded.map((name) => disk.rm(join(folder, name), { force: true })));
    },
  };
}

/** Where a symbolic link leads, as an absolute path; `null` when there is no symbolic link. */
async function target(link: string, disk: Disk): Promise<string | null> {
  try {
    return resolve(dirname(link), await disk.readlink(link));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EINVAL')) return null;
    throw error;
  }
}
