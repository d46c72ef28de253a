import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUNDLE_LIMITS, collisionFaults, pathFault } from './bundle.ts';

const ASCII = 'may contain only ASCII letters, digits and ._@+=,- and no segment may start with a dot';
const OVERLAY = 'must begin with all/, datacenter/<name>/ or host/<id>/';
const OWN = 'is a file that named writes itself, or a key; it belongs outside the bundle';
const EMPTY = 'has an empty segment';
const ABSOLUTE = 'is absolute; write it relative to the bundle';
const ITSELF = 'names the overlay itself; a file goes below it';
const dots = (segment: string): string => `contains "${segment}"; write the path without it`;

describe('pathFault', () => {
  test.each([
    'all/named.conf.tmpl',
    'all/zones/example.com.zone',
    'all/a..b',
    'all/a.',
    'all/-rf',
    'all/_dmarc/@+=,-',
    'all/all',
    'all/host/x',
    'all/CON',
    'datacenter/ams/x',
    'datacenter/ams.2/a/b/c',
    'host/ns1.ams/x',
    'host/7/x',
    `all/${'a'.repeat(BUNDLE_LIMITS.pathLength - 4)}`,
  ])('accepts %s', (path) => {
    expect(pathFault(path)).toBeNull();
  });

  test.each([
    // Out of the bundle.
    ['..', dots('..')],
    ['../etc/passwd', dots('..')],
    ['all/..', dots('..')],
    ['all/../host/ns1/x', dots('..')],
    ['all/a/../../b', dots('..')],
    ['host/../x', dots('..')],
    ['./all/x', dots('.')],
    ['all/./x', dots('.')],
    ['/', ABSOLUTE],
    ['/all/x', ABSOLUTE],
    ['//all/x', ABSOLUTE],
    ['/../x', ABSOLUTE],
    // Empty.
    ['', EMPTY],
    ['all/', EMPTY],
    ['all//x', EMPTY],
    ['host//x', EMPTY],
    ['all/x/', EMPTY],
    // Hidden.
    ['all/.bashrc', ASCII],
    ['all/.ssh/keys', ASCII],
    ['all/...', ASCII],
    ['.all/x', ASCII],
    // Characters.
    ['all\\x', ASCII],
    ['all/..\\..\\x', ASCII],
    ['all/x y', ASCII],
    ['all/x\n', ASCII],
    ['all/x\0.conf', ASCII],
    ['all/~', ASCII],
    ['all/$HOME', ASCII],
    ['all/x:y', ASCII],
    ['all/%2e%2e/x', ASCII],
    ['all/\u00fc', ASCII],
    ['all/u\u0308', ASCII],
    ['\u0430ll/x', ASCII],
    ['all/\u2024\u2024/x', ASCII],
    ['all\u2215x', ASCII],
    ['all/\u202egnp', ASCII],
    ['all/\ud800', ASCII],
    ['all/\u{1f600}', ASCII],
    // Overlays.
    ['x', OVERLAY],
    ['named.conf', OVERLAY],
    ['All/x', OVERLAY],
    ['alll/x', OVERLAY],
    ['hosts/ns1/x', OVERLAY],
    ['C/x', OVERLAY],
    ['all', ITSELF],
    ['host', 'must name a file: host/<id>/<file>'],
    ['host/ns1', 'must name a file: host/<id>/<file>'],
    ['all/zones/example.com.zone.jnl', OWN],
    ['all/Kexample.com.+013+12345.private', OWN],
    ['all/managed-keys.bind', OWN],
    ['host/ns1/_default.nzd', OWN],
    ['datacenter', 'must name a file: datacenter/<name>/<file>'],
    ['datacenter/ams', 'must name a file: datacenter/<name>/<file>'],
    ['host/NS1/x', '"NS1" is not a valid host name'],
    ['host/ns_1/x', '"ns_1" is not a valid host name'],
    ['host/ns1-/x', '"ns1-" is not a valid host name'],
    ['datacenter/AMS/x', '"AMS" is not a valid datacenter name'],
    [`datacenter/${'a'.repeat(64)}/x`, `"${'a'.repeat(64)}" is not a valid datacenter name`],
    // Length.
    [`all/${'a'.repeat(BUNDLE_LIMITS.pathLength - 3)}`, 'is longer than 255 characters'],
    [`/../${'\0'.repeat(BUNDLE_LIMITS.pathLength)}`, 'is longer than 255 characters'],
  ])('refuses %j: %s', (path, fault) => {
    expect(pathFault(path)).toBe(fault);
  });

  test('whatever it accepts stays below its overlay, visible and in ASCII', () => {
    const segment = fc.oneof(
      { arbitrary: fc.constantFrom('a', 'a.b', '-', '@', 'A..', 'host'), weight: 8 },
      { arbitrary: fc.constantFrom('..', '.', '', '.x', '\\', '..\\a', '\u0430', '%2e%2e'), weight: 1 },
      { arbitrary: fc.string({ unit: 'binary', maxLength: 3 }), weight: 1 },
    );
    const overlay = fc.constantFrom('all', 'all', 'host/ns1', 'datacenter/ams', 'host', 'ALL', '', '..');
    const path = fc
      .tuple(overlay, fc.array(segment, { maxLength: 5 }))
      .map(([first, segments]) => [first, ...segments].join('/'));
    fc.assert(
      fc.property(path, (text) => {
        if (pathFault(text) !== null) return;
        const url = new URL(text, 'file:///bundle/');
        expect(url.pathname).toBe(`/bundle/${text}`);
        expect(text).toMatch(/^(?:all|host\/[a-z0-9.-]+|datacenter\/[a-z0-9.-]+)\/[\x21-\x7e]+$/);
        expect(text).not.toMatch(/(?:^|\/)(?:\.|\/|$)|\\/);
      }),
      { numRuns: 2000 },
    );
  });
});

