import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Result } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBootId } from '../../services/agent/src/adapters/boot/boot-id.ts';
import { readJournal } from '../../services/agent/src/adapters/journal/read-journal.ts';
import { type HostOnDisk, hostOnDisk, PENDING_STEPS } from './host-on-disk.ts';
import { dig, namedConf, processesIn, startNamed, until } from './named-service.ts';

const GUARD = fileURLToPath(new URL('../../services/agent/guard.sh', import.meta.url));
const isRoot = process.getuid?.() === 0;

let folder: string;
const endings: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakwater-guard-'));
});
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the guard as a service does; by default with the agent's own `guard`. */
function guard(host: HostOnDisk, command: readonly string[] = host.agent('guard')): Promise<Result> {
  return execa(GUARD, [host.storeDir, ...command], { env: host.env, reject: false }) as Promise<Result>;
}

/** Holds the agent's lock, as an agent does that runs. */
async function holdLock(host: HostOnDisk): Promise<void> {
  const holder = spawn('flock', ['-F', '-n', '-E', '75', host.lock, 'sh', '-c', 'echo held; exec sleep 600']);
  const ended = once(holder, 'exit');
  endings.push(async () => {
    holder.kill('SIGKILL');
    await ended;
  });
  await once(holder.stdout, 'data');
}

describe('before a daemon starts', () => {
  test('nothing is run while an agent holds its lock and has looked at the link in this boot', async () => {
    const host = await hostOnDisk(folder, { upTo: 'soaking' });
    await holdLock(host);
    await writeFile(join(host.storeDir, 'guarded'), `${await readBootId()}\n`);
    const ran = await guard(host, ['touch', join(folder, 'ran')]);
    expect([ran.exitCode, await host.live()]).toEqual([0, host.bad]);
    await expect(readFile(join(folder, 'ran'))).rejects.toThrow('ENOENT');
  });

  test.each(PENDING_STEPS)('with no agent, %s goes back, and the journal says why', async (step) => {
    const host = await hostOnDisk(folder, { upTo: step });
    expect((await guard(host)).exitCode).toBe(0);
    expect(await host.live()).toBe(host.good);
    const { records } = await readJournal(host.journal);
    expect(records.at(-1)).toMatchObject({ type: 'failed', verdict: { code: 'agent_not_running' } });
  });

  test('after a reboot it goes back also beside an agent that has not looked yet, whose journal is left alone', async () => {
    const host = await hostOnDisk(folder, { upTo: 'soaked', boot: 'the boot before' });
    await holdLock(host);
    const before = await readFile(join(host.journal, 'journal'));
    expect((await guard(host)).exitCode).toBe(0);
    expect(await host.live()).toBe(host.good);
    expect(await readFile(join(host.journal, 'journal'))).toEqual(before);
  });

  test('beside an agent that could not note that it has looked, a change of this boot stays', async () => {
    const host = await hostOnDisk(folder, { upTo: 'soaking' });
    await holdLock(host);
    expect((await guard(host)).exitCode).toBe(0);
    expect(await host.live()).toBe(host.bad);
  });

  test('a confirmed generation stays', async () => {
    const host = await hostOnDisk(folder, { upTo: 'confirmed', boot: 'the boot before' });
    expect((await guard(host)).exitCode).toBe(0);
    expect(await host.live()).toBe(host.bad);
  });

  test('a journal whose tail is torn or whose lines are damaged still leads back', async () => {
    const host = await hostOnDisk(folder, { upTo: 'soaking' });
    const file = join(host.journal, 'journal');
    const lines = (await readFile(file, 'latin1')).split('\n');
    const damaged = lines.map((line) => (line.includes('"applying"') ? line.replace('0', '1') : line));
    await writeFile(file, `${damaged.join('\n')}1234abcd {"type":"conf`, 'latin1');
    await guard(host);
    expect(await host.live()).toBe(host.good);
  });

  test.each(['with an agent that has not looked yet', 'with no agent'])(
    'a managed root that is gone is linked to the last known good generation (%s)',
    async (who) => {
      const host = await hostOnDisk(folder, { upTo: 'confirmed' });
      if (who !== 'with no agent') await holdLock(host);
      await rm(host.root);
      await guard(host);
      expect(await host.live()).toBe(host.bad);
    },
  );

  test('a generation of which every record is lost is not started after a reboot, also beside an agent', async () => {
    const host = await hostOnDisk(folder, { upTo: 'soaking' });
    const file = join(host.journal, 'journal');
    const [header, adopted] = (await readFile(file, 'latin1')).split('\n');
    await writeFile(file, `${header}\n${adopted}\n`, 'latin1');
    await holdLock(host);
    await guard(host);
    expect(await host.live()).toBe(host.good);
  });

  test('no agent can start while the guard is at work', async () => {
    const host = await hostOnDisk(folder, { upTo: 'soaking' });
    await execa('mkfifo', [join(folder, 'go')]);
    const guarding = guard(host, ['sh', '-c', `touch ${folder}/running; read -r go <${folder}/go`]);
    await until('the guard runs', async () =>
      readFile(join(folder, 'running')).then(
        () => true,
        () => false,
      ),
    );
    const agent = await execa('flock', ['-F', '-n', '-E', '75', host.lock, 'true'], { reject: false });
    expect(agent.exitCode).toBe(75);
    await writeFile(join(folder, 'go'), 'go\n');
    await guarding;
    const later = await execa('flock', ['-F', '-n', '-E', '75', host.lock, 'true'], { reject: false });
    expect(later.exitCode).toBe(0);
  });
});

