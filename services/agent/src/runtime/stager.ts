import {
  type Assignment,
  bundleDigest,
  type Digest,
  fail,
  type Manifest,
  sha256,
  type Verdict,
} from '@breakwater/shared';
import { BundleError } from '../adapters/generations/interface.ts';
import { mapBounded } from './bounded.ts';
import type { Outside } from './outside.ts';

const AT_ONCE = 8;
/** How long one turn fetches; between turns the agent looks whether it is still wanted, and at its health. */
const TURN_MS = 2000;

type StagerOutside = Pick<Outside, 'orchestrator' | 'generations' | 'clock' | 'view'>;

/** Brings a bundle onto the host, beside the live tree. */
export class Stager {
  #manifest: { bundle: Digest; manifest: Manifest } | null = null;
  #staged: number | null = null;
  readonly #outside: StagerOutside;

  constructor(outside: StagerOutside) {
    this.#outside = outside;
  }

  /** The epoch whose generation this process has built. */
  get staged(): number | null {
    return this.#staged;
  }

  /**
   * Goes on with fetching and building, for one turn.
   * @returns why the bundle can never become a tree here, or `null` when nothing is wrong with it so far.
   * @throws when something was in the way that may be gone the next time.
   */
  async stage({ bundle, epoch }: Assignment): Promise<Verdict | null> {
    const manifest = await this.#manifestOf(bundle);
    if (!(await this.#fetchMissing(manifest))) return null;
    try {
      await this.#outside.generations.build(bundle, manifest, this.#outside.view);
    } catch (error) {
      if (error instanceof BundleError) return fail('bundle_invalid', error.message);
      throw error;
    }
    this.#staged = epoch;
    return null;
  }

  async #manifestOf(bundle: Digest): Promise<Manifest> {
    if (this.#manifest?.bundle === bundle) return this.#manifest.manifest;
    const manifest = await this.#outside.orchestrator.manifest(bundle);
    const digest = bundleDigest(manifest);
    if (digest !== bundle) throw new Error(`asked for bundle ${bundle}, got one with digest ${digest}`);
    this.#manifest = { bundle, manifest };
    return manifest;
  }

  /** @returns whether every file is here now. */
  async #fetchMissing(manifest: Manifest): Promise<boolean> {
    const { clock, generations } = this.#outside;
    const until = clock.monotonic() + TURN_MS;
    const fetched = await mapBounded(await generations.missing(manifest), AT_ONCE, async (digest) => {
      if (clock.monotonic() >= until) return false;
      await this.#fetch(digest);
      return true;
    });
    return fetched.every(Boolean);
  }

  async #fetch(digest: Digest): Promise<void> {
    const content = await this.#outside.orchestrator.file(digest);
    const got = sha256(content);
    if (got !== digest) throw new Error(`asked for file ${digest}, got one with digest ${got}`);
    await this.#outside.generations.put(digest, content);
  }
}
