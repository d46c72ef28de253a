import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { until } from './named-service.ts';

const SYSTEMD = '/lib/systemd/systemd';
const CGROUPS = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

/** A real systemd, as a user's manager, in control groups and a folder of its own. */
export interface Manager {
  folder: string;
  /** What `systemctl --user` needs to reach it. */
  environment: Readonly<Record<string, string>>;
  /** Writes or replaces a unit. */
  unit(name: string, text: string): Promise<void>;
  systemctl(...words: string[]): Promise<string>;
  /** Stops (SIGSTOP) or continues the manager itself. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends it and everything that it started. */
  remove(): Promise<void>;
}

/**
 * Why no systemd can be started here, or `null`. It takes root: the manager gets control groups of its own, and a
 * mount namespace in which the machine looks as if systemd had booted it (`/run/systemd/system`), which a container
 * or a machine with another init does not.
 */
export async function whyNoSystemd(): Promise<string | null> {
  const here = async (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );
  if (process.getuid?.() !== 0) return 'it takes root';
  if (!(await here(SYSTEMD))) return `there is no ${SYSTEMD} (Debian: apt-get install systemd)`;
  if (!(await here('/run/systemd'))) return 'there is no /run/systemd';
  const probe = await execa('unshare', ['--mount', 'true'], { reject: false });
  if (probe.failed) return 'mount namespaces are not allowed';
  return (await ownCgroups()).length === 0 ? 'no control groups can be written' : null;
}

/** The hierarchies that systemd follows. */
async function ownCgroups(): Promise<string[]> {
  const found: string[] = [];
  for (const root of CGROUPS) {
    const probe = join(root, `breakwater-probe-${process.pid}`);
    try {
      await access(join(root, 'cgroup.procs'));
      await mkdir(probe);
      await rmdir(probe);
      found.push(root);
    } catch {
      // not that one
    }
  }
  return found;
}

// What a user's manager wants to be there; Debian's own would start sockets of other programs.
const TARGETS = ['basic', 'shutdown', 'exit', 'sockets', 'timers', 'paths'];

/** Starts a manager. */
export async function startManager(): Promise<Manager> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-systemd-'));
  const [runtime, units] = [join(folder, 'run'), join(folder, 'units')];
  await mkdir(runtime, { mode: 0o700 });
  await mkdir(units);
  for (const target of TARGETS)
    await writeFile(join(units, `${target}.target`), '[Unit]\nDefaultDependencies=no\n');
  const groups = (await ownCgroups()).map((root) => join(root, folder.split('/').at(-1) ?? ''));
  for (const group of groups) await mkdir(group);
  const environment = { XDG_RUNTIME_DIR: runtime };
  const inside =
    'mount -t tmpfs none /run/systemd && mkdir /run/systemd/system && exec "$0" --user --unit=basic.target --log-target=null';
  const enter = groups.map((group) => `echo $$ > ${group}/cgroup.procs`).join('; ');
  const child = spawn('sh', ['-c', `${enter}; exec unshare --mount sh -c '${inside}' ${SYSTEMD}`], {
    stdio: 'ignore',
    env: { ...environment, PATH: process.env['PATH'], HOME: folder, SYSTEMD_UNIT_PATH: units },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));

  const systemctl = async (...words: string[]): Promise<string> =>
    (await execa('systemctl', ['--user', ...words], { env: environment })).stdout;
  let removed: Promise<void> | null = null;
  const removeAll = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    for (const group of groups) await removeGroup(group);
    await rm(folder, { recursive: true });
  };
  const remove = (): Promise<void> => {
    removed ??= removeAll();
    return removed;
  };
  try {
    await until(
      'systemd answers',
      async () =>
        (await execa('systemctl', ['--user', 'show-environment'], { env: environment, reject: false }))
          .exitCode === 0,
    );
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    folder,
    environment,
    systemctl,
    remove,
    unit: async (name, text) => {
      await writeFile(join(units, name), text);
      await systemctl('daemon-reload');
    },
    signal: (signal) => void child.kill(signal),
  };
}

/** Kills whatever is left in a control group and below, and removes it. */
async function removeGroup(group: string): Promise<void> {
  const below = (await readdir(group, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const entry of below) await removeGroup(join(group, entry.name));
  const left = async (): Promise<string[]> =>
    (await readFile(join(group, 'cgroup.procs'), 'utf8')).split('\n').filter((pid) => pid !== '');
  await until(`${group} is empty`, async () => {
    const pids = await left();
    for (const pid of pids) tryKill(Number(pid));
    return pids.length === 0;
  });
  await until(`${group} can be removed`, async () =>
    rmdir(group).then(
      () => true,
      () => false,
    ),
  );
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ended meanwhile
  }
}