test('the lock ends with the agent, also when what it has started lives on', async () => {
  const lock = join(folder, 'lock');
  const script = `const c = require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' }); console.log(c.pid)`;
  const agent = spawn('flock', ['-F', '-n', '-E', '75', lock, process.execPath, '-e', script]);
  const ended = once(agent, 'exit');
  const [pid] = (await once(agent.stdout, 'data')) as [Buffer];
  endings.push(async () => process.kill(Number(pid), 'SIGKILL'));
  expect((await execa('flock', ['-n', '-E', '75', lock, 'true'], { reject: false })).exitCode).toBe(75);
  agent.kill('SIGKILL');
  await ended;
  expect((await execa('flock', ['-n', '-E', '75', lock, 'true'], { reject: false })).exitCode).toBe(0);
});

describe('the daemon starts all the same, and it is said,', () => {
  test('when the guard fails', async () => {
    const host = await hostOnDisk(folder, { upTo: 'soaking' });
    await rm(join(host.journal, 'journal'));
    await mkdir(join(host.journal, 'journal'));
    const ran = await guard(host);
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toContain('guard: failed (1)');
  });

  test('when the guard hangs: it has ten seconds', async () => {
    const host = await hostOnDisk(folder, { upTo: 'soaking' });
    const started = Date.now();
    const ran = await guard(host, ['sh', '-c', "trap '' TERM; while :; do sleep 1; done"]);
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toContain('guard: failed (137)');
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  test.runIf(isRoot)('when the disk is read-only, and on a full disk the link goes back', async () => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'breakwater-test', disk]);
    endings.push(() => execa('umount', ['--lazy', disk]));
    const host = await hostOnDisk(disk, { upTo: 'soaking' });

    await execa('mount', ['-o', 'remount,ro', disk]);
    const refused = await guard(host);
    expect([refused.exitCode, await host.live()]).toEqual([0, host.bad]);
    expect(refused.stderr).toContain('guard: failed');

    await execa('mount', ['-o', 'remount,rw', disk]);
    await rm(host.lock, { force: true });
    await writeFile(join(disk, 'filler'), Buffer.alloc(8 << 20)).catch(() => undefined);
    expect((await guard(host)).exitCode).toBe(0);
    expect(await host.live()).toBe(host.good);
  });
});

test('a name server that is killed while no agent runs comes back on the last known good', async () => {
  const named = await startNamed();
  endings.push(() => named.remove());
  const host = await hostOnDisk(folder, {
    upTo: 'soaking',
    good: { 'named.conf': namedConf(named.folder, named.port) },
    bad: { 'named.conf': 'options { recursion yes; };' },
  });
  const run = join(named.service, 'run');
  const start = `exec named -f -c ${host.root}/named.conf -L ${named.log}`;
  const before = `BREAKWATER_AGENT_CONFIG=${host.config} ${GUARD} ${host.storeDir} ${host.agent('guard').join(' ')}`;
  await writeFile(run, `#!/bin/sh\n${before}\n${start}\n`);
  await chmod(run, 0o755);
  const answers = (): Promise<boolean> =>
    dig(named.port, 'example.com', 'SOA').then(
      (lines) => lines.length > 0,
      () => false,
    );
  await until('named answers', answers);
  const [old] = await processesIn(named.config);
  process.kill(old ?? 0, 'SIGKILL');
  await until(
    'another named answers',
    async () => (await processesIn(host.root)).length > 0 && (await answers()),
  );
  expect(await host.live()).toBe(host.good);
});
