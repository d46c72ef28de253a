import {
  BreakwaterError,
  bundleDigest,
  type Digest,
  type Manifest,
  manifestOf,
  sha256,
  type Submission,
} from '@breakwater/shared';
import type { Store } from '../adapters/store/interface.ts';

/** A bundle with the content of its files by digest. */
export interface Content {
  digest: Digest;
  manifest: Manifest;
  files: ReadonlyMap<Digest, Uint8Array>;
}

/** Lists inline files as content-addressed ones. */
export function contentOf(files: Readonly<Record<string, string>>): Content {
  const manifest = manifestOf(files);
  const bytes = Object.values(files).map((text) => [sha256(text), Buffer.from(text)] as const);
  return { digest: bundleDigest(manifest), manifest, files: new Map(bytes) };
}

/**
 * Finds the bundle that a submission speaks of: its content, or the digest of one that is stored already.
 * @throws BreakwaterError `bundle_unknown`
 */
export async function bundleOf(store: Store, { bundle }: Submission): Promise<Content | { digest: Digest }> {
  if ('files' in bundle) return contentOf(bundle.files);
  await manifestIn(store, bundle.digest);
  return { digest: bundle.digest };
}

/** Reads a stored manifest. @throws BreakwaterError `bundle_unknown` */
export async function manifestIn(store: Store, digest: Digest): Promise<Manifest> {
  const manifest = await store.manifest(digest);
  if (!manifest) throw new BreakwaterError('bundle_unknown', `no bundle has the digest ${digest}`);
  return manifest;
}

/** Reads a stored file. @throws BreakwaterError `not_found` */
export async function fileIn(store: Store, digest: Digest): Promise<Uint8Array> {
  const content = await store.file(digest);
  if (!content) throw new BreakwaterError('not_found', `no file has the digest ${digest}`);
  return content;
}

/** Reads a bundle back as it was submitted. */
export async function readBundle(
  store: Store,
  digest: Digest,
): Promise<{ digest: Digest; manifest: Manifest; files: Record<string, string> }> {
  const manifest = await manifestIn(store, digest);
  const texts = manifest.files.map(
    async (file) => [file.path, Buffer.from(await fileIn(store, file.sha256)).toString('utf8')] as const,
  );
  return { digest, manifest, files: Object.fromEntries(await Promise.all(texts)) };
}
