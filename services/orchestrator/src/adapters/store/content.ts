import type { Digest, Manifest } from '@breakwater/shared';
import type { Redis } from 'ioredis';
import { KEYS } from './keys.ts';

/** How much is sent at once: a whole bundle in one go could take longer than a command may. */
const BATCH_BYTES = 1 << 20;

/** Stores a bundle. Files first: whoever finds the manifest must find all of them. */
export async function putBundle(
  client: Redis,
  digest: Digest,
  manifest: Manifest,
  files: ReadonlyMap<Digest, Uint8Array>,
): Promise<void> {
  for (const batch of batches(files)) {
    const pipeline = client.pipeline();
    // NX: what is there already is the same, since the name is its digest; it need not be written to disk again.
    for (const [sha256, bytes] of batch) pipeline.set(KEYS.file(sha256), Buffer.from(bytes), 'NX');
    for (const [failure] of (await pipeline.exec()) ?? []) if (failure) throw failure;
  }
  await client.set(KEYS.bundle(digest), JSON.stringify(manifest), 'NX');
}

function* batches(files: ReadonlyMap<Digest, Uint8Array>): Generator<[Digest, Uint8Array][]> {
  let batch: [Digest, Uint8Array][] = [];
  let size = 0;
  for (const file of files) {
    batch.push(file);
    size += file[1].byteLength;
    if (size < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}
