import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, test } from 'vitest';
import type { Supervisor } from '../../services/agent/src/adapters/supervisor/interface.ts';
import { observeProcess } from '../../services/agent/src/adapters/supervisor/process.ts';
import { type ProcessId, sameProcess } from '../../services/agent/src/core/daemon.ts';
import { freePort, processesIn, until } from './named-service.ts';
import { type NameServer, nameServer } from './name-server.ts';
import { underRunit, underSystemd } from './supervisors.ts';
import { startManager, whyNoSystemd } from './systemd-manager.ts';

/**
 * 11 May 2021: a script stopped named, slept, and started it again. Here such a script and our driver restart a real
 * named each, in the same fault. The script ends without DNS every time, and calls that a success.
 */
const noSystemd = await whyNoSystemd();
const LOOPBACK = '127.0.0.1';

/** One of the two, in a fault. */
interface Site {
  server: NameServer;
  address: string;
  port: number;
  /** Its named, as it runs before the restart; `null` when it had crashed. */
  old: ProcessId | null;
}

interface Fault {
  name: string;
  /** Breaks it; returns what ends the fault again. */
  begin(site: Site): Promise<() => Promise<void>>;
  /** How long the fault lasts after both were asked to restart. */
  forMs: number;
  /** What is said of it afterwards. */
  says: RegExp;
}

/** A process that makes no progress, and does not even if somebody continues it. */
function keepStopped(pid: number): () => void {
  const timer = setInterval(() => {
    try {
      process.kill(pid, 'SIGSTOP');
    } catch {
      clearInterval(timer);
    }
  }, 1);
  process.kill(pid, 'SIGSTOP');
  return () => {
    clearInterval(timer);
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // it was killed meanwhile
    }
  };
}

const FAULTS: Fault[] = [
  {
    name: 'named is slow to stop under load',
    begin: async ({ old }) => {
      const release = keepStopped(old!.pid);
      return async () => release();
    },
    forMs: 2500,
    says: /shutting down|exiting|interface scanning terminated|running|all zones loaded/,
  },
  {
    name: 'named does not react to TERM at all',
    begin: async ({ old }) => {
      const release = keepStopped(old!.pid);
      return async () => release();
    },
    forMs: 12_000,
    says: /had not ended 10 s after TERM, and was killed/,
  },
  {
    name: 'a stale PID file is left from a crash',
    begin: async ({ server, old }) => {
      // PID files survive `kill -9`; the process id in it is nobody's.
      if (old !== null) process.kill(old.pid, 'SIGKILL');
      await until('it has ended', async () => old === null || (await observeProcess(old.pid)) === null);
      await writeFile(server.pidFile, '4194303\n');
      return async () => undefined;
    },
    forMs: 0,
    says: /running|all zones loaded/,
  },
  {
    name: 'somebody else holds the address for a while',
    begin: async (site) => {
      const socket = await takePort(site);
      const closed = once(socket, 'close');
      let held = true;
      return async () => {
        if (held) socket.close();
        held = false;
        await closed;
      };
    },
    forMs: 2500,
    says: /unable to listen on any configured interfaces|address in use/,
  },
];

/** Has named end, and takes its port before a new one does; a supervisor that is quicker loses the next time. */
async function takePort({ server, address, port }: Site): Promise<Socket> {
  for (let tries = 0; ; tries += 1) {
    if (tries % 50 === 0) for (const pid of await processesIn(server.config)) process.kill(pid, 'SIGTERM');
    const socket = createSocket('udp4');
    const bound = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind({ address, port, exclusive: true }, () => resolve(true));
    });
    if (bound) return socket;
    socket.close();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What a careful person writes by hand, PID file guard included. */
const SCRIPT = `#!/bin/sh
pidfile=$1; shift
[ -e "$pidfile" ] && kill -TERM "$(cat "$pidfile")" 2>/dev/null
sleep 1
if [ -e "$pidfile" ]; then
  echo "named is already running"
  exit 0
fi
"$@"
exit 0
`;

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // Each of them, also after one that failed: what is left running would hold the ports of the next test.
  const failed: unknown[] = [];
  for (const step of undo.splice(0).toReversed()) await step().catch((error: unknown) => failed.push(error));
  if (failed.length > 0) throw new AggregateError(failed, 'not everything could be put away');
});

