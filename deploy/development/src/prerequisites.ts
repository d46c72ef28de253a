import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { execa } from 'execa';
import { StartError } from './errors.ts';
import { fleetPaths } from './layout.ts';

const COMMANDS = ['redis-server', 'named', 'named-checkconf', 'dig', 'runsv', 'sv'];

/**
 * Finds the commands that the fleet runs. Debian puts some of them into /usr/sbin, which is on the PATH of root only.
 * @returns the path of each.
 * @throws StartError naming those that are missing.
 */
async function find(commands: readonly string[]): Promise<Map<string, string>> {
  const script = 'PATH="$PATH:/usr/sbin:/sbin"; for c in "$@"; do command -v "$c" || echo; done';
  const { stdout } = await execa('sh', ['-c', script, 'sh', ...commands]);
  const paths = stdout.split('\n');
  const found = new Map(commands.map((command, index) => [command, paths[index] ?? ''] as const));
  const missing = commands.filter((command) => !found.get(command));
  if (missing.length === 0) return found;
  throw new StartError(`not installed: ${missing.join(', ')}; run: sh deploy/development/setup.sh`);
}

/** Refuses a folder that holds something: the files of two fleets in one would be mixed, and one of them lost. */
export async function checkRunDir(runDir: string): Promise<void> {
  // named.conf and the service scripts carry this path; these characters mean the same in all of them.
  if (!/^[A-Za-z0-9/._@+-]+$/.test(runDir)) {
    throw new StartError(`--run-dir ${runDir}: the path may hold letters, digits and / . _ @ + - only`);
  }
  const content = await readdir(runDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new StartError(`--run-dir ${runDir} cannot be used: ${String(error)}`);
  });
  if (content.length > 0)
    throw new StartError(`--run-dir ${runDir} is not empty; give an empty or new folder`);
}

/** Checks that everything is installed, and puts this fleet's own copy of `named` in place. */
export async function installPrograms(runDir: string): Promise<void> {
  const commands = await find(COMMANDS);
  const { bin, named } = fleetPaths(runDir);
  await mkdir(bin);
  // Debian's AppArmor profile speaks of /usr/sbin/named, and forbids it to read anything outside of /etc/bind and a
  // few folders more. A copy elsewhere is not confined, so that it can be given a configuration below /tmp.
  await copyFile(commands.get('named') as string, named, constants.COPYFILE_FICLONE);
}
