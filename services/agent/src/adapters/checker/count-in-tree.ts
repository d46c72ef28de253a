import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ConfiguredZone } from '../../core/configuration.ts';
import { isBelow } from './outside-paths.ts';
import { countWritten } from './written-records.ts';

/** A file may take in others, which may do so in turn: what takes in itself twice would never end. */
const MAX_FILES = 1000;

/**
 * Counts the records of a zone from its file and what that takes in, as they are written.
 * @param directory where relative paths begin, as the daemon sees it.
 * @returns `null` when that cannot tell: for a file that is not text, or not in the tree.
 */
export async function countInTree(
  tree: string,
  { file, format }: ConfiguredZone,
  { root, directory }: { root: string; directory: string },
): Promise<number | null> {
  if (file === null || format !== 'text') return null;
  let records = 0;
  const files = [file];
  for (const [at, path] of files.entries()) {
    if (at >= MAX_FILES || !isBelow(path, [root])) return null;
    const text = await readFile(join(tree, path.slice(root.length)), 'latin1').catch(() => null);
    const written = text === null ? null : countWritten(text);
    if (written === null) return null;
    records += written.records;
    files.push(...written.includes.map((each) => resolve(directory, each)));
  }
  return records;
}
