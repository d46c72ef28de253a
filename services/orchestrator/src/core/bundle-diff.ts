import type { DatacenterName, Digest, HostId, Manifest } from '@breakwater/shared';
import { overlaysOf } from './overlays.ts';

/** How much of a diff is answered: it is for a person to read, and the fleet waits while it is made. */
export const DIFF_BOUNDS = {
  groups: 50,
  /** Of a group. */
  files: 200,
  /** A larger file is named without text. */
  fileBytes: 256 << 10,
  /** Characters of one file's text, and of all texts together. */
  text: 20_000,
  allText: 200_000,
  /** What is read and compared in all. */
  allBytes: 8 << 20,
} as const;

/** One file of a host's tree that the change makes another. */
export interface FileDiff {
  /** Path in the tree, without `.tmpl`. */
  path: string;
  change: 'added' | 'removed' | 'changed';
  /** Both sides as they are in the bundles (templates are not rendered); absent where there was too much of it. */
  unified?: string;
}

/** What the change makes of hosts that run the same now and to which the same overlays apply. */
export interface GroupDiff {
  hosts: readonly HostId[];
  /** What they run now; `null` when they never said, or are of several generations that the store does not have. */
  from: Digest | null;
  /** Whether the store has what they run. What a host had before Breakwater, only the host has. */
  known: boolean;
  files: readonly FileDiff[];
  /** Whether files or text were left out. */
  truncated: boolean;
}

/** A host of the plan, and what it runs now. */
export interface RunningHost {
  id: HostId;
  datacenter: DatacenterName;
  from: Digest | null;
}

type Source = Manifest['files'][number];

/** A file of a tree as it comes from two bundles; `null` on the side that does not have it. */
export interface FileChange {
  path: string;
  before: Source | null;
  after: Source | null;
}

/**
 * Puts those hosts together for which the change is the same, in the order of their first host. Those of whose
 * present generation nothing is known are one group.
 * @param running the manifests of what hosts run, as far as they are known
 */
export function groupHosts(
  hosts: readonly RunningHost[],
  running: ReadonlyMap<Digest, Manifest>,
  submitted: Manifest,
): RunningHost[][] {
  const overlays = new Map([...running].map(([digest, manifest]) => [digest, namedOverlays(manifest)]));
  const after = namedOverlays(submitted);
  const keyOf = ({ id, datacenter, from }: RunningHost): string => {
    const before = from === null ? undefined : overlays.get(from);
    if (!before) return 'unknown';
    const own = [`datacenter/${datacenter}`, `host/${id}`];
    return [from, ...own.filter((overlay) => before.has(overlay) || after.has(overlay))].join(' ');
  };
  return [...Map.groupBy(hosts, keyOf).values()];
}

const namedOverlays = ({ files }: Manifest): ReadonlySet<string> => overlaysOf(files.map(({ path }) => path));

/**
 * Says which files of a host's tree another bundle changes, by path. An overlay that is hidden by a later one counts for
 * nothing, and neither does where a file comes from, as long as it is the same file.
 */
export function fileChanges(
  before: Manifest,
  after: Manifest,
  host: Pick<RunningHost, 'id' | 'datacenter'>,
): FileChange[] {
  const [old, fresh] = [treeOf(before, host), treeOf(after, host)];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].toSorted();
  return paths
    .map((path) => ({ path, before: old.get(path) ?? null, after: fresh.get(path) ?? null }))
    .filter((change) => !isSame(change));
}

/** The files of one host by their path in its tree. The agent decides this too, and refuses a bundle with two for one path. */
function treeOf({ files }: Manifest, { id, datacenter }: Pick<RunningHost, 'id' | 'datacenter'>) {
  const tree = new Map<string, Source>();
  for (const overlay of ['all/', `datacenter/${datacenter}/`, `host/${id}/`]) {
    for (const file of files) {
      if (file.path.startsWith(overlay)) tree.set(withoutSuffix(file.path.slice(overlay.length)), file);
    }
  }
  return tree;
}

const TEMPLATE = '.tmpl';
const isTemplate = ({ path }: Source): boolean => path.endsWith(TEMPLATE);
const withoutSuffix = (path: string): string =>
  path.endsWith(TEMPLATE) ? path.slice(0, -TEMPLATE.length) : path;

function isSame({ before, after }: FileChange): boolean {
  if (before === null || after === null) return false;
  return before.sha256 === after.sha256 && isTemplate(before) === isTemplate(after);
}

/** What a change does to its file. */
export function changeOf({ before, after }: FileChange): FileDiff['change'] {
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}
