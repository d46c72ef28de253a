import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBootId } from '../../services/agent/src/adapters/boot/boot-id.ts';
import { hasCode } from '../../services/agent/src/adapters/durable.ts';
import type { JournalEntry } from '../../services/agent/src/core/journal-entry.ts';
import { entriesOf, type HostOnDisk, hostOnDisk, writeJournal } from './host-on-disk.ts';
import { dig, namedConf, processesIn, startNamed, until, ZONE } from './named-service.ts';

const HELPER = fileURLToPath(new URL('../../services/agent/src/helper/main.ts', import.meta.url));
const AGENT = fileURLToPath(new URL('unprivileged-agent.ts', import.meta.url));
// Debian's nobody and nogroup.
const NOBODY = 65_534;
const possible = process.getuid?.() === 0 && existsSync('/usr/bin/systemd-socket-activate');
if (!possible)
  console.warn('SKIPPED, the root helper is not tried: it takes root and systemd-socket-activate');

let folder: string;
let socket: string;
const endings: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-helper-'));
  await chmod(folder, 0o755);
  socket = join(folder, 'helper.socket');
});
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
  await rm(folder, { recursive: true, force: true });
});

const exists = (path: string): Promise<boolean> =>
  readlink(path).then(
    () => true,
    (error: unknown) => hasCode(error, 'EINVAL'),
  );

/** The helper as root behind a real socket activation; the socket is the agent's user's. */
async function startHelper(
  host: HostOnDisk,
  mode = 0o600,
): Promise<{ output: () => string; pid: number | undefined }> {
  let output = '';
  const child = spawn('systemd-socket-activate', [
    '-l',
    socket,
    ...Object.entries(host.env).flatMap(([key, value]) => ['-E', `${key}=${value}`]),
    process.execPath,
    HELPER,
  ]);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'exit');
  endings.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await until('the socket is there', () => exists(socket));
  await chown(socket, NOBODY, NOBODY);
  await chmod(socket, mode);
  return { output: () => output, pid: child.pid };
}

/** Does acts as the agent's user, and tells what became of each. */
async function asAgent(host: HostOnDisk, ...acts: string[]): Promise<{ done?: unknown; error?: string }[]> {
  const who = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'];
  const { stdout } = await execa('setpriv', [...who, process.execPath, AGENT, host.config, ...acts]);
  return stdout.split('\n').map((line) => JSON.parse(line) as { done?: unknown; error?: string });
}

async function giveStore(host: HostOnDisk): Promise<void> {
  await execa('chown', ['-R', `${NOBODY}:${NOBODY}`, host.storeDir]);
}

/** Says something to the helper as root, without being an agent. */
function say(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const connection = connect(socket, () => connection.write(text));
    connection.on('data', (bytes) => (reply += bytes.toString()));
    connection.on('error', reject);
    connection.on('close', () => resolve(reply));
  });
}

/** The same, and the answer read. */
async function asked(text: string): Promise<{ ok: boolean; error?: string }> {
  return JSON.parse(await say(text)) as { ok: boolean; error?: string };
}

async function ready(
  upTo: 'ready' | 'applying' | 'soaking' | 'confirmed',
  boot?: string,
): Promise<HostOnDisk> {
  const given = { upTo, config: { helper: socket }, ...(boot === undefined ? {} : { boot }) };
  const host = await hostOnDisk(folder, given);
  if (upTo === 'applying') await host.generations.switchTo(host.good);
  return host;
}

/** A host with a real name server, which serves serial 1; the other generation has serial 2. */
async function realHost(): Promise<{ host: HostOnDisk; serial: () => Promise<string | undefined> }> {
  const named = await startNamed();
  endings.push(() => named.remove());
  await execa('chmod', ['755', named.folder]);
  const zone = (serial: string): string => ZONE.replace('42 3600', `${serial} 3600`);
  const conf = namedConf(named.folder, named.port).replace(
    `${named.folder}/example.com.zone`,
    `${folder}/root/example.com.zone`,
  );
  const host = await hostOnDisk(folder, {
    upTo: 'ready',
    good: { 'named.conf': conf, 'example.com.zone': zone('1') },
    bad: { 'named.conf': conf, 'example.com.zone': zone('2') },
    config: {
      helper: socket,
      daemon: { driver: 'runit', service: named.service, log: named.log, config: 'named.conf' },
    },
  });
  await giveStore(host);
  await writeFile(
    join(named.service, 'run'),
    `#!/bin/sh\nexec named -f -c ${host.root}/named.conf -L ${named.log}\n`,
  );
  await until('named runs', async () => (await processesIn(named.config)).length > 0);
  await execa('sv', ['restart', named.service]);
  const serial = (): Promise<string | undefined> =>
    dig(named.port, 'example.com', 'SOA').then(
      ([line]) => line?.split(' ')[2],
      () => undefined,
    );
  await until('the old zone is served', async () => (await serial()) === '1');
  await startHelper(host);
  return { host, serial };
}

