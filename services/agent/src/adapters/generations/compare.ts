import type { FileDifference } from '../../core/difference.ts';
import type { TreeEntry } from './contents.ts';

/** How one tree differs from another: links and empty folders count like files. Both lists as recorded. */
export function compareTrees(before: readonly TreeEntry[], now: readonly TreeEntry[]): FileDifference {
  const [old, young] = [byPath(before), byPath(now)];
  return {
    added: [...young.keys()].filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !young.has(path)),
    changed: now
      .filter((entry) => {
        const was = old.get(entry.path);
        return was !== undefined && !isSame(was, entry);
      })
      .map(({ path }) => path),
  };
}

function byPath(tree: readonly TreeEntry[]): Map<string, TreeEntry> {
  return new Map(tree.map((entry) => [entry.path, entry]));
}

function isSame(a: TreeEntry, b: TreeEntry): boolean {
  if ('sha256' in a) return 'sha256' in b && a.sha256 === b.sha256;
  return 'link' in a ? 'link' in b && a.link === b.link : 'emptyFolder' in b;
}
