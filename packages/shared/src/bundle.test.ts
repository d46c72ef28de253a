import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUNDLE_LIMITS, BundleFiles, bundleDigest, Manifest, manifestOf, sha256 } from './bundle.ts';
import { faultsOf, refusals } from './testing/faults-of.ts';

const manyFiles = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`all/${i}`, '']));
const MIB = 1 << 20;

describe('BundleFiles', () => {
  test('accepts text by path, and leaves it as it is', () => {
    const files = { 'all/named.conf.tmpl': 'options {};\r\n\t# \u00fc \u{1f600}\n', 'host/ns1/empty': '' };
    expect(BundleFiles.parse(files)).toEqual(files);
  });

  test('needs at least one file', () => {
    expect(refusals(BundleFiles, {})).toEqual([' bundle_empty']);
  });

  test('accepts 20,000 files', () => {
    expect(refusals(BundleFiles, manyFiles(BUNDLE_LIMITS.files))).toEqual([]);
  });

  test('refuses one more, with that fault alone: the list does not grow with the attack', () => {
    const files = { ...manyFiles(BUNDLE_LIMITS.files), '../x': '\0' };
    expect(refusals(BundleFiles, files)).toEqual([' bundle_too_large']);
  });

  test('a file may have 8 MiB, and not a byte more', () => {
    const most = 'x'.repeat(BUNDLE_LIMITS.fileBytes);
    expect(refusals(BundleFiles, { 'all/x': most })).toEqual([]);
    expect(refusals(BundleFiles, { 'all/x': `${most}x` })).toEqual(['/all~1x bundle_too_large']);
  });

  test('sizes are counted in bytes of UTF-8, not in characters', () => {
    const files = { 'all/x': '\u20ac'.repeat(3 * MIB) };
    expect(refusals(BundleFiles, files)).toEqual(['/all~1x bundle_too_large']);
  });

  test('all files together may have 48 MiB, and not a byte more', () => {
    const part = 'x'.repeat(8 * MIB);
    const files = Object.fromEntries([0, 1, 2, 3, 4, 5].map((i) => [`all/${i}`, part]));
    expect(refusals(BundleFiles, files)).toEqual([]);
    expect(refusals(BundleFiles, { ...files, 'all/6': 'x' })).toEqual([' bundle_too_large']);
  });

  test.each([
    ['a NUL character', 'a\0b'],
    ['the first half of a surrogate pair', 'a\ud83d'],
    ['the second half', '\ude00a'],
    ['two halves in the wrong order', '\ude00\ud83d'],
  ])('refuses %s, which is no text', (_, text) => {
    expect(refusals(BundleFiles, { 'all/x': text })).toEqual(['/all~1x bundle_content_invalid']);
  });

  test('a bad path is a fault at that path, with / and ~ escaped', () => {
    expect(refusals(BundleFiles, { 'all/a~b/c': '', '/etc/x': '', 'x y': '', '': '' })).toEqual([
      '/all~1a~0b~1c bundle_path_invalid',
      '/~1etc~1x bundle_path_invalid',
      '/x y bundle_path_invalid',
      '/ bundle_path_invalid',
    ]);
  });

  test('paths that cannot exist together are faults of paths', () => {
    expect(refusals(BundleFiles, { 'all/a': '', 'all/A': '', 'all/a/b': '' })).toEqual([
      '/all~1a bundle_path_invalid',
      '/all~1a~1b bundle_path_invalid',
    ]);
  });

  test('reports every fault of every file at once', () => {
    expect(refusals(BundleFiles, { '../x': '\0\ud800', 'all/y': '\0' })).toEqual([
      '/..~1x bundle_path_invalid',
      '/..~1x bundle_content_invalid',
      '/..~1x bundle_content_invalid',
      '/all~1y bundle_content_invalid',
    ]);
  });

  test.each([[null], ['x'], [[]], [['all/x']], [1]])('refuses %j, which is no object', (value) => {
    expect(refusals(BundleFiles, value)).toEqual([' invalid_value']);
  });

  test('refuses what is no text, at its path', () => {
    expect(refusals(BundleFiles, { 'all/a': 1, 'all/b': null, 'all/c': ['x'], 'all/d': 'x' })).toEqual([
      '/all~1a invalid_value',
      '/all~1b invalid_value',
      '/all~1c invalid_value',
    ]);
  });
});

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [new TextEncoder().encode('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('sha256 of %j is what FIPS 180-4 says', (content, digest) => {
  expect(sha256(content)).toBe(digest);
});

/** Plain paths, so that files from different draws go together. */
const anyFiles = fc.dictionary(
  fc.stringMatching(/^all\/[a-z0-9]{1,4}$/),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  { minKeys: 1, maxKeys: 8 },
);
const digestOf = (files: BundleFiles): string => bundleDigest(manifestOf(files));

