import { type Digest, type Manifest, sha256 } from '@breakwater/shared';
import type { Damage } from '../core/drift.ts';
import { BundleError, type Generations } from '../adapters/generations/interface.ts';
import type { FileDifference } from '../core/difference.ts';
import type { TreeConfig } from './fake-daemon.ts';

/** The one file of a bundle in these tests: the daemon's behaviour, as JSON. */
export const CONFIG_PATH = 'all/named.conf';

/** Generations in memory. They outlive the agent, as a disk would. */
export class FakeGenerations implements Generations {
  /** Generations whose files somebody has changed. */
  readonly damaged = new Set<Digest>();
  readonly pruned: (readonly Digest[])[] = [];
  switchError: Error | null = null;
  /** Whether somebody removed the link; the next switch makes it again. */
  gone = false;
  #live: Digest | null = null;
  readonly #found: TreeConfig;
  readonly #trees = new Map<Digest, TreeConfig>();
  /** What was recorded of those that were edited. */
  readonly #recorded = new Map<Digest, TreeConfig>();
  readonly #contents = new Map<Digest, string>();

  /** @param found the tree that is in place before any agent has ever run */
  constructor(found: TreeConfig) {
    this.#found = found;
  }

  liveTree(): TreeConfig {
    return this.#live === null ? this.#found : this.tree(this.#live);
  }

  tree(generation: string): TreeConfig {
    const tree = this.#trees.get(generation as Digest);
    if (tree === undefined) throw new Error(`there is no generation ${generation}`);
    return tree;
  }

  live(): Promise<Digest | null> {
    return Promise.resolve(this.gone ? null : this.#live);
  }

  absent(): Promise<boolean> {
    return Promise.resolve(this.gone);
  }

  pathOf(generation: Digest): string {
    return generation;
  }

  intact(generation: Digest): Promise<boolean> {
    return Promise.resolve(this.#trees.has(generation) && !this.damaged.has(generation));
  }

  async damage(generation: Digest): Promise<Damage[]> {
    this.tree(generation);
    return this.damaged.has(generation) ? [{ path: 'named.conf', how: 'changed' }] : [];
  }

  /** Somebody edits the files of a generation: from now on it behaves like this. */
  edit(generation: Digest, tree: TreeConfig): void {
    this.#recorded.set(generation, this.#recorded.get(generation) ?? this.tree(generation));
    this.#trees.set(generation, tree);
    this.damaged.add(generation);
  }

  async repair(generation: Digest): Promise<Damage[]> {
    const damage = await this.damage(generation);
    this.#trees.set(generation, this.#recorded.get(generation) ?? this.tree(generation));
    this.damaged.delete(generation);
    return damage;
  }

  missing(manifest: Manifest): Promise<Digest[]> {
    return Promise.resolve(
      manifest.files.map((file) => file.sha256).filter((one) => !this.#contents.has(one)),
    );
  }

  async put(digest: Digest, content: Uint8Array): Promise<void> {
    if (sha256(content) !== digest) throw new Error('wrong digest');
    this.#contents.set(digest, new TextDecoder().decode(content));
  }

  async build(generation: Digest, manifest: Manifest): Promise<void> {
    const file = manifest.files.find(({ path }) => path === CONFIG_PATH);
    const text = file && this.#contents.get(file.sha256);
    if (text === undefined || !text.startsWith('{')) throw new BundleError(`${CONFIG_PATH}:1: unknown name`);
    this.#trees.set(generation, JSON.parse(text) as TreeConfig);
  }

  async difference(before: Digest, now: Digest): Promise<FileDifference> {
    const same = JSON.stringify(this.tree(before)) === JSON.stringify(this.tree(now));
    return { added: [], removed: [], changed: same ? [] : ['named.conf'] };
  }

  inTheWay(): Promise<null> {
    return Promise.resolve(null);
  }

  async switchTo(generation: Digest): Promise<void> {
    if (this.switchError) throw this.switchError;
    this.tree(generation);
    this.#live = generation;
    this.gone = false;
  }

  async adopt(): Promise<Digest> {
    if (this.#live !== null && this.damaged.has(this.#live)) return this.#adoptDamaged(this.#live);
    if (this.#live !== null) return this.#live;
    const generation = sha256(JSON.stringify(this.#found));
    this.#trees.set(generation, this.#found);
    this.#live = generation;
    return generation;
  }

  async prune(keep: readonly Digest[]): Promise<void> {
    this.pruned.push(keep);
    for (const generation of this.#trees.keys())
      if (!keep.includes(generation)) this.#trees.delete(generation);
  }

  /** The edited tree behaves as before; only its files are others. */
  #adoptDamaged(live: Digest): Digest {
    const generation = sha256(`${live} edited`);
    this.#trees.set(generation, this.tree(live));
    this.#live = generation;
    return generation;
  }
}
