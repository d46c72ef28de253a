import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namedChecker } from '../../services/agent/src/adapters/checker/named-checkconf.ts';
import type { Checker } from '../../services/agent/src/adapters/checker/interface.ts';
import { processesIn, ZONE } from './named-service.ts';

let folder: string;
let root: string;
let checker: Checker;
/** For what has to be killed: it waits less long. */
let hasty: Checker;

/** `R` in a text is the live path of the managed root, `S` in capitals between `@` the state directory. */
const filled = (text: string): string =>
  text.replaceAll('@R@', root).replaceAll('@S@', join(folder, 'state'));
const primary = (name: string, file = 'good') => `zone "${name}" { type primary; file "@R@/${file}"; };\n`;
const OPTIONS = 'options { directory "@S@"; };\n';
const SOA = '$TTL 60\n@ SOA a.example. b.example. 1 2 3 4 5\n@ NS a.example.\n';

let count = 0;
/** A tree of these files, and a good zone. */
async function tree(files: Record<string, string>): Promise<string> {
  count += 1;
  const path = join(folder, 'trees', String(count));
  for (const [name, text] of Object.entries({ good: ZONE, ...files })) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), filled(text));
  }
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-nasty-'));
  root = join(folder, 'etc');
  await mkdir(join(folder, 'state'));
  await symlink(await tree({ 'named.conf': OPTIONS }), root);
  await writeFile(join(folder, 'secret'), 'hunter2 yes;\n');
  const options = { root, config: 'named.conf', stateDir: join(folder, 'state'), directories: [] };
  checker = await namedChecker(options);
  hasty = await namedChecker({ ...options, timeoutMs: 4000 });
});
afterAll(() => rm(folder, { recursive: true }));

/** Longer than any of them takes, and shorter than a person waits. */
const WITHIN_MS = 40_000;
const REFUSED = 'checker_refused';
const TAKEN = 'checked_at_live_path';

const nested = (depth: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: depth }, (_, at) => [
      `deep${at}`,
      at + 1 < depth ? `include "@R@/deep${at + 1}";` : 'bogus yes;',
    ]),
  );

