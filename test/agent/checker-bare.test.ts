import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Checker } from '../../services/agent/src/adapters/checker/interface.ts';
import { namedChecker } from '../../services/agent/src/adapters/checker/named-checkconf.ts';
import { openSandbox } from '../../services/agent/src/adapters/checker/sandbox.ts';
import { ZONE } from './named-service.ts';

let folder: string;
let checker: Checker;
const at = (path: string): string => join(folder, path);
const surroundings = () => ({
  root: at('etc'),
  config: 'named.conf',
  stateDir: at('state'),
  directories: [],
});

async function tree(name: string, config: string): Promise<string> {
  await mkdir(at(name), { recursive: true });
  await writeFile(at(`${name}/named.conf`), `options { directory "${at('state')}"; };\n${config}`);
  await writeFile(at(`${name}/zone`), ZONE);
  return at(name);
}

/** A host whose unshare(1) is refused everything, as in a container. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-bare-'));
  await mkdir(at('state'));
  await mkdir(at('programs'));
  await writeFile(
    at('programs/unshare'),
    '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n',
    {
      mode: 0o755,
    },
  );
  vi.stubEnv('PATH', `${at('programs')}${delimiter}${process.env['PATH'] ?? ''}`);
  await symlink(await tree('live', ''), at('etc'));
  checker = await namedChecker(surroundings());
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('a host without namespaces checks the tree where it is staged, and says what that is worth', async () => {
  const verdict = await checker.check(
    await tree('fine', 'zone "a.example" { type hint; file "/usr/share/dns/root.hints"; };'),
  );
  expect(verdict).toMatchObject({ verdict: 'pass', code: 'checked_at_staged_path' });
  expect(verdict.reason).toContain('allows no private namespaces; so the checker could also see its network');
});

test('a host without namespaces refuses what any other refuses, with the live path', async () => {
  const bogus = await checker.check(await tree('bogus', 'bogus yes;'));
  expect(bogus).toMatchObject({
    code: 'checker_refused',
    reason: `${at('etc')}/named.conf:2: unknown option 'bogus'`,
  });
  const outside = await checker.check(await tree('outside', 'include "/etc/passwd";'));
  expect(outside).toMatchObject({ code: 'path_outside' });
});

test('a host without namespaces counts the records of a staged zone', async () => {
  const staged = await tree('counted', `zone "a.example" { type primary; file "${at('etc')}/zone"; };`);
  const { zones } = await checker.describe(staged);
  expect(await checker.countRecords(staged, zones)).toEqual([26]);
});

test('a program without namespaces has no privileges, writes no file and is killed after its time', async () => {
  const sandbox = await openSandbox({ ...surroundings(), timeoutMs: 3000 });
  const run = async (script: string) =>
    (await sandbox.run(at('live'), () => ['sh', '-c', script, 'sh', folder])).outcome;
  const tried = await run('(echo x > "$1/state/x") && echo wrote; grep CapEff /proc/self/status');
  expect(tried).toMatchObject({ kind: 'exited', code: 0 });
  const output = tried.kind === 'exited' ? tried.output : '';
  expect(output).toMatch(/CapEff:\s+0{16}\n/);
  expect(output).not.toContain('wrote');
  expect(await run('sleep 60')).toMatchObject({ kind: 'timeout' });
});
