import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findForbidden, forbiddenIn } from './forbidden.ts';
import { parseZoneList } from './zone-list.ts';

describe('forbidden directives', () => {
  test.each([
    ['plugin query "/x.so";', 'plugin', 1],
    ['options { };\n\nPLUGIN query x.so { a 1; };', 'plugin', 3],
    ['view v {\n  plugin query "x";\n};', 'plugin', 2],
    ['dlz "name" { database "dlopen x.so"; };', 'dlz', 1],
    ['/* a\n*/ dyndb "n" "lib.so" { };', 'dyndb', 2],
    ['key "a\\"b" { };dlz n\n{ };', 'dlz', 1],
    ['plugin # here\n query // there\n "x" /* and */ ;', 'plugin', 1],
    ['options { directory "/a"; } plugin query "x";', 'plugin', 1],
    ['# a lone " in a comment\nplugin query "x";', 'plugin', 2],
  ])('are found in %j', (text, directive, line) =>
    expect(forbiddenIn(text, ['/a'])).toEqual({ directive, line, why: 'code' }),
  );

  test.each([
    ['include "/etc/passwd";', 'include', 1],
    ['zone "x" {\n type primary; file "/etc/shadow"; };', 'file', 2],
    ['zone "x" { file /root/live2/x; };', 'file', 1],
    ['options { pid-file "/root/live/../../etc/x"; };', 'pid-file', 1],
    ['logging { channel c { file "../../x" size 1m; }; };', 'file', 1],
    ['tls t { KEY-FILE "/etc/ssl/key"; };', 'key-file', 1],
    ['options { directory "/"; };', 'directory', 1],
    ['$TTL 60\n@ NS a.\n$INCLUDE /etc/passwd\n', '$include', 3],
    ['include "/root/live\\/../x";', 'include', 1],
  ])('that lead outside are found in %j', (text, directive, line) =>
    expect(forbiddenIn(text, ['/root/live', '/state'])).toEqual({ directive, line, why: 'outside' }),
  );

  test.each([
    ['options { directory "/state"; pid-file "/state/named.pid"; session-keyfile none; };'],
    ['include "/root/live/more.conf"; include "zones/a.conf";'],
    ['zone "." { type hint; file "/usr/share/dns/root.hints"; };'],
    ['logging { channel c { file "/dev/null"; }; };'],
    ['file IN TXT "/etc/passwd"\ninclude A 192.0.2.1\n'],
    ['// file "/etc/passwd";'],
  ])('that stay inside are not found in %j', (text) =>
    expect(forbiddenIn(text, ['/root/live', '/state'])).toBeNull(),
  );

  test.each([
    ['// plugin query "x";'],
    ['# dlz "x" {'],
    ['/* dyndb "n" "lib" {\n */'],
    ['zone "plugin" { file "dlz"; };'],
    ['acl plugin { any; };'],
    ['include "plugin query x;";'],
    ['key "a\\" ; plugin query b" { };'],
    ['plugin IN A 192.0.2.1\n; dlz is not used here\n; plugin\n'],
    ['directory "/a/plugin query x";'],
    [''],
  ])('are not found in %j', (text) => expect(forbiddenIn(text, ['/a'])).toBeNull());

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breakwater-forbidden-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('are found in every file of a tree, with file and line', async () => {
    await mkdir(join(folder, 'a/b'), { recursive: true });
    await writeFile(join(folder, 'named.conf'), 'include "a/b/c";');
    expect(await findForbidden(folder, [])).toBeNull();
    await writeFile(join(folder, 'a/b/c'), '\nplugin query "x";');
    const found = { directive: 'plugin', path: 'a/b/c', line: 2, why: 'code' };
    expect(await findForbidden(folder, [])).toEqual(found);
  });
});

test('a zone list is read as named-checkconf 9.18 prints it', () => {
  const output = [
    'Example.com IN one master',
    'Example.com IN two in-view one',
    'other.com IN two static-stub',
    '. IN _default hint',
    'sec.example. IN _default slave',
    'borrowed.example IN a in-view b',
    'borrowed.example IN b forward',
    'a b"c IN _default forward',
    'bind CH chaos primary',
    'a line of a warning',
    '',
  ].join('\n');
  expect(parseZoneList(output)).toEqual([
    { name: 'example.com', type: 'primary' },
    { name: 'other.com', type: 'static-stub' },
    { name: '.', type: 'hint' },
    { name: 'sec.example', type: 'secondary' },
    { name: 'borrowed.example', type: 'forward' },
    { name: 'a b"c', type: 'forward' },
  ]);
});