describe('a nasty bundle', () => {
  test.each<[what: string, config: string, code: string, says: RegExp, files?: Record<string, string>]>([
    [
      'includes what includes a secret',
      'include "@R@/a";',
      'path_outside',
      /\/b:1: "include"/,
      { a: 'include "@R@/b";', b: 'include "@R@/../secret";' },
    ],
    ['includes by a pattern that leads outside', 'include "@S@/../*";', 'path_outside', /named\.conf:2/],
    [
      'includes by a pattern that stays inside',
      'include "@R@/parts/*";',
      TAKEN,
      /accepts/,
      { 'parts/a': primary('a.example'), 'parts/b': primary('b.example') },
    ],
    [
      'includes a pattern that matches nothing',
      'include "@R@/none/*";',
      REFUSED,
      /named\.conf:2.*file not found/,
    ],
    ['includes itself', 'include "@R@/named.conf";', REFUSED, /./],
    [
      'includes two hundred deep',
      'include "@R@/deep0";',
      REFUSED,
      /deep199:1: unknown option 'bogus'/,
      nested(200),
    ],
    ['escapes a path', 'include "@R@/\\.\\./\\secret";', 'path_outside', /"include"/],
    [
      'names a file without quotes',
      `zone "x" { type primary; file /etc/shadow; };`,
      'path_outside',
      /"file"/,
    ],
    [
      'hides a directive behind a comment that is none',
      'key "a#b" { algorithm hmac-sha256; secret "YWJj"; };\nplugin query "x.so";',
      'directive_forbidden',
      /"plugin"/,
    ],
    [
      'hides a directive after a comment',
      '/* // */ plugin /**/ query # "\n "x.so";',
      'directive_forbidden',
      /"plugin"/,
    ],
    [
      'hides a directive in a second include of a zone file',
      'include "@R@/z";',
      'path_outside',
      /"include"/,
      { z: '# $TTL 60\ninclude "/etc/passwd";' },
    ],
    [
      'reads a stranger from a zone file',
      primary('a.example', 'z'),
      'path_outside',
      /z:4: "\$include"/,
      { z: `${SOA}$INCLUDE /etc/passwd\n` },
    ],
    [
      'reads a stranger from a zone file in small letters',
      primary('a.example', 'z'),
      'path_outside',
      /z:4/,
      { z: `${SOA}$include\t"/etc/passwd" x.\n` },
    ],
    [
      'reads a zone file without end',
      primary('a.example', 'z'),
      REFUSED,
      /z/,
      { z: `${SOA}$INCLUDE @R@/z\n` },
    ],
    [
      'makes ten million records',
      primary('a.example', 'z'),
      'checker_timeout',
      /longer than 4 seconds/,
      { z: `${SOA}$GENERATE 1-10000000 a$ A 192.0.2.1\n` },
    ],
    [
      'has a line of 8 MiB',
      `zone "a.example" { type primary; file "${'x'.repeat(8 << 20)}"; };`,
      REFUSED,
      /./,
    ],
    [
      'has a zone file with a line of 8 MiB',
      primary('a.example', 'z'),
      REFUSED,
      /z:4/,
      { z: `${SOA}a TXT ${'x'.repeat(8 << 20)}\n` },
    ],
    [
      'has a NUL in a name, where named takes it for the end',
      'zone "a\0b" { type primary; file "@R@/good"; };',
      TAKEN,
      /accepts/,
    ],
    [
      'has a NUL before a directive',
      'acl x { any; }\0;\nplugin query "x.so";',
      'directive_forbidden',
      /"plugin"/,
    ],
    [
      'has a zone twice in a view',
      `view v { ${primary('a.example')} ${primary('A.Example.')} };`,
      REFUSED,
      /already exists/,
    ],
    [
      'lends a zone to another view',
      `view v { match-clients { 127.0.0.1; }; ${primary('a.example')} }; view w { zone "a.example" { in-view v; }; };`,
      TAKEN,
      /accepts/,
    ],
    [
      'borrows a zone of nobody',
      'view v { match-clients { none; }; }; view w { zone "a.example" { in-view v; }; };',
      REFUSED,
      /a\.example/,
    ],
    [
      'has zones of other classes',
      `view c CHAOS { zone "a.example" CHAOS { type primary; file "@R@/c"; }; }; view i IN { ${primary('b.example')} };`,
      TAKEN,
      /accepts/,
      { c: '$TTL 60\n@ CH SOA a.example. b.example. 1 2 3 4 5\n@ CH NS a.example.\n' },
    ],
    [
      'writes a zone of another class',
      `view c CHAOS { zone "a.example" CHAOS { type primary; file "@R@/c"; allow-update { any; }; }; }; view i IN { };`,
      'dynamic_zone_in_bundle',
      /a\.example/,
      { c: '$TTL 60\n@ CH SOA a.example. b.example. 1 2 3 4 5\n@ CH NS a.example.\n' },
    ],
    [
      'has hints of its own',
      'zone "." { type hint; file "@R@/hints"; };',
      TAKEN,
      /accepts/,
      { hints: '. 60 NS a.example.\na.example. 60 A 192.0.2.1\n' },
    ],
    ['has the root', primary('.', 'z'), TAKEN, /accepts/, { z: `${SOA}a.example. A 192.0.2.1\n` }],
    [
      'takes zones from a catalog into the bundle',
      `options { catalog-zones { zone "cat.example" zone-directory "@R@/cat"; }; };\n${primary('cat.example')}`,
      'daemon_writes_bundle',
      /zone-directory|cat/,
    ],
    [
      'takes zones from a catalog that lies elsewhere',
      'options { catalog-zones { zone "cat.example" zone-directory "/etc" in-memory no; }; };',
      'path_outside',
      /"zone-directory"/,
    ],
    [
      'has a response policy without its zone',
      'options { response-policy { zone "rpz.example"; }; };',
      REFUSED,
      /rpz\.example/,
    ],
    [
      'takes new zones at run time into the bundle',
      'options { allow-new-zones yes; new-zones-directory "@R@"; };',
      'daemon_writes_bundle',
      /new-zones-directory/,
    ],
    [
      'takes new zones at run time, in its working directory in the bundle',
      'options { directory "@R@"; dnssec-validation no; allow-new-zones yes; };',
      'daemon_writes_bundle',
      /"directory/,
    ],
    [
      'works in the bundle and writes nothing there',
      'options { directory "@R@"; dnssec-validation no; };',
      TAKEN,
      /accepts/,
    ],
    ['takes new zones at run time', 'options { allow-new-zones yes; };', TAKEN, /accepts/],
    [
      'signs with keys in the bundle',
      `zone "a.example" { type primary; file "@S@/a"; dnssec-policy default; inline-signing yes; key-directory "@R@/keys"; };`,
      'dynamic_zone_in_bundle',
      /key-directory/,
    ],
    [
      'writes its log into the bundle',
      'logging { channel c { file "@R@/log"; }; };',
      'daemon_writes_bundle',
      /"file/,
    ],
    [
      'writes its log into the bundle by a relative path',
      'options { directory "@R@"; dnssec-validation no; };\nlogging { channel c { file "log" versions 3; }; };',
      'daemon_writes_bundle',
      /"file log"/,
    ],
    [
      'logs into a folder that is not there',
      'logging { channel c { file "@S@/nowhere/named.log" versions 3; }; category default { c; }; };',
      'folder_missing',
      /named\.conf:2: "file .*nowhere\/named\.log" needs the folder .*\/nowhere, which is not on this host/,
    ],
    [
      'keeps keys in a folder that is not there',
      'options { managed-keys-directory "@S@/nowhere"; };',
      'folder_missing',
      /"managed-keys-directory .*\/nowhere, which is not on this host/,
    ],
    [
      'writes its PID into a folder that is not there, which named makes',
      'options { pid-file "@S@/nowhere/named.pid"; };',
      TAKEN,
      /accepts/,
    ],
    [
      'takes commands where it answers questions',
      'options { listen-on port 5353 { 192.0.2.1; }; };\nkey k { algorithm hmac-sha256; secret "YWJj"; };\ncontrols { inet 192.0.2.1 port 5353 allow { any; } keys { k; }; };',
      'port_conflict',
      /"listen-on port 5353 \{ 192\.0\.2\.1\/32; \}" and "controls \{ inet 192\.0\.2\.1 port 5353 \}"/,
    ],
    [
      'shows statistics where it answers questions',
      'options { listen-on port 5353 { !10.0.0.0/8; any; }; };\nstatistics-channels { inet 192.0.2.1 port 5353 allow { any; }; };',
      'port_conflict',
      /statistics-channels/,
    ],
    ['works in the bundle', 'options { directory "@R@"; };', 'daemon_writes_bundle', /"directory/],
    [
      'has a secondary with a key and a file in the bundle',
      'key k { algorithm hmac-sha256; secret "YWJj"; };\nzone "a.example" { type secondary; primaries { 192.0.2.1 key k; }; file "@R@/a"; };',
      'dynamic_zone_in_bundle',
      /overwrites/,
    ],
    [
      'talks to a TLS server without its key',
      'tls t { cert-file "/etc/ssl/none.pem"; key-file "/etc/ssl/none.pem"; };',
      'path_outside',
      /"cert-file"/,
    ],
    ['names a zone with escapes', primary('a\\046b.example', 'z'), TAKEN, /accepts/, { z: SOA }],
    ['has a name that is too long', primary(`${'a'.repeat(64)}.example`), REFUSED, /is not a valid name/],
    ['names a folder as a zone file', primary('a.example', 'parts'), REFUSED, /parts/, { 'parts/a': '' }],
    [
      'names a device as a zone file',
      'zone "a.example" { type primary; file "/dev/zero"; };',
      'path_outside',
      /"file"/,
    ],
    [
      'names a device that never ends as an include',
      'include "/dev/urandom";',
      REFUSED,
      /urandom:1: named does not accept this line/,
    ],
  ])('that %s ends rightly', async (_, config, code, says, files = {}) => {
    const began = performance.now();
    const text = config.startsWith('options')
      ? config
          .replace('options {', 'options { directory "@S@";')
          .replace(/directory "@S@"; directory/, 'directory')
      : `${OPTIONS}${config}`;
    const staged = await tree({ 'named.conf': text, ...files });
    const verdict = await (code === 'checker_timeout' ? hasty : checker).check(staged);
    expect(`${verdict.code}: ${verdict.reason}`).toMatch(new RegExp(`^${code}: `));
    expect(verdict.reason).toMatch(says);
    expect(verdict.reason).not.toMatch(/hunter2|root:/);
    expect(verdict.reason.length).toBeLessThan(1200);
    expect(performance.now() - began).toBeLessThan(WITHIN_MS);
    expect(await processesIn(folder)).toEqual([]);
    expect(await readdir(join(folder, 'state'))).toEqual([]);
  });
});
