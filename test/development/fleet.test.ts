import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { ask } from '../../deploy/development/src/evidence.ts';
import { type Fleet, startFleet } from '../../deploy/development/src/fleet.ts';

const MAIN = fileURLToPath(new URL('../../deploy/development/src/main.ts', import.meta.url));
const NAME = 'www.example.com';

/** The processes that a fleet has started, wherever they are in the tree of processes. */
async function processesOf(runDir: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => environments[index]?.split('\0').includes(`BREAKWATER_RUN_DIR=${runDir}`));
}

function ownAddresses(fleet: Fleet): string[] {
  const onLoopback = (networkInterfaces()['lo'] ?? []).map(({ address }) => address);
  return fleet.hosts.map(({ address }) => address).filter((a) => a !== '127.0.0.1' && onLoopback.includes(a));
}

async function expectNothingLeft(fleet: Fleet): Promise<void> {
  expect(await processesOf(fleet.runDir)).toEqual([]);
  expect(ownAddresses(fleet)).toEqual([]);
  expect(existsSync(fleet.runDir)).toBe(false);
}

/** Starts main.ts as a child, with a folder of its own for temporary files, and a way to wait for its line of JSON. */
async function spawnMain(...args: string[]) {
  const temporary = await mkdtemp(join(tmpdir(), 'fleet-test-'));
  const child = execa(process.execPath, [MAIN, '--idle', '--json', ...args], {
    env: { TMPDIR: temporary },
    reject: false,
    buffer: false,
  });
  const ready = async (): Promise<Fleet> => {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return JSON.parse(line) as Fleet;
  };
  return { child, ready, temporary };
}

describe('two fleets side by side', () => {
  const fleets: Fleet[] = [];
  afterAll(() => Promise.all(fleets.map((fleet) => fleet.stop())));

  test('answer each for itself, and leave nothing behind when they are stopped', async () => {
    fleets.push(
      ...(await Promise.all([
        startFleet({ hosts: 2, datacenters: 2, portBase: 17_300 }),
        startFleet({ hosts: 3, datacenters: 1, portBase: 18_300 }),
      ])),
    );
    const hosts = fleets.flatMap((fleet) => fleet.hosts);
    expect(hosts.map(({ id }) => id)).toEqual(['ns1.ams', 'ns1.fra', 'ns1.ams', 'ns2.ams', 'ns3.ams']);
    expect(new Set(hosts.map(({ address, port }) => `${address}:${port}`)).size).toBe(5);
    expect(await Promise.all(hosts.map((host) => ask(host, NAME)))).toEqual(hosts.map(() => ['192.0.2.80']));
    // The agent has copied the first configuration into its store.
    for (const host of hosts) expect(await readlink(host.root)).not.toBe('initial');
    for (const fleet of fleets) {
      expect(await (await fetch(fleet.pages)).json()).toEqual([]);
      expect(Object.keys(fleet.services)).toHaveLength(3 + 2 * fleet.hosts.length);
    }

    const [first, second] = fleets as [Fleet, Fleet];
    await first.stop();
    await expectNothingLeft(first);
    expect(await ask(second.hosts[0]!, NAME)).toEqual(['192.0.2.80']);
    await Promise.all([second.stop(), second.stop()]);
    await expectNothingLeft(second);
  });
});

describe('whatever ends the process that started a fleet', () => {
  const children: Awaited<ReturnType<typeof spawnMain>>[] = [];
  afterEach(async () => {
    for (const { child, temporary } of children.splice(0)) {
      child.kill('SIGTERM');
      await child;
      await rm(temporary, { recursive: true, force: true });
    }
  });
  const spawn = async (...args: string[]) => {
    const started = await spawnMain(...args);
    children.push(started);
    return started;
  };

  test('kill -9 leaves nothing behind, not even a name server that hangs', async () => {
    const { child, ready, temporary } = await spawn(
      '--hosts',
      '1',
      '--datacenters',
      '1',
      '--port-base',
      '17400',
    );
    const fleet = await ready();
    await execa('sv', ['pause', fleet.hosts[0]!.services.named]);
    child.kill('SIGKILL');
    await child;
    await vi.waitFor(() => expectNothingLeft(fleet), { timeout: 15_000, interval: 100 });
    expect(await readdir(temporary)).toEqual([]);
  }, 40_000);

  test('two Ctrl-C in a row are one teardown', async () => {
    const { child, ready, temporary } = await spawn(
      '--hosts',
      '1',
      '--datacenters',
      '1',
      '--port-base',
      '17500',
    );
    const fleet = await ready();
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect((await child).exitCode).toBe(0);
    await expectNothingLeft(fleet);
    expect(await readdir(temporary)).toEqual([]);
  }, 40_000);

  test('an interruption in the middle of the start leaves nothing behind', async () => {
    const { child, temporary } = await spawn('--hosts', '2', '--datacenters', '1', '--port-base', '17600');
    await vi.waitFor(async () => expect(await readdir(temporary)).not.toEqual([]), {
      timeout: 10_000,
      interval: 10,
    });
    const [runDir = ''] = await readdir(temporary);
    child.kill('SIGTERM');
    expect((await child).exitCode).toBe(130);
    expect(await readdir(temporary)).toEqual([]);
    expect(await processesOf(join(temporary, runDir))).toEqual([]);
  }, 40_000);
});

test.for([
  [['--hosts', '2'], /--hosts 2 is less than --datacenters 3/],
  [['--hosts', '5'], /give --hosts 6 or more, or --idle/],
  [['--hosts', '0'], /whole number from 1 to 200/],
  [['--hosts', '12.5'], /whole number from 1 to 200/],
  [['--port-base', '80'], /whole number from 1024/],
  [['--addresses', '10.0.0.0/24'], /within 127\.0\.0\.0\/8/],
  [['--addresses', '127.53.9.0/29'], /has room for 7 hosts/],
  [['--once', '--idle'], /give one of them/],
  [['--run-dir', '/tmp'], /is not empty/],
  [['--hots', '3'], /Did you mean --hosts/],
] as [string[], RegExp][])('%s is refused with a message that helps', async ([args, message]) => {
  const { exitCode, stderr, stdout } = await execa(process.execPath, [MAIN, ...args], { reject: false });
  expect(stderr).toMatch(message);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
});
