import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Assignment, Digest, type Verdict } from '@breakwater/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namedChecker } from '../../services/agent/src/adapters/checker/named-checkconf.ts';
import { compareTrees } from '../../services/agent/src/adapters/generations/compare.ts';
import { listTree } from '../../services/agent/src/adapters/generations/contents.ts';
import { prove } from '../../services/agent/src/runtime/prove.ts';

let folder: string;
let root: string;
const trees = new Map<Digest, string>();

const digestOf = (path: string): Digest => Digest.parse(createHash('sha256').update(path).digest('hex'));

/** Writes a tree; `@R@` is the live path of the managed root, `@S@` the state directory, `@L@` a listed directory. */
async function tree(name: string, files: Record<string, string>): Promise<Digest> {
  const path = join(folder, 'trees', name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    const filled = text.replaceAll('@R@', root).replaceAll('@S@', join(folder, 'state'));
    await writeFile(join(path, file), filled.replaceAll('@L@', join(folder, 'listed')));
  }
  trees.set(digestOf(path), path);
  return digestOf(path);
}

/** Proves a tree as a change of another one. */
async function proved(
  before: Digest,
  now: Digest,
  expected: unknown = {},
  directories: string[] = [],
  action: 'restart' | 'reload' = 'restart',
): Promise<Verdict> {
  const pathOf = (digest: Digest): string => trees.get(digest) ?? '';
  await rm(root, { force: true });
  await symlink(pathOf(before), root);
  const generations = {
    live: async () => before,
    damage: async () => [],
    pathOf,
    difference: async (a: Digest, b: Digest) =>
      compareTrees(await listTree(pathOf(a)), await listTree(pathOf(b))),
  };
  const checker = await namedChecker({
    root,
    config: 'named.conf',
    stateDir: join(folder, 'state'),
    directories,
  });
  const rest = {
    epoch: 1,
    rollout: 'r-1',
    step: 'stage',
    checks: [],
    soakMs: 1,
    confirmWithinMs: 1,
    verifyWithinMs: 1,
  };
  const assignment = Assignment.parse({ ...rest, bundle: now, expect: expected, action });
  return prove({ generations, checker } as unknown as Parameters<typeof prove>[0], assignment, before);
}

const OPTIONS = 'options { directory "@S@"; listen-on port 5300 { 127.0.0.1; }; };\n';
const zone = (name: string, more = '') => `zone "${name}" { type primary; file "@R@/${name}"; ${more} };\n`;
const RECORDS = 20;
/** A zone of a SOA, an NS and further records; what is not kept may stand there as a comment. */
const records = (count: number, hidden = 0) =>
  `$TTL 60\n@ SOA ns.a.test. b.a.test. 7 2 3 4 5\n@ NS ns.a.test.\n${Array.from({ length: count + hidden }, (_, n) => `${n < count ? '' : ';'}h${n} A 192.0.2.1\n`).join('')}`;
const plain = {
  'named.conf': `${OPTIONS}${zone('a.example')}${zone('b.example')}`,
  'a.example': records(RECORDS),
  'b.example': records(RECORDS),
};

