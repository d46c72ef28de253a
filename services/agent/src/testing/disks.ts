import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disk } from '../adapters/disk/interface.ts';
import { nodeDisk } from '../adapters/disk/node-disk.ts';
import { SimulatedDisk } from './simulated-disk.ts';

/** A disk with an empty folder on it, for one test. */
export interface Scratch {
  disk: Disk;
  folder: string;
  /** Writes a file, over what is there if need be. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

async function scratch(disk: Disk, folder: string): Promise<Scratch> {
  return {
    disk,
    folder,
    async write(path, content) {
      await disk.rm(path, { force: true });
      const file = await disk.open(path, 'wx', 0o644);
      await file.writeFile(content);
      await file.close();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The disks that must not differ: what holds on the simulated one would otherwise prove nothing of a real one. */
export const DISKS: Record<'real' | 'simulated', () => Promise<Scratch>> = {
  real: async () => scratch(nodeDisk, await mkdtemp(join(tmpdir(), 'breakwater-disk-'))),
  simulated: async () => ({
    ...(await scratch(new SimulatedDisk().for({ dead: false }), '/tmp')),
    remove: async () => undefined,
  }),
};