describe('manifestOf', () => {
  test('lists path, digest and size in bytes, sorted by path', () => {
    expect(manifestOf({ 'host/ns1/b': '\u20ac', 'all/b': '', 'all/B': 'abc' })).toEqual({
      version: 1,
      files: [
        { path: 'all/B', sha256: sha256('abc'), size: 3 },
        { path: 'all/b', sha256: sha256(''), size: 0 },
        { path: 'host/ns1/b', sha256: sha256('\u20ac'), size: 3 },
      ],
    });
  });

  test('is a manifest that the agent accepts, whenever the files are accepted', () => {
    fc.assert(
      fc.property(anyFiles, (files) => {
        fc.pre(BundleFiles.safeParse(files).success);
        expect(refusals(Manifest, manifestOf(files))).toEqual([]);
      }),
    );
  });

  test('and the digest do not depend on the order of submission', () => {
    const orders = anyFiles.chain((files) => {
      const entries = Object.entries(files);
      return fc.tuple(fc.constant(files), fc.shuffledSubarray(entries, { minLength: entries.length }));
    });
    fc.assert(
      fc.property(orders, ([files, entries]) => {
        const shuffled = Object.fromEntries(entries);
        expect(manifestOf(shuffled)).toEqual(manifestOf(files));
        expect(digestOf(shuffled)).toBe(digestOf(files));
      }),
    );
  });
});

describe('bundleDigest', () => {
  test('stays what it is from release to release: bundles are stored under it', () => {
    expect(digestOf({ 'all/b': 'two', 'all/a': 'one' })).toBe(
      '025d6f8cd259474217c7b754368a6197553574677cab44c664fadd4633c9a1cd',
    );
  });

  test('is changed by any byte of any file', () => {
    const edits = fc.tuple(anyFiles, fc.nat(), fc.nat(), fc.constantFrom('x', ' ', '\n', '\u00a0'));
    fc.assert(
      fc.property(edits, ([files, which, where, inserted]) => {
        const path = Object.keys(files)[which % Object.keys(files).length]!;
        const text = files[path]!;
        const at = where % (text.length + 1);
        const edited = { ...files, [path]: text.slice(0, at) + inserted + text.slice(at) };
        expect(digestOf(edited)).not.toBe(digestOf(files));
      }),
    );
  });

  test('is changed by a byte that is replaced, moved to another file, or only renamed', () => {
    const before = digestOf({ 'all/a': 'ab', 'all/b': 'c' });
    const others = [
      { 'all/a': 'aB', 'all/b': 'c' },
      { 'all/a': 'ab\n', 'all/b': 'c' },
      { 'all/a': 'ab ', 'all/b': 'c' },
      { 'all/a': '\ufeffab', 'all/b': 'c' },
      { 'all/a': 'a', 'all/b': 'bc' },
      { 'all/a': 'c', 'all/b': 'ab' },
      { 'all/a': 'ab', 'all/c': 'c' },
      { 'all/a': 'ab', 'all/b': 'c', 'all/c': '' },
      { 'all/a': 'ab' },
    ].map(digestOf);
    expect(new Set([before, ...others]).size).toBe(10);
  });
});

describe('Manifest', () => {
  const file = (path: string, more = {}) => ({ path, sha256: sha256(''), size: 0, ...more });
  const manifest = (...files: unknown[]) => ({ version: 1, files });

  test('accepts what the orchestrator makes', () => {
    expect(refusals(Manifest, manifest(file('all/a'), file('host/ns1/a')))).toEqual([]);
  });

  test.each([
    ['no file', manifest(), '/files invalid_value'],
    ['another version', { ...manifest(file('all/a')), version: 2 }, '/version invalid_value'],
    ['an unknown field', { ...manifest(file('all/a')), mode: 1 }, '/mode unknown_field'],
    [
      'a path that leaves the bundle',
      manifest(file('all/a'), file('all/../b')),
      '/files/1/path invalid_value',
    ],
    ['a digest that is a path', manifest(file('all/a', { sha256: '../x' })), '/files/0/sha256 invalid_value'],
    ['a negative size', manifest(file('all/a', { size: -1 })), '/files/0/size invalid_value'],
    [
      'a size that is too large',
      manifest(file('all/a', { size: 8 * MIB + 1 })),
      '/files/0/size invalid_value',
    ],
    ['a mode', manifest(file('all/a', { mode: 0o4755 })), '/files/0/mode unknown_field'],
    ['twins', manifest(file('all/x'), file('all/A'), file('all/a')), '/files/1/path invalid_value'],
    ['a file as a folder', manifest(file('all/a'), file('all/a/b')), '/files/1/path invalid_value'],
    ['a repeated path', manifest(file('all/a'), file('all/a')), '/files invalid_value'],
  ])('refuses %s', (_, value, refusal) => {
    expect(refusals(Manifest, value)).toEqual([refusal]);
  });

  test('refuses more files than a bundle may have', () => {
    const files = Array.from({ length: BUNDLE_LIMITS.files + 1 }, (_, i) => file(`all/${i}`));
    expect(refusals(Manifest, manifest(...files))).toContain('/files invalid_value');
  });

  test('20,000 faults are found in the time of a few', () => {
    const files = Array.from({ length: BUNDLE_LIMITS.files }, (_, i) => file(`all/${i >> 1}${'aA'[i % 2]}`));
    const started = performance.now();
    expect(faultsOf(Manifest, manifest(...files))).toHaveLength(BUNDLE_LIMITS.files / 2);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
