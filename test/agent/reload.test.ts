import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Supervisor } from '../../services/agent/src/adapters/supervisor/interface.ts';
import { freePort, until } from './named-service.ts';
import { type NameServer, nameServer } from './name-server.ts';
import type { Subject } from './supervisor-contract.ts';
import { underRunit, underSystemd } from './supervisors.ts';
import { startManager, whyNoSystemd } from './systemd-manager.ts';

const noSystemd = await whyNoSystemd();
type Start = () => Promise<{ server: NameServer; subject: Subject }>;

async function inRunit(): Promise<{ server: NameServer; subject: Subject }> {
  const server = await nameServer(
    await mkdtemp(join(tmpdir(), 'breakwater-reload-')),
    '127.0.0.1',
    await freePort(),
  );
  return { server, subject: await underRunit(server.folder) };
}

/** With an ExecReload of its own, or with none: then the main process gets the HUP from the driver. */
const inSystemd =
  (more: string): Start =>
  async () => {
    const manager = await startManager();
    const server = await nameServer(join(manager.folder, 'daemon'), '127.0.0.1', await freePort());
    return { server, subject: await underSystemd(manager, server.folder, more) };
  };

// Where systemd cannot be started, `supervisor.test.ts` says so, and why.
const underSystemdToo: [string, Start][] = [
  ['under systemd', inSystemd('')],
  ['under systemd with ExecReload', inSystemd('ExecReload=/bin/kill -HUP $MAINPID')],
];
const kinds: [string, Start][] = [['under runit', inRunit], ...(noSystemd === null ? underSystemdToo : [])];

describe.each(kinds)('a reload of named %s', { timeout: 40_000 }, (_kind, start) => {
  let [named, subject, opened]: [NameServer?, Subject?, Supervisor?] = [];
  const parts = (): { server: NameServer; driver: Supervisor } => ({ server: named!, driver: opened! });
  const outcome = async (): Promise<string> => {
    let code = '';
    await until('the daemon has said how the reload went', async () => {
      const verdict = await parts().driver.reloaded();
      code = verdict.code;
      return verdict.verdict !== 'pending';
    });
    return code;
  };

  beforeAll(async () => {
    const started = await start();
    ({ subject } = started);
    named = started.server;
    opened = subject.open();
    await until('named answers', async () => (await named?.serial()) === 1);
  });
  afterAll(() => subject?.remove());

  test('keeps the process, answers anew, and is said by the daemon to be done', async () => {
    const { server, driver } = parts();
    const { process } = await driver.observe();
    await server.zone(2);
    await driver.reload(server.tree);
    expect(await outcome()).toBe('reloaded');
    await until('the new serial is answered', async () => (await server.serial()) === 2);
    expect((await driver.observe()).process).toEqual(process);
  });

  test('reads files that are older than what is loaded, which named alone would silently skip', async () => {
    const { server, driver } = parts();
    await server.zone(3);
    await server.age();
    await driver.reload(server.tree);
    expect(await outcome()).toBe('reloaded');
    await until('the new serial is answered', async () => (await server.serial()) === 3);
  });

  test('whose zone is broken is found out, though the daemon answers and says that it succeeded', async () => {
    const { server, driver } = parts();
    const { process } = await driver.observe();
    await server.zone(4, 'bad');
    await driver.reload(server.tree);
    await until('the failure is found', async () => (await driver.reloaded()).verdict === 'fail');
    expect((await driver.reloaded()).reason).toMatch(/zone example\.com\/IN: not loaded due to errors/);
    expect(await server.serial()).toBe(3);
    expect((await driver.observe()).process).toEqual(process);
    expect(await driver.lastWords()).toContain('bad dotted quad');
  });

  test('whose configuration is broken is found out, and one that is whole again passes', async () => {
    const { server, driver } = parts();
    await server.zone(5);
    await server.configure(
      'logging { channel x { file "/nonexistent/folder/log"; }; category default { x; }; };',
    );
    await driver.reload(server.tree);
    expect(await outcome()).toBe('reload_failed');
    expect((await driver.reloaded()).reason).toContain('reloading configuration failed: file not found');
    await server.configure();
    await driver.reload(server.tree);
    expect(await outcome()).toBe('reloaded');
    await until('the new serial is answered', async () => (await server.serial()) === 5);
  });

  test('that leaves no trace in the log is never called done', async () => {
    const { server, driver } = parts();
    await server.zone(6);
    await server.configure('logging { category default { null; }; };');
    await driver.reload(server.tree);
    await until('the new serial is answered', async () => (await server.serial()) === 6);
    expect(await driver.reloaded()).toMatchObject({ verdict: 'pending', code: 'reloading' });
  });
});
