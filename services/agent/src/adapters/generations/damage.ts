import { canonicalJson } from '@breakwater/shared';
import type { Damage } from '../../core/drift.ts';
import type { TreeEntry } from './contents.ts';

/** How a tree differs from what was recorded, sorted by path. */
export function damageOf(recorded: readonly TreeEntry[], found: readonly TreeEntry[]): Damage[] {
  const now = byPath(found);
  const before = byPath(recorded);
  const gone = recorded
    .filter(({ path }) => !now.has(path))
    .map(({ path }) => ({ path, how: 'missing' }) as const);
  const changed = found.flatMap((entry): Damage[] => {
    const was = before.get(entry.path);
    if (was === undefined) return [{ path: entry.path, how: 'added' }];
    return canonicalJson(was) === canonicalJson(entry) ? [] : [{ path: entry.path, how: 'changed' }];
  });
  return [...gone, ...changed].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function byPath(entries: readonly TreeEntry[]): Map<string, TreeEntry> {
  return new Map(entries.map((entry) => [entry.path, entry]));
}