let live: Digest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-proof-'));
  root = join(folder, 'etc');
  for (const name of ['state', 'listed']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'state/dynamic'), records(1));
  await writeFile(
    join(folder, 'listed/more.conf'),
    zone('listed.example').replaceAll('@R@', join(folder, 'listed')),
  );
  await writeFile(join(folder, 'listed/listed.example'), records(1));
  live = await tree('live', plain);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the proof of a change', () => {
  test('counts records as named does, and says what grew', async () => {
    const verdict = await proved(live, await tree('grown', { ...plain, 'a.example': records(RECORDS + 1) }));
    expect(verdict).toMatchObject({ verdict: 'pass', code: 'as_expected' });
    expect(verdict.reason).toContain('a.example 22→23 records');
  });

  test.each([
    ['category default { null; };', 'reload_unproved'],
    ['channel n { null; }; category default { n; };', 'reload_unproved'],
    ['category default { default_syslog; }; category general { null; };', 'reload_unproved'],
    ['category default { null; }; category general { default_syslog; };', 'as_expected'],
    ['category queries { null; };', 'as_expected'],
  ])('refuses a reload that could never say that it finished: %s', async (logging, expected) => {
    const muted = { ...plain, 'named.conf': `${plain['named.conf']}logging { ${logging} };\n` };
    const verdict = await proved(live, await tree(`muted ${logging}`, muted), {}, [], 'reload');
    expect(verdict.code).toBe(expected);
    expect((await proved(live, await tree(`muted ${logging}`, muted))).code).toBe('as_expected');
  });

  test('refuses a primary that would come from another server, unless a copy of it is here or it is announced', async () => {
    const from = (file: string) =>
      `zone "b.example" { type secondary; primaries { 192.0.2.1; }; file "${file}"; };\n`;
    const turned = (file: string) => ({
      ...plain,
      'named.conf': `${OPTIONS}${zone('a.example')}${from(file)}`,
    });
    const absent = await tree('turned', turned('@S@/b'));
    expect(await proved(live, absent)).toMatchObject({ verdict: 'fail', code: 'zone_type_changed' });
    expect((await proved(live, absent)).reason).toContain('b.example (primary→secondary)');
    expect((await proved(live, absent, { zonesRemoved: ['b.example'] })).code).toBe('as_expected');
    expect((await proved(live, await tree('copied', turned('@S@/dynamic')))).code).toBe('as_expected');
  });

  const code = '// nothing is left\n';
  test.each<[what: string, files: Record<string, string>, code: string, says: RegExp]>([
    ['an empty file', { 'named.conf': '' }, 'configuration_emptied', /no statement at all/],
    ['nothing but a comment', { 'named.conf': code }, 'configuration_emptied', /no statement at all/],
    [
      'no listener',
      { 'named.conf': plain['named.conf'].replace(/listen-on.*?\}; /, '') },
      'configuration_emptied',
      /where to listen/,
    ],
    [
      'listeners nowhere',
      { 'named.conf': plain['named.conf'].replace(/listen-on.*?\}; /, 'listen-on { none; }; ') },
      'configuration_emptied',
      /where to listen/,
    ],
    ['no zone', { 'named.conf': OPTIONS }, 'configuration_emptied', /none of the 2 zones/],
    [
      'a zone less',
      { 'named.conf': `${OPTIONS}${zone('a.example')}` },
      'zone_removed_unannounced',
      /b\.example/,
    ],
    ['few records', { 'a.example': records(2) }, 'zone_shrunk', /a\.example 22→4 records/],
    [
      'its records in comments',
      { 'a.example': records(2, RECORDS) },
      'zone_shrunk',
      /a\.example 22→4 records/,
    ],
    [
      'the same record many times',
      { 'a.example': `${records(2)}${'h1 A 192.0.2.1\n'.repeat(RECORDS)}` },
      'zone_shrunk',
      /22→4 records/,
    ],
    [
      'keys that are made in the bundle',
      {
        'named.conf': `${plain['named.conf']}zone "s.example" { type primary; file "@S@/dynamic"; dnssec-policy default; inline-signing yes; key-directory "@R@/keys"; };`,
      },
      'dynamic_zone_in_bundle',
      /key-directory/,
    ],
    [
      'a log in the bundle',
      { 'named.conf': `${plain['named.conf']}logging { channel c { file "@R@/log"; }; };` },
      'daemon_writes_bundle',
      /"file .*log" is a file in the managed root/,
    ],
    [
      'a catalog that writes into the bundle',
      {
        'named.conf': plain['named.conf'].replace(
          'options {',
          'options { catalog-zones { zone "a.example" zone-directory "@R@/c"; };',
        ),
      },
      'daemon_writes_bundle',
      /zone-directory/,
    ],
    [
      'a file of a folder that is not listed',
      { 'named.conf': `${plain['named.conf']}include "@L@/more.conf";` },
      'path_outside',
      /"include"/,
    ],
  ])('that leaves %s ends with the reason', async (what, files, expected, says) => {
    const verdict = await proved(live, await tree(what, { ...plain, ...files }));
    expect(verdict).toMatchObject({ verdict: 'fail', code: expected });
    expect(verdict.reason).toMatch(says);
  });

  test('takes a file of a folder that the host lists', async () => {
    const staged = await tree('listed', {
      ...plain,
      'named.conf': `${plain['named.conf']}include "@L@/more.conf";`,
    });
    const verdict = await proved(live, staged, {}, [join(folder, 'listed')]);
    expect(verdict).toMatchObject({ verdict: 'pass' });
    expect(verdict.reason).toContain('1 added (listed.example)');
  });

  test('finds the one zone of a thousand that shrank behind comments, in a few seconds', async () => {
    const names = Array.from({ length: 1000 }, (_, n) => `z${n}.example`);
    const config = `${OPTIONS}${names.map((name) => zone(name)).join('')}`;
    const all = (of: (name: string) => string) => Object.fromEntries(names.map((name) => [name, of(name)]));
    const before = await tree('thousand', { 'named.conf': config, ...all(() => records(RECORDS)) });
    const shrunk = (name: string) => (name === 'z777.example' ? records(3, RECORDS) : records(RECORDS + 1));
    const now = await tree('thousand-shrunk', { 'named.conf': config, ...all(shrunk) });
    const began = performance.now();
    const verdict = await proved(before, now);
    const took = performance.now() - began;
    expect(verdict).toMatchObject({ verdict: 'fail', code: 'zone_shrunk' });
    expect(verdict.reason).toContain('z777.example 22→5 records');
    expect(took).toBeLessThan(20_000);
  });
});