/** A named that a script looks after: a daemon in the background, as `named` alone starts. */
async function scriptSite(): Promise<Site & { restart(): Promise<string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-script-'));
  undo.push(async () => {
    for (const pid of await processesIn(folder)) process.kill(pid, 'SIGKILL');
    await until('nothing of it is left', async () => (await processesIn(folder)).length === 0);
    await rm(folder, { recursive: true });
  });
  const port = await freePort();
  const server = await nameServer(folder, LOOPBACK, port);
  const script = join(folder, 'restart.sh');
  await writeFile(script, SCRIPT);
  await chmod(script, 0o755);
  const start = server.command.split(' ').filter((word) => word !== '-f');
  await execa(start[0]!, start.slice(1), {
    stdio: 'ignore',
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  await until('it answers', async () => (await server.serial()) === 1);
  const old = await observeProcess(Number(await readFile(server.pidFile, 'utf8')));
  const restart = async (): Promise<string> => {
    const child = spawn(script, [server.pidFile, ...start], {
      stdio: 'ignore',
      env: { PATH: `${process.env['PATH']}:/usr/sbin` },
    });
    const [code] = (await once(child, 'exit')) as [number];
    return `exit ${code}`;
  };
  return { server, address: LOOPBACK, port, old, restart };
}

async function ourSite(driver: 'runit' | 'systemd'): Promise<Site & { driver: Supervisor }> {
  const manager = driver === 'systemd' ? await startManager() : null;
  const folder = manager ? join(manager.folder, 'daemon') : await mkdtemp(join(tmpdir(), 'breakwater-ours-'));
  const port = await freePort();
  const server = await nameServer(folder, LOOPBACK, port);
  const subject = manager ? await underSystemd(manager, folder) : await underRunit(folder);
  undo.push(() => subject.remove());
  await until('it answers', async () => (await server.serial()) === 1);
  const opened = subject.open();
  return { server, address: LOOPBACK, port, old: (await opened.observe()).process, driver: opened };
}

describe.each(['runit', 'systemd'] as const)(
  '11 May 2021, a script against %s',
  { timeout: 60_000 },
  (kind) => {
    const skipped = kind === 'systemd' && noSystemd !== null;
    test.skipIf(skipped).each(FAULTS)('$name', async (fault) => {
      const [script, ours] = [await scriptSite(), await ourSite(kind)];
      const ends = await Promise.all([fault.begin(script), fault.begin(ours)]);
      undo.push(...ends);
      const over = new Promise((resolve) => setTimeout(resolve, fault.forMs)).then(() =>
        Promise.all(ends.map((end) => end())),
      );
      const [said] = await Promise.all([script.restart(), ours.driver.restart(), over]);

      // Ours: another process, which answers, and a word on what happened.
      const words: string[] = [];
      await until(
        'our named answers',
        async () => {
          // As the core does (`restartIfDue`): a supervisor that has given up is asked again.
          if ((await ours.driver.observe()).gaveUp === true) {
            words.push(await ours.driver.lastWords());
            await ours.driver.restart();
          }
          return (await ours.server.serial()) === 1;
        },
        15_000,
      );
      const { process: now } = await ours.driver.observe();
      expect(now).not.toBeNull();
      expect(sameProcess(now, ours.old)).toBe(false);
      words.push(await ours.driver.lastWords());
      expect(words.join('\n')).toMatch(fault.says);

      // The script: content with itself, and no DNS, for as long as one looks.
      expect(said).toBe('exit 0');
      await until(
        'the old named of the script has ended or hangs',
        async () => (await script.server.serial()) === null,
      );
      for (let asked = 0; asked < 5; asked += 1) expect(await script.server.serial()).toBeNull();
    });
  },
);
