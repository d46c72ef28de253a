import { join } from 'node:path';
import { canonicalJson, Digest, type Manifest, sha256 } from '@breakwater/shared';
import type { FileDifference } from '../../core/difference.ts';
import type { Disk } from '../disk/interface.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import { readIfThere, renameSynced, syncFolder, writeSynced } from '../durable.ts';
import type { Damage } from '../../core/drift.ts';
import type { Helper } from '../helper/interface.ts';
import { copyTree, finishMove, moveAside, treeToAdopt } from './adopt.ts';
import { buildTree } from './build.ts';
import { compareTrees } from './compare.ts';
import { Contents, listTree, modesOf, type TreeEntry } from './contents.ts';
import { helperLink } from './helper-link.ts';
import type { Generations, TemplateView } from './interface.ts';
import { damageOf } from './damage.ts';
import { type Layout, openLayout } from './layout.ts';
import { type LiveLink, liveLink } from './live-link.ts';
import { folderObjects, type Objects } from './objects.ts';
import { repairTree } from './repair.ts';

/**
 * Opens the generations of a host: `root` is the managed root (absolute, its last part a symbolic link), and
 * `storeDir` the folder that holds everything else; see `openLayout`. The caller does one thing at a time.
 */
export async function openGenerations(options: {
  root: string;
  storeDir: string;
  disk?: Disk;
  /** Switches the link, where this process may not. */
  helper?: Helper | undefined;
}): Promise<Generations> {
  const { root, storeDir, disk = nodeDisk, helper } = options;
  await finishMove(root, disk);
  const layout = await openLayout(storeDir, disk);
  const own = liveLink(root, layout.treeOf, disk);
  const link = helper === undefined ? own : helperLink(own, helper);
  return new FileGenerations({ root, layout, link, disk });
}

class FileGenerations implements Generations {
  readonly #root: string;
  readonly #layout: Layout;
  readonly #objects: Objects;
  readonly #link: LiveLink;
  readonly #disk: Disk;

  constructor(parts: { root: string; layout: Layout; link: LiveLink; disk: Disk }) {
    const { root, layout, link, disk } = parts;
    this.#root = root;
    this.#layout = layout;
    this.#objects = folderObjects(layout.objects, layout.temporary, disk);
    this.#link = link;
    this.#disk = disk;
  }

  live(): Promise<Digest | null> {
    return this.#link.read();
  }

  absent(): Promise<boolean> {
    return this.#link.absent();
  }

  pathOf(generation: Digest): string {
    return this.#layout.treeOf(generation);
  }

