import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namedChecker } from '../../services/agent/src/adapters/checker/named-checkconf.ts';
import type { Checker } from '../../services/agent/src/adapters/checker/interface.ts';
import { ZONE } from './named-service.ts';

let folder: string;
let root: string;
let checker: Checker;
const options = () => ({ root, config: 'named.conf', stateDir: folder, directories: [] });
const zone = (name: string, file = `${root}/zones/${name}`) =>
  `zone "${name}" { type primary; file "${file}"; };\n`;
const zones = (...names: string[]) => names.map((name) => zone(name)).join('');

/** A tree with a configuration and the zone files that are named. */
async function tree(name: string, config: string, ...zoneFiles: string[]): Promise<string> {
  const path = join(folder, 'generations', name);
  for (const file of zoneFiles) {
    await mkdir(dirname(join(path, 'zones', file)), { recursive: true });
    await writeFile(join(path, 'zones', file), ZONE);
  }
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'named.conf'), `options { directory "${folder}"; };\n${config}`);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-checker-'));
  root = join(folder, 'etc');
  await symlink(await tree('live', zones('example.com'), 'example.com'), root);
  checker = await namedChecker(options());
});
afterAll(() => rm(folder, { recursive: true }));

describe('named-checkconf', () => {
  test('accepts the tree that is live', async () => {
    expect(await checker.check(join(folder, 'generations/live'))).toMatchObject({
      verdict: 'pass',
      code: 'checked_at_live_path',
    });
  });

  test('accepts a zone whose file is in the staged tree only, named by its live path', async () => {
    const staged = await tree('grown', zones('example.com', 'new.example'), 'example.com', 'new.example');
    expect(await checker.check(staged)).toMatchObject({ verdict: 'pass', code: 'checked_at_live_path' });
  });

  test('refuses a zone whose file is in the live tree only', async () => {
    const staged = await tree('shrunk', zones('example.com'));
    const verdict = await checker.check(staged);
    expect(verdict).toMatchObject({ verdict: 'fail', code: 'checker_refused' });
    expect(verdict.reason).toContain(`${root}/zones/example.com`);
    expect(verdict.reason).toContain('file not found');
  });

  test('refuses a syntax error, in its own words, with the live path and line', async () => {
    const staged = await tree('bogus', `${zones('example.com')}bogus yes;`, 'example.com');
    expect(await checker.check(staged)).toEqual({
      verdict: 'fail',
      code: 'checker_refused',
      reason: `${root}/named.conf:3: unknown option 'bogus'`,
    });
  });

  test('says what is wrong even when a hundred zones are right', async () => {
    const names = Array.from({ length: 100 }, (_, n) => `z${n}.example`);
    const staged = await tree('many', zones(...names, 'missing.example'), ...names);
    const { code, reason } = await checker.check(staged);
    expect(code).toBe('checker_refused');
    expect(reason).toContain('missing.example');
    expect(reason).not.toContain('loaded serial');
  });

  test('is not even started on a tree that would load code', async () => {
    const staged = await tree('code', 'view a {\n  plugin query "/nowhere/x.so";\n};');
    const { verdict, code, reason } = await checker.check(staged);
    expect([verdict, code]).toEqual(['fail', 'directive_forbidden']);
    expect(reason).toContain(`${root}/named.conf:3: "plugin"`);
  });

  test('lists the zones of a tree, those of included files too', async () => {
    const staged = await tree(
      'included',
      `include "${root}/more.conf";\n${zones('example.com')}`,
      'example.com',
    );
    await writeFile(join(staged, 'more.conf'), 'zone "." { type hint; file "/usr/share/dns/root.hints"; };');
    expect(await checker.zones(staged)).toEqual([
      { name: '.', type: 'hint' },
      { name: 'example.com', type: 'primary', serial: 42 },
    ]);
    await expect(checker.zones(await tree('unlisted', 'bogus yes;'))).rejects.toThrow(
      `${root}/named.conf:2: unknown`,
    );
  });

  test('leaves no trace: what was mounted for it is not mounted for anybody else', async () => {
    const other = await namedChecker(options());
    const live = join(folder, 'generations/live');
    await Promise.all([checker.check(live), other.check(live), other.zones(live)]);
    expect(await checker.zones(root)).toEqual([{ name: 'example.com', type: 'primary', serial: 42 }]);
  });

  test('looks at the staged path where there is no live tree, and says so', async () => {
    const nowhere = await namedChecker({ ...options(), root: join(folder, 'nowhere') });
    const staged = await tree('first', zones());
    expect(await nowhere.check(staged)).toMatchObject({ verdict: 'pass', code: 'checked_at_staged_path' });
    const bad = await nowhere.check(await tree('bad', 'bogus yes;'));
    expect(bad.reason).toBe(`${join(folder, 'nowhere')}/named.conf:2: unknown option 'bogus'`);
  });

  test('never shows a line of a file that is none of the bundle’s', async () => {
    const verdict = await checker.check(await tree('nosy', 'include "/etc/passwd";'));
    expect(verdict).toMatchObject({ verdict: 'fail', code: 'path_outside' });
    expect(verdict.reason).toContain(`${root}/named.conf:2`);
    expect(verdict.reason).not.toContain('root:');
  });

  test('that cannot run is inconclusive, never a pass', async () => {
    const staged = await tree('fine', zones());
    await writeFile(join(staged, 'named.conf'), 'options { recursion no; };');
    const homeless = await namedChecker({ ...options(), stateDir: join(folder, 'no/such/folder') });
    expect(await homeless.check(staged)).toMatchObject({
      verdict: 'inconclusive',
      code: 'checker_unavailable',
    });
    await expect(homeless.zones(staged)).rejects.toThrow('cannot list the zones');
  });

  test.each([
    ['takes updates', 'allow-update { any; };', 'dynamic updates'],
    ['is signed', 'dnssec-policy default; inline-signing yes;', 'signed by the daemon'],
    ['keeps differences', 'ixfr-from-differences yes;', 'journal'],
  ])('refuses a zone of the bundle that %s, with file and line', async (_, statement, why) => {
    const file = `${root}/zones/example.com`;
    const config = `zone "example.com" {\n type primary; file "${file}"; ${statement} };`;
    const verdict = await checker.check(await tree('dynamic', config, 'example.com'));
    expect(verdict).toMatchObject({ verdict: 'fail', code: 'dynamic_zone_in_bundle' });
    expect(verdict.reason).toContain(`${root}/named.conf:2: "zone example.com"`);
    expect(verdict.reason).toContain(why);
  });

  test('refuses a secondary zone whose file the daemon would overwrite in the bundle', async () => {
    const config = `zone "s.example" { type slave; primaries { 192.0.2.1; }; file "${root}/zones/s"; };`;
    const verdict = await checker.check(await tree('secondary', config));
    expect(verdict).toMatchObject({ verdict: 'fail', code: 'dynamic_zone_in_bundle' });
  });

  test('accepts a dynamic zone whose file is in the state directory', async () => {
    await writeFile(join(folder, 'dynamic.zone'), ZONE);
    const config = `zone "example.com" { type primary; file "dynamic.zone"; allow-update { any; }; };`;
    expect(await checker.check(await tree('outside', config))).toMatchObject({ verdict: 'pass' });
  });

  test('accepts paths in the directories that the host lists, and in no others', async () => {
    const config = `zone "." { type hint; file "/usr/share/doc/base-files/README"; };`;
    const staged = await tree('listed', config);
    expect((await checker.check(staged)).code).toBe('path_outside');
    const open = await namedChecker({ ...options(), directories: ['/usr/share/doc'] });
    expect((await open.check(staged)).code).not.toBe('path_outside');
  });

  test('describes what a tree makes the daemon do, and counts its records', async () => {
    const staged = await tree(
      'described',
      `${zones('example.com', 'include.example')}controls { };`,
      'example.com',
    );
    await writeFile(join(staged, 'zones/more'), 'a A 192.0.2.1\nb A 192.0.2.2\n');
    const text = `$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS a\n$INCLUDE "${root}/zones/more"\n`;
    await writeFile(join(staged, 'zones/include.example'), text);
    const described = await checker.describe(staged);
    expect(described.zones).toMatchObject([
      { name: 'example.com', type: 'primary', inTree: 'zones/example.com', selfContained: true },
      { name: 'include.example', selfContained: false },
    ]);
    expect(described.controls).toEqual([]);
    expect(await checker.countRecords(staged, described.zones)).toEqual([26, 4]);
    const missing = described.zones.map((each) => ({ ...each, inTree: 'nowhere', name: 'gone.example' }));
    expect(await checker.countRecords(staged, [...described.zones, ...missing])).toEqual([26, 4, null, null]);
  });

  test('does not show the words of a file that is none of the bundle’s', async () => {
    await writeFile(join(folder, 'private.conf'), 'hunter2 yes;\n');
    const verdict = await checker.check(await tree('quoting', `include "${folder}/private.conf";`));
    expect(verdict).toMatchObject({ verdict: 'fail', code: 'checker_refused' });
    expect(verdict.reason).toContain(`${folder}/private.conf:1`);
    expect(verdict.reason).not.toContain('hunter2');
  });
});
