import { dirname, join } from 'node:path';
import { type Digest, sha256 as digestOf } from '@breakwater/shared';
import type { Disk } from '../disk/interface.ts';
import { hasCode, makeFolder, readIfThere, renameSynced, writeSynced } from '../durable.ts';

/** Contents of bundle files as they were fetched, each under its own digest. */
export interface Objects {
  has(sha256: Digest, size: number): Promise<boolean>;
  /** @throws when it is not there, or is not what it was. */
  get(sha256: Digest): Promise<Buffer>;
  put(sha256: Digest, content: Uint8Array): Promise<void>;
  prune(keep: ReadonlySet<string>): Promise<void>;
}

/** Keeps objects in a folder. `temporary` gives a path on the same file system for what is being written. */
export function folderObjects(folder: string, temporary: () => string, disk: Disk): Objects {
  const pathOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256);
  return {
    async has(sha256, size) {
      try {
        return (await disk.stat(pathOf(sha256))).size === size;
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return false;
        throw error;
      }
    },

    async get(sha256) {
      const content = await readIfThere(pathOf(sha256), disk);
      if (content === null) throw new Error(`the content ${sha256} has not been fetched`);
      if (digestOf(content) === sha256) return content;
      // Away with it, so that it counts as missing and is fetched again.
      await disk.rm(pathOf(sha256), { force: true });
      throw new Error(`the content ${sha256} is damaged on disk and must be fetched again`);
    },

    async put(sha256, content) {
      const actual = digestOf(content);
      if (actual !== sha256) throw new Error(`content with the digest ${actual} was received as ${sha256}`);
      const path = pathOf(sha256);
      await makeFolder(dirname(path), disk);
      const written = temporary();
      // Only the agent reads them, and a tree that was found in place may hold keys.
      await writeSynced(written, content, 0o600, disk);
      await renameSynced(written, path, disk);
    },

    async prune(keep) {
      for (const shelf of await disk.readdir(folder)) {
        const unneeded = (await disk.readdir(join(folder, shelf))).filter((sha256) => !keep.has(sha256));
        await Promise.all(unneeded.map((sha256) => disk.rm(join(folder, shelf, sha256), { force: true })));
      }
    },
  };
}
