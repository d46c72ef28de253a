import type { Digest, Manifest } from '@breakwater/shared';
import type { FileDifference } from '../../core/difference.ts';
import type { Damage } from '../../core/drift.ts';

/** What a template may name (mustache, without HTML escaping). */
export interface TemplateView {
  host: {
    id: string;
    address: string;
    datacenter: string;
    port: number;
    controlPort: number;
    /** The live path of the managed root. */
    root: string;
    stateDir: string;
  };
  vars: Record<string, unknown>;
}

/**
 * A bundle that cannot become a tree on this host: a fault of the bundle, which trying again does not mend.
 * Anything else that a method throws is trouble of this host (disk full, no permission) and is tried again.
 */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/**
 * The generations on this host: complete trees side by side, and one symbolic link, the managed root, that
 * says which of them is live.
 */
export interface Generations {
  /** The generation that the managed root links to; `null` when the link leads anywhere else. */
  live(): Promise<Digest | null>;
  /** Whether there is nothing at all where the managed root should be. */
  absent(): Promise<boolean>;
  /** The folder that holds the tree of a generation: what the managed root links to when it is live. */
  pathOf(generation: Digest): string;
  /** Whether the generation is there, complete, and its files still match what was recorded when it was built. */
  intact(generation: Digest): Promise<boolean>;
  /**
   * How the files of a generation differ from what was recorded when it was built; empty when it is intact.
   * @throws when nothing is recorded of it here, or its tree cannot be read.
   */
  damage(generation: Digest): Promise<Damage[]>;
  /**
   * Puts the recorded files of a generation back byte for byte, also while it is live.
   * @returns what was put right.
   * @throws when a content that is needed is not kept on this host.
   */
  repair(generation: Digest): Promise<Damage[]>;
  /** Those files of a manifest whose content is not on this host yet. */
  missing(manifest: Manifest): Promise<Digest[]>;
  /** Stores one file's content. @throws when the content does not have this digest. */
  put(sha256: Digest, content: Uint8Array): Promise<void>;
  /**
   * Resolves overlays and templates for this host and builds the tree beside the live one; atomic (a tree
   * that is there is complete) and idempotent.
   * @throws BundleError with file and line for a template that names something unknown.
   */
  build(generation: Digest, manifest: Manifest, view: TemplateView): Promise<void>;
  /** How the files of one generation differ from another's. @throws when one of them is not there. */
  difference(before: Digest, now: Digest): Promise<FileDifference>;
  /**
   * Whether something stands in the place of the link that is none: where `switchTo` will move it, which deletes
   * nothing of it. `null` when the link is there, or nothing is.
   */
  inTheWay(): Promise<string | null>;
  /**
   * Makes a generation live: one atomic rename of the symbolic link, durable when the promise resolves. What stands in
   * its place is moved aside; see `inTheWay`.
   */
  switchTo(generation: Digest): Promise<void>;
  /**
   * Makes what the managed root shows a generation of its own and links to it; does nothing when an undamaged
   * generation is live already.
   * @param options `takeFolder`: also when the root is a plain folder, which is moved aside to `<root>.original`
   * @throws when there is nothing that could be taken over, with what to do about it.
   */
  adopt(options?: { takeFolder: boolean }): Promise<Digest>;
  /** Removes generations and file contents that nothing in `keep` needs; the live one is always kept. */
  prune(keep: readonly Digest[]): Promise<void>;
}