  async intact(generation: Digest): Promise<boolean> {
    const contents = await this.#contentsOf(generation);
    if (contents === null) return false;
    try {
      return (
        canonicalJson(await listTree(this.pathOf(generation), this.#disk)) === canonicalJson(contents.tree)
      );
    } catch {
      return false; // no tree, a file that cannot be read, or one that no bundle can contain
    }
  }

  async damage(generation: Digest): Promise<Damage[]> {
    return damageOf(await this.#recorded(generation), await listTree(this.pathOf(generation), this.#disk));
  }

  async repair(generation: Digest): Promise<Damage[]> {
    const damage = await this.damage(generation);
    const tree = this.pathOf(generation);
    const recorded = await this.#recorded(generation);
    const modes = (await this.#contentsOf(generation))?.modes ?? {};
    const around = { objects: this.#objects, temporary: this.#layout.temporary, disk: this.#disk };
    await repairTree({ tree, recorded, modes, ...around }, damage);
    return damage;
  }

  async missing(manifest: Manifest): Promise<Digest[]> {
    const files = [...new Map(manifest.files.map(({ sha256: digest, size }) => [digest, size] as const))];
    const there = await Promise.all(files.map(([digest, size]) => this.#objects.has(digest, size)));
    return files.filter((_, index) => !there[index]).map(([digest]) => digest);
  }

  put(digest: Digest, content: Uint8Array): Promise<void> {
    return this.#objects.put(digest, content);
  }

  async build(generation: Digest, manifest: Manifest, view: TemplateView): Promise<void> {
    if (await this.intact(generation)) return;
    const sources = [...new Set(manifest.files.map((file) => file.sha256))];
    await this.#write(async (folder) => {
      const built = join(folder, 'tree');
      await buildTree(built, manifest, view, (digest) => this.#objects.get(digest), this.#disk);
      const tree = await listTree(built, this.#disk);
      await this.#install(folder, generation, { tree, sources: await this.#keep(built, tree, sources) });
    });
  }

  inTheWay(): Promise<string | null> {
    return this.#link.inTheWay();
  }

  switchTo(generation: Digest): Promise<void> {
    return this.#link.switchTo(generation);
  }

  async adopt({ takeFolder } = { takeFolder: false }): Promise<Digest> {
    const live = await this.live();
    if (live !== null && (await this.intact(live))) return live;
    const found = await treeToAdopt(this.#root, takeFolder, this.#disk);
    return this.#write(async (folder) => {
      const copy = join(folder, 'tree');
      const tree = await copyTree(found, copy, this.#disk);
      const generation = sha256(canonicalJson(tree));
      if (!(await this.intact(generation))) {
        await this.#install(folder, generation, { tree, sources: await this.#keep(copy, tree, []) });
      }
      // Last of all, and only moved, so that every fault before it leaves the daemon's folder alone.
      if (found === this.#root) await moveAside(this.#root, this.#disk);
      await this.switchTo(generation);
      return generation;
    });
  }

  async difference(before: Digest, now: Digest): Promise<FileDifference> {
    return compareTrees(await this.#recorded(before), await this.#recorded(now));
  }

  async prune(keep: readonly Digest[]): Promise<void> {
    const live = await this.live();
    const kept = new Set(live === null ? keep : [...keep, live]);
    for (const name of await this.#disk.readdir(this.#layout.generations)) {
      const generation = Digest.safeParse(name);
      if (generation.success && !kept.has(generation.data)) await this.#discard(generation.data);
    }
    const contents = await Promise.all([...kept].map((generation) => this.#contentsOf(generation)));
    await this.#objects.prune(new Set(contents.flatMap((each) => each?.sources ?? [])));
    await this.#link.prune(kept);
  }

  /** Has something written in a new folder, which is gone afterwards unless it was renamed. */
  async #write<T>(fill: (folder: string) => Promise<T>): Promise<T> {
    const folder = this.#layout.temporary();
    try {
      await this.#disk.mkdir(folder);
      await this.#disk.chmod(folder, 0o755);
      return await fill(folder);
    } finally {
      await this.#disk.rm(folder, { recursive: true, force: true });
    }
  }

  /** Keeps the contents of a tree, so that it can be put right without anybody else. @returns what to keep with it. */
  async #keep(folder: string, tree: readonly TreeEntry[], sources: readonly Digest[]): Promise<Digest[]> {
    const kept = new Set(sources);
    for (const entry of tree) {
      if (!('sha256' in entry) || kept.has(entry.sha256)) continue;
      await this.#objects.put(entry.sha256, await this.#disk.readFile(join(folder, entry.path)));
      kept.add(entry.sha256);
    }
    return [...kept];
  }

  async #recorded(generation: Digest): Promise<TreeEntry[]> {
    const contents = await this.#contentsOf(generation);
    if (contents === null) throw new Error(`nothing is recorded here of generation ${generation}`);
    return contents.tree;
  }

  /** Puts a folder with a complete tree into place: from then on, the generation is there as a whole. */
  async #install(
    folder: string,
    generation: Digest,
    found: { tree: TreeEntry[]; sources: Digest[] },
  ): Promise<void> {
    const modes = await modesOf(join(folder, 'tree'), found.tree, this.#disk);
    const contents = canonicalJson({ version: 1, ...found, modes } satisfies Contents);
    await writeSynced(join(folder, 'contents.json'), contents, 0o644, this.#disk);
    await syncFolder(folder, this.#disk);
    if ((await this.#disk.readdir(this.#layout.generations)).includes(generation)) {
      // To replace the tree that is live would leave the daemon without one for a moment, or for good.
      if ((await this.live()) === generation) {
        throw new Error(
          `generation ${generation} is live, and somebody changed its files in ${this.pathOf(generation)}`,
        );
      }
      await this.#discard(generation);
    }
    await renameSynced(folder, this.#layout.folderOf(generation), this.#disk);
  }

  /** Moved away first, so that a generation is there wholly or not at all. */
  async #discard(generation: Digest): Promise<void> {
    const away = this.#layout.temporary();
    await renameSynced(this.#layout.folderOf(generation), away, this.#disk);
    await syncFolder(this.#layout.generations, this.#disk);
    await this.#disk.rm(away, { recursive: true, force: true });
  }

  /** `null` when it is not there or cannot be read; either way the generation is not intact. */
  async #contentsOf(generation: Digest): Promise<Contents | null> {
    const bytes = await readIfThere(join(this.#layout.folderOf(generation), 'contents.json'), this.#disk);
    if (bytes === null) return null;
    try {
      return Contents.parse(JSON.parse(bytes.toString('utf8')));
    } catch {
      return null;
    }
  }
}
