import { bundleDigest, type Digest, manifestOf, sha256 } from '@breakwater/shared';
import { expect, test } from 'vitest';
import { MemoryStore } from '../adapters/store/memory-store.ts';
import { submissionOf } from '../testing/test-orchestrator.ts';
import { bundleOf, contentOf, fileIn, manifestIn, readBundle } from './bundles.ts';

const FILES = {
  'all/named.conf': 'zone "größe" {};\n',
  'host/ns1.ams/empty': '',
  'all/copy': 'zone "größe" {};\n',
};

async function stored(): Promise<{ store: MemoryStore; digest: Digest }> {
  const store = new MemoryStore();
  const { digest, manifest, files } = contentOf(FILES);
  await store.putBundle(digest, manifest, files);
  return { store, digest };
}

test('files are addressed by their content: equal ones are one, and the digest is that of the manifest', () => {
  const { digest, manifest, files } = contentOf(FILES);
  expect(manifest).toEqual(manifestOf(FILES));
  expect(digest).toBe(bundleDigest(manifest));
  expect([...files.keys()].toSorted()).toEqual([sha256(FILES['all/copy']), sha256('')].toSorted());
  for (const [name, bytes] of files) expect(sha256(bytes)).toBe(name);
  for (const file of manifest.files) expect(files.get(file.sha256)?.byteLength).toBe(file.size);
});

test('the order in which files are given does not matter', () => {
  const turned = Object.fromEntries(Object.entries(FILES).toReversed());
  expect(contentOf(turned).digest).toBe(contentOf(FILES).digest);
});

test('a bundle reads back as it was given', async () => {
  const { store, digest } = await stored();
  expect(await readBundle(store, digest)).toEqual({ digest, manifest: manifestOf(FILES), files: FILES });
});

test('a submission has its files with it, or names a bundle that is stored', async () => {
  const { store, digest } = await stored();
  expect(await bundleOf(store, submissionOf({ bundle: { digest } }))).toEqual({ digest });
  expect(await bundleOf(store, submissionOf({ bundle: { files: FILES } }))).toEqual(contentOf(FILES));
  await expect(bundleOf(new MemoryStore(), submissionOf({ bundle: { digest } }))).rejects.toMatchObject({
    code: 'bundle_unknown',
  });
});

test('what does not exist is named', async () => {
  const { store } = await stored();
  const unknown = sha256('unknown');
  await expect(manifestIn(store, unknown)).rejects.toMatchObject({ code: 'bundle_unknown' });
  await expect(readBundle(store, unknown)).rejects.toThrow(unknown);
  await expect(fileIn(store, unknown)).rejects.toMatchObject({ code: 'not_found' });
});