const faultyPaths = (paths: string[]): string[] => collisionFaults(paths).map(({ path }) => path);

describe('collisionFaults', () => {
  test('finds nothing in paths that go together', () => {
    expect(
      collisionFaults(['all/a', 'all/ab', 'all/b/c', 'all/b/d', 'host/a/b', 'all/a.b', 'all/a-/c']),
    ).toEqual([]);
    expect(collisionFaults([])).toEqual([]);
  });

  test('two paths that differ only by case are one file on some disks', () => {
    expect(collisionFaults(['all/Named.conf', 'all/x', 'all/named.conf'])).toEqual([
      { path: 'all/Named.conf', message: 'differs from "all/named.conf" only by case' },
    ]);
  });

  test('of three twins, two have to go', () => {
    expect(faultyPaths(['all/a', 'all/A', 'aLl/a'])).toEqual(['all/a', 'all/A']);
  });

  test.each([[['all/a', 'all/a/b']], [['all/a/b', 'all/a']]])(
    'a file cannot be the folder of another: %j',
    (paths) => {
      expect(collisionFaults(paths)).toEqual([
        { path: 'all/a/b', message: 'needs a folder where "all/a" is a file' },
      ]);
    },
  );

  test('a file cannot be a folder several levels up either', () => {
    expect(faultyPaths(['all/a', 'all/a/b/c/d'])).toEqual(['all/a/b/c/d']);
  });

  test('a folder that differs from a file by case collides, and the file is named as it is written', () => {
    expect(collisionFaults(['all/Zones', 'all/zoneS/x'])).toEqual([
      { path: 'all/zoneS/x', message: 'needs a folder where "all/Zones" is a file' },
    ]);
  });

  test('a chain of files below files has one fault for each link, however deep', () => {
    const chain = ['all/a', 'all/a/a', 'all/a/a/a', 'all/a/a/a/a'];
    expect(collisionFaults(chain).map(({ message }) => message)).toEqual(
      chain.slice(0, -1).map((file) => `needs a folder where "${file}" is a file`),
    );
  });

  test('agrees with a comparison of every path with every other', () => {
    const path = fc
      .array(fc.constantFrom('a', 'A', 'b', 'ab'), { minLength: 1, maxLength: 4 })
      .map((segments) => segments.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 10 }), (paths) => {
        const lower = paths.map((text) => text.toLowerCase());
        const expected = paths.flatMap((text, index) => [
          ...(lower.lastIndexOf(lower[index]!) > index ? [`${text}: differs`] : []),
          ...(lower.some((file) => lower[index]!.startsWith(`${file}/`)) ? [`${text}: needs`] : []),
        ]);
        const found = collisionFaults(paths).map((fault) => `${fault.path}: ${fault.message.split(' ')[0]}`);
        expect(found).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('one set of paths has faults or not, whatever its order', () => {
    const path = fc.stringMatching(/^[aAb](?:\/[aAb]){0,3}$/);
    const orders = fc
      .uniqueArray(path, { maxLength: 8 })
      .chain((paths) =>
        fc.tuple(fc.constant(paths), fc.shuffledSubarray(paths, { minLength: paths.length })),
      );
    fc.assert(
      fc.property(orders, ([paths, others]) => {
        expect(collisionFaults(others)).toHaveLength(collisionFaults(paths).length);
      }),
    );
  });
});

describe('as many paths as a bundle may have', () => {
  const wide = Array.from({ length: BUNDLE_LIMITS.files }, (_, i) => `all/zones/${i}.zone`);
  const twins = Array.from({ length: BUNDLE_LIMITS.files }, (_, i) => `all/${i >> 1}${i % 2 ? 'X' : 'x'}`);
  // 160 chains of 125 files, each of which is a file where the next needs a folder.
  const chains = Array.from({ length: BUNDLE_LIMITS.files }, (_, i) =>
    `all/${Math.floor(i / 125)}`.padEnd(9, 'x').concat('/a'.repeat(i % 123)),
  );

  test.each([
    ['side by side', wide, 0],
    ['all in pairs of twins', twins, BUNDLE_LIMITS.files / 2],
    ['in chains of files below files', [...new Set(chains)], 122 * 160],
  ])('%s, are looked at in the time of a few thousand, with few faults each', (_, paths, faults) => {
    const started = performance.now();
    expect(collisionFaults(paths)).toHaveLength(faults);
    // About 50 ms. Comparing each with each would be 400 million comparisons.
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
