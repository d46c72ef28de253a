import { existsSync } from 'node:fs';
import { chmod, mkdtemp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostOnDisk, hostOnDisk } from './host-on-disk.ts';
import { until } from './named-service.ts';
import { type Manager, startManager, whyNoSystemd } from './systemd-manager.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const UNITS = join(PROJECT, 'deploy/systemd');

const obstacle = await whyNoSystemd();
if (obstacle !== null) console.warn(`SKIPPED, the units of deploy/systemd are not tried: ${obstacle}`);

let folder: string;
let manager: Manager;
let host: HostOnDisk;
beforeAll(async () => {
  if (obstacle !== null) return;
  folder = await mkdtemp(join(tmpdir(), 'breakwater-units-'));
  manager = await startManager();
  host = await hostOnDisk(folder, {
    upTo: 'soaking',
    config: {
      helper: join(folder, 'helper.socket'),
      daemon: {
        driver: 'systemd',
        unit: 'named.service',
        scope: 'user',
        log: join(folder, 'log'),
        config: 'named.conf',
      },
    },
  });
});
afterAll(async () => {
  if (obstacle !== null) return;
  await manager.remove();
  await rm(folder, { recursive: true });
});

/** A unit of the project, with the paths of this test instead of those of an installed agent. */
async function unit(name: string): Promise<string> {
  const text = await readFile(join(UNITS, name), 'utf8');
  return text
    .replaceAll('/usr/lib/breakwater/node_modules/.bin/node', process.execPath)
    .replaceAll('/usr/lib/breakwater/', PROJECT)
    .replaceAll('/var/lib/breakwater', host.storeDir)
    .replaceAll('/etc/breakwater/agent.json', host.config)
    .replaceAll('/run/breakwater-helper.socket', join(folder, 'helper.socket'))
    .replace('SocketUser=breakwater', 'SocketUser=root');
}

/** Starts, in place of a name server, what notes which configuration it was started with. */
async function startDaemon(): Promise<string> {
  const started = join(folder, 'started');
  const program = join(folder, 'daemon');
  await writeFile(
    program,
    `#!/bin/sh\ncat ${host.root}/named.conf >${started}.new\nmv ${started}.new ${started}\nexec sleep 600\n`,
  );
  await chmod(program, 0o755);
  await mkdir(join(manager.folder, 'units/named.service.d'), { recursive: true });
  await writeFile(
    join(manager.folder, 'units/named.service.d/breakwater.conf'),
    await unit('named.service.d/breakwater.conf'),
  );
  await manager.unit('named.service', `[Service]\nExecStart=${program}\n`);
  await manager.systemctl('start', 'named.service');
  await until('it has started', async () =>
    stat(started).then(
      () => true,
      () => false,
    ),
  );
  return readFile(started, 'utf8');
}

/**
 * The unit of the agent, as far as a user's manager goes: it has no other accounts and no /var/lib, cannot hide homes, and this
 * host is below /tmp. Root without any capability could not map itself into a user namespace, as every other account can. `program` takes the place of the agent.
 */
async function agentUnit(program?: string): Promise<string> {
  const text = (await unit('breakwater-agent.service'))
    .replace('User=breakwater\n', '')
    .replaceAll(/^(?:StateDirectory|ProtectHome|CapabilityBoundingSet).*\n/gm, '')
    .replace('PrivateTmp=yes', `ReadWritePaths=${folder}`)
    .replace(/^(?:Wants|After)=.*\n/gm, '');
  return program === undefined
    ? text
    : text.replace(/^ExecStart=.*$/m, `ExecStart=${program}`).replace('Restart=always', 'Type=oneshot');
}

const mainPid = async (): Promise<number> =>
  Number(await manager.systemctl('show', '--property=MainPID', '--value', 'breakwater-agent.service'));

/** Whether somebody holds the lock by which the guard knows that an agent lives. */
const isLocked = async (): Promise<boolean> =>
  (await execa('flock', ['-n', '-E', '75', host.lock, 'true'], { reject: false })).exitCode === 75;

test.runIf(obstacle === null)(
  'with the drop-in, a daemon that starts while no agent runs has the last known good configuration',
  async () => {
    expect(await startDaemon()).toBe('good');
    expect(await host.live()).toBe(host.good);
  },
);

test.runIf(obstacle === null)(
  'the root helper is started by its socket, and says what it is asked',
  async () => {
    await manager.unit('breakwater-helper.service', await unit('breakwater-helper.service'));
    await manager.unit('breakwater-helper.socket', await unit('breakwater-helper.socket'));
    await manager.systemctl('start', 'breakwater-helper.socket');
    const reply = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(join(folder, 'helper.socket'), () => socket.write('stop\n'));
      socket.on('data', (bytes) => (text += bytes.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(reply).toContain('restart, reload, status, reloaded, words, switch');
  },
);

test.runIf(obstacle === null)(
  'the agent runs, holds its lock for as long as it lives, and is started again when it was killed',
  async () => {
    await writeFile(join(folder, 'token'), 'secret');
    await manager.unit('breakwater-agent.service', await agentUnit());
    await manager.systemctl('start', 'breakwater-agent.service');
    await until('the agent listens to the console', async () =>
      existsSync(join(host.storeDir, 'console/socket')),
    );
    expect(await isLocked()).toBe(true);
    const pid = await mainPid();
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toContain('services/agent/src/main.ts');
    process.kill(pid, 'SIGKILL');
    await until('another agent runs', async () => ![0, pid].includes(await mainPid()));
    await until('it holds the lock', isLocked);
    await manager.systemctl('stop', 'breakwater-agent.service');
    // The guard of a name server that starts just now has it for a moment.
    await until('the lock is free', async () => !(await isLocked()));
  },
);

test.runIf(obstacle === null)(
  'what the unit of the agent forbids leaves it the namespaces of the checker and the rehearsal',
  async () => {
    const done = join(folder, 'done');
    const namespaces = '--user --map-root-user --mount --propagation private --net --ipc --pid --fork';
    const inside = `mount -t tmpfs none /mnt && mount -t proc proc /proc && mount --bind ${folder} /mnt`;
    const program = join(folder, 'namespaces');
    await writeFile(
      program,
      `#!/bin/sh\nexec unshare ${namespaces} sh -c '${inside} && echo yes >${done}'\n`,
    );
    await chmod(program, 0o755);
    await manager.unit('breakwater-like.service', await agentUnit(program));
    await manager.systemctl('start', 'breakwater-like.service');
    expect(await readFile(done, 'utf8')).toBe('yes\n');
  },
);
