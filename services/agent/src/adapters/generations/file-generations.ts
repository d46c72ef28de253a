import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, Digest, type Manifest, sha256 } from '@breakwater/shared';
import { readIfThere, renameSynced, syncFolder, writeSynced } from '../durable.ts';
import { copyTree, treeToAdopt } from './adopt.ts';
import { buildTree } from './build.ts';
import { Contents, listTree, type TreeEntry } from './contents.ts';
import type { Generations, TemplateView } from './interface.ts';
import { type Layout, openLayout } from './layout.ts';
import { type LiveLink, liveLink } from './live-link.ts';
import { folderObjects, type Objects } from './objects.ts';

/**
 * Opens the generations of a host: `root` is the managed root (absolute, its last part a symbolic link), and
 * `storeDir` the folder that holds everything else; see `openLayout`. The caller does one thing at a time.
 */
export async function openGenerations(options: { root: string; storeDir: string }): Promise<Generations> {
  return new FileGenerations(options.root, await openLayout(options.storeDir));
}

class FileGenerations implements Generations {
  readonly #root: string;
  readonly #layout: Layout;
  readonly #objects: Objects;
  readonly #link: LiveLink;

  constructor(root: string, layout: Layout) {
    this.#root = root;
    this.#layout = layout;
    this.#objects = folderObjects(layout.objects, layout.temporary);
    this.#link = liveLink(root, layout.treeOf);
  }

  live(): Promise<Digest | null> {
    return this.#link.read();
  }

  pathOf(generation: Digest): string {
    return this.#layout.treeOf(generation);
  }

  async intact(generation: Digest): Promise<boolean> {
    const contents = await this.#contentsOf(generation);
    if (contents === null) return false;
    try {
      return canonicalJson(await listTree(this.pathOf(generation))) === canonicalJson(contents.tree);
    } catch {
      return false; // no tree, a file that cannot be read, or one that no bundle can contain
    }
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
      await buildTree(join(folder, 'tree'), manifest, view, (digest) => this.#objects.get(digest));
      await this.#install(folder, generation, { tree: await listTree(join(folder, 'tree')), sources });
    });
  }

  switchTo(generation: Digest): Promise<void> {
    return this.#link.switchTo(generation);
  }

  async adopt(): Promise<Digest> {
    const live = await this.live();
    if (live !== null) return live;
    const found = await treeToAdopt(this.#root);
    return this.#write(async (folder) => {
      const tree = await copyTree(found, join(folder, 'tree'));
      const generation = sha256(canonicalJson(tree));
      if (!(await this.intact(generation))) await this.#install(folder, generation, { tree, sources: [] });
      await this.switchTo(generation);
      return generation;
    });
  }

  async sameFiles(a: Digest, b: Digest): Promise<boolean> {
    const [first, second] = await Promise.all([this.#contentsOf(a), this.#contentsOf(b)]);
    return first !== null && second !== null && canonicalJson(first.tree) === canonicalJson(second.tree);
  }

  async prune(keep: readonly Digest[]): Promise<void> {
    const live = await this.live();
    const kept = new Set(live === null ? keep : [...keep, live]);
    for (const name of await readdir(this.#layout.generations)) {
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
      await mkdir(folder);
      await chmod(folder, 0o755);
      return await fill(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Puts a folder with a complete tree into place: from then on, the generation is there as a whole. */
  async #install(
    folder: string,
    generation: Digest,
    found: { tree: TreeEntry[]; sources: Digest[] },
  ): Promise<void> {
    await writeSynced(
      join(folder, 'contents.json'),
      canonicalJson({ version: 1, ...found } satisfies Contents),
    );
    await syncFolder(folder);
    if ((await readdir(this.#layout.generations)).includes(generation)) {
      // To replace the tree that is live would leave the daemon without one for a moment, or for good.
      if ((await this.live()) === generation) {
        throw new Error(
          `generation ${generation} is live, and somebody changed its files in ${this.pathOf(generation)}`,
        );
      }
      await this.#discard(generation);
    }
    await renameSynced(folder, this.#layout.folderOf(generation));
  }

  /** Moved away first, so that a generation is there wholly or not at all. */
  async #discard(generation: Digest): Promise<void> {
    const away = this.#layout.temporary();
    await renameSynced(this.#layout.folderOf(generation), away);
    await syncFolder(this.#layout.generations);
    await rm(away, { recursive: true, force: true });
  }

  /** `null` when it is not there or cannot be read; either way the generation is not intact. */
  async #contentsOf(generation: Digest): Promise<Contents | null> {
    const bytes = await readIfThere(join(this.#layout.folderOf(generation), 'contents.json'));
    if (bytes === null) return null;
    try {
      return Contents.parse(JSON.parse(bytes.toString('utf8')));
    } catch {
      return null;
    }
  }
}