describe.runIf(possible)('an agent that is not root', () => {
  test('changes a real name server and goes back, and can do neither by itself', async () => {
    const { host, serial } = await realHost();
    const [pid = 0] = await processesIn(`${host.root}/named.conf`);
    const alone = await asAgent(host, `switch-alone ${host.bad}`, `kill ${pid}`, 'observe');
    expect(alone[0]?.error).toContain('EACCES');
    expect(alone[1]?.error).toContain('EPERM');
    expect(alone[2]?.done).toMatchObject({ process: { pid } });

    const steps = entriesOf(host.good, host.bad).map((entry) => `record ${JSON.stringify(entry)}`);
    const applied = await asAgent(host, steps[3] ?? '', `switch ${host.bad}`, steps[4] ?? '', 'restart');
    expect(applied).toEqual([{ done: null }, { done: null }, { done: null }, { done: null }]);
    await until('the new zone is served', async () => (await serial()) === '2');
    expect(await host.live()).toBe(host.bad);

    const verdict = { verdict: 'fail', code: 'x', reason: 'y' };
    const back = [
      { type: 'failed', epoch: 1, verdict, seenAt: 0 },
      { type: 'reverting', epoch: 1, verdict, process: null },
    ].map((entry) => `record ${JSON.stringify(entry)}`);
    const reverted = await asAgent(host, ...back, `switch ${host.good}`, 'restart', 'last-words');
    expect(reverted.map(({ error }) => error)).toEqual(Array(5).fill(undefined));
    await until('the old zone is served again', async () => (await serial()) === '1');
    expect(await host.live()).toBe(host.good);
  });

  test('has a real name server read a change again, which goes on as the same process', async () => {
    const { host, serial } = await realHost();
    const [pid = 0] = await processesIn(`${host.root}/named.conf`);
    const applying = `record ${JSON.stringify(entriesOf(host.good, host.bad)[3])}`;
    const done = await asAgent(host, applying, `switch ${host.bad}`, 'reload', 'reloaded', 'observe');
    expect(done.slice(0, 3)).toEqual([{ done: null }, { done: null }, { done: null }]);
    expect(done[3]?.done).toMatchObject({ verdict: 'pass', code: 'reloaded' });
    expect(done[4]?.done).toMatchObject({ process: { pid } });
    await until('the new zone is served', async () => (await serial()) === '2');
  });

  test('adopts what is there', async () => {
    const host = await hostOnDisk(folder, { upTo: 'ready', config: { helper: socket } });
    await rm(host.journal, { recursive: true });
    await rm(host.root);
    await mkdir(join(folder, 'found'));
    await writeFile(join(folder, 'found', 'named.conf'), 'found here');
    await symlink('found', host.root);
    await writeJournal(host.journal, await readBootId(), []);
    await giveStore(host);
    await startHelper(host);
    const [adopted] = await asAgent(host, 'adopt');
    expect(adopted?.done).toBe(await host.live());
    expect(await readFile(join(host.root, 'named.conf'), 'utf8')).toBe('found here');
    expect(await readlink(host.root)).toContain(host.storeDir);
  });
});

