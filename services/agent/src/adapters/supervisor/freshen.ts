import { lutimes, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@breakwater/shared';

const AHEAD_MS = 2000;

/**
 * Gives every file of a folder a time that is newer than any load so far. named (9.18, `zone_load`) skips a zone file that is not
 * newer than what it loaded last, and still says "reloading zones succeeded": a tree that was staged before the
 * daemon's last start, or that was live before, would otherwise be reloaded without being read.
 */
export async function freshen(tree: string, clock: Clock): Promise<void> {
  // Ahead of the clock: what was loaded in this very second would not count as older otherwise.
  const soon = new Date(clock.now() + AHEAD_MS);
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    // A symbolic link may lead to a file that is not the bundle's, also one that was put here since the look.
    if (entry.isFile()) await lutimes(join(entry.parentPath, entry.name), soon, soon);
  }
}
