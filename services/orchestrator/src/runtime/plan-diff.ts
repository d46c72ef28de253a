import type { Digest, Manifest } from '@breakwater/shared';
import type { Store } from '../adapters/store/interface.ts';
import type { TextDiff } from '../adapters/text-diff/interface.ts';
import {
  changeOf,
  DIFF_BOUNDS,
  type FileChange,
  type FileDiff,
  fileChanges,
  type GroupDiff,
  groupHosts,
  type RunningHost,
} from '../core/bundle-diff.ts';

/** The bundle that is looked at; `files` where it is not stored. */
export interface Submitted {
  manifest: Manifest;
  files?: ReadonlyMap<Digest, Uint8Array>;
}

interface Deps {
  store: Store;
  textDiff: TextDiff;
}

/**
 * Says for each group of hosts what a bundle would change there, as far as the store has what they run.
 * @param hosts in the order of the plan: when there are too many groups, those that come last are left out.
 */
export async function planDiff(
  deps: Deps,
  hosts: readonly RunningHost[],
  submitted: Submitted,
): Promise<{ diff: GroupDiff[]; leftOut: string[] }> {
  const { running, unread } = await manifestsOf(deps.store, hosts);
  const groups = groupHosts(
    hosts.filter(({ from }) => from === null || !unread.has(from)),
    running,
    submitted.manifest,
  ).slice(0, DIFF_BOUNDS.groups);
  const texts = createTexts(deps, submitted);
  const diff: GroupDiff[] = [];
  // One after another: the texts share one budget, and a large diff must let others have their turn.
  for (const group of groups) diff.push(await groupDiff(group, running, submitted.manifest, texts));
  const left = hosts.length - groups.flat().length;
  const warning = `the diff is of ${groups.length} groups of hosts; ${left} hosts in further groups are left out`;
  return { diff, leftOut: left > 0 ? [warning] : [] };
}

/** Reads the manifests of what hosts run: as many as there may be groups, since every further one would begin another. */
async function manifestsOf(store: Store, hosts: readonly RunningHost[]) {
  const running = new Map<Digest, Manifest>();
  const unread = new Set(hosts.flatMap(({ from }) => from ?? []));
  for (const digest of unread) {
    if (running.size >= DIFF_BOUNDS.groups) break;
    const manifest = await store.manifest(digest);
    if (manifest) running.set(digest, manifest);
    unread.delete(digest);
  }
  return { running, unread };
}

async function groupDiff(
  group: readonly RunningHost[],
  running: ReadonlyMap<Digest, Manifest>,
  submitted: Manifest,
  texts: Texts,
): Promise<GroupDiff> {
  const hosts = group.map(({ id }) => id);
  const generations = new Set(group.map((host) => host.from));
  const [first] = group;
  const from = generations.size === 1 ? (first?.from ?? null) : null;
  const before = from === null ? undefined : running.get(from);
  if (!first || !before) return { hosts, from, known: false, files: [], truncated: false };
  const changes = fileChanges(before, submitted, first);
  const files: FileDiff[] = [];
  let truncated = changes.length > DIFF_BOUNDS.files;
  for (const change of changes.slice(0, DIFF_BOUNDS.files)) {
    const { unified, whole } = await texts(change);
    truncated ||= !whole;
    files.push({ path: change.path, change: changeOf(change), ...(unified !== null && { unified }) });
  }
  return { hosts, from, known: true, files, truncated };
}

/** Makes the text of one change, as far as there is room; `whole` unless something is left out. */
type Texts = (change: FileChange) => Promise<{ unified: string | null; whole: boolean }>;

const NOTHING = { unified: null, whole: false };

function createTexts({ store, textDiff }: Deps, { files }: Submitted): Texts {
  let bytes: number = DIFF_BOUNDS.allBytes;
  let characters: number = DIFF_BOUNDS.allText;

  const read = async (source: FileChange['before'], from?: ReadonlyMap<Digest, Uint8Array>) => {
    if (source === null) return { name: '/dev/null', text: '' };
    const content = from?.get(source.sha256) ?? (await store.file(source.sha256));
    return content && { name: source.path, text: Buffer.from(content).toString('utf8') };
  };

  return async ({ before, after }) => {
    const sizes = [before?.size ?? 0, after?.size ?? 0] as const;
    const cost = sizes[0] + sizes[1];
    if (Math.max(...sizes) > DIFF_BOUNDS.fileBytes || cost > bytes || characters === 0) return NOTHING;
    bytes -= cost;
    const [old, fresh] = [await read(before), await read(after, files)];
    if (!old || !fresh) return NOTHING;
    const text = textDiff(old, fresh);
    const room = Math.min(characters, DIFF_BOUNDS.text);
    const unified = text === null ? '' : linesWithin(text, room);
    const whole = unified === text;
    // What differs too much took longest: it counts as a text that fills the room, so that there cannot be many of it.
    characters -= whole ? unified.length : room;
    return { unified: unified === '' ? null : unified, whole };
  };
}

/** As many whole lines of a text as there is room for. */
function linesWithin(text: string, room: number): string {
  return text.length <= room ? text : text.slice(0, text.lastIndexOf('\n', room - 1) + 1);
}