describe.runIf(possible)('the root helper refuses', () => {
  const refusal = async (host: HostOnDisk): Promise<string> => {
    await giveStore(host);
    const { output } = await startHelper(host);
    const reply = await asked('switch\n');
    expect(reply.ok).toBe(false);
    expect(await readlink(host.root)).toContain(host.good);
    await until('it is told', async () => output().includes(`switch: ${reply.error}`));
    return reply.error ?? '';
  };

  test('a switch that the journal does not announce', async () => {
    const host = await ready('ready');
    expect(await refusal(host)).toContain('announces no switch');
  });

  test('a generation whose files are not what was recorded', async () => {
    const host = await ready('applying');
    await writeFile(join(host.generations.pathOf(host.bad), 'named.conf'), 'something else');
    expect(await refusal(host)).toContain('is not what was recorded');
  });

  test.each([
    ['another digest', 'f'.repeat(64), 'is not a folder'],
    ['a path', '../../../../etc', 'names no generation'],
    ['no text', 7, 'names no generation'],
  ])('a forged journal that names %s', async (_, bundle, words) => {
    const host = await ready('ready');
    await rm(host.journal, { recursive: true });
    const forged = entriesOf(host.good, host.bad).slice(0, 4);
    const text = JSON.stringify(forged).replaceAll(`"${host.bad}"`, JSON.stringify(bundle));
    await writeJournal(host.journal, await readBootId(), JSON.parse(text) as JournalEntry[]);
    expect(await refusal(host)).toContain(words);
  });

  test('a forged journal that leaves the offline proof out', async () => {
    const host = await ready('ready');
    await rm(host.journal, { recursive: true });
    const steps = entriesOf(host.good, host.bad)
      .slice(0, 4)
      .filter(({ type }) => type !== 'ready');
    await writeJournal(host.journal, await readBootId(), steps);
    expect(await refusal(host)).toContain('do not follow');
  });

  test.each(['generations', 'journal', 'tree', 'contents.json'])(
    'a store in which %s is a symbolic link',
    async (what) => {
      const host = await ready('applying');
      const own = join(host.storeDir, 'generations', host.bad);
      const path = what === 'generations' || what === 'journal' ? join(host.storeDir, what) : join(own, what);
      await rename(path, join(folder, 'elsewhere'));
      await symlink(join(folder, 'elsewhere'), path);
      await giveStore(host);
      await startHelper(host);
      expect(await asked('switch\n')).toMatchObject({ ok: false });
      expect(await readlink(host.root)).toContain(host.good);
    },
  );

  test('a tree with a link that leads out of it', async () => {
    const host = await ready('ready');
    const own = join(host.storeDir, 'generations', host.bad);
    await symlink('/etc/shadow', join(own, 'tree', 'zone'));
    const text = await readFile(join(own, 'contents.json'), 'utf8');
    const contents = JSON.parse(text) as { tree: unknown[] };
    contents.tree.push({ path: 'zone', link: '/etc/shadow' });
    await writeFile(join(own, 'contents.json'), JSON.stringify(contents));
    await writeJournal(host.journal, await readBootId(), entriesOf(host.good, host.bad).slice(3, 4));
    expect(await refusal(host)).toContain('leads out of its tree');
  });

  test('to go forward in another boot: then the way leads back', async () => {
    const host = await ready('soaking', 'the boot before');
    await giveStore(host);
    await startHelper(host);
    expect(await asked('switch\n')).toEqual({ ok: true });
    expect(await host.live()).toBe(host.good);
  });

  test.each([
    ['an argument', 'switch /etc\n'],
    ['another word', 'stop\n'],
    ['two words', 'status\nrestart\n'],
    ['too much', 'x'.repeat(1000)],
    ['nothing in time', ''],
    ['bytes', '\0\xff\n'],
  ])('%s', async (_, text) => {
    const host = await ready('ready');
    await giveStore(host);
    await startHelper(host);
    expect((await asked(text)).error).toContain('one of these words');
  });

  test('to run behind a socket that others may use', async () => {
    const host = await ready('ready');
    await giveStore(host);
    const { output } = await startHelper(host, 0o666);
    expect(await say('status\n').catch(() => '')).toBe('');
    await until('it says why', async () => output().includes('closed to everybody else'));
  });

  test('connections beyond its bound, and answers the others', async () => {
    const host = await ready('ready');
    await giveStore(host);
    await startHelper(host);
    const replies = await Promise.all(Array.from({ length: 20 }, () => say('stop\n').catch(() => '')));
    const answered = replies.filter((reply) => reply !== '');
    expect(answered.length).toBeGreaterThan(0);
    expect(await asked('stop\n')).toMatchObject({ ok: false });
  });
});
