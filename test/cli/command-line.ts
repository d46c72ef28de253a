import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { compileCache, projectPath } from '../../deploy/development/src/central.ts';

const MAIN = projectPath('packages/cli/src/main.ts');

export interface Ended {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** Runs `breakwater` as a script would: without a terminal. */
export async function breakwater(config: string, ...args: string[]): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [MAIN, ...(config === '' ? [] : ['--config', config]), ...args],
    { reject: false, stdin: 'ignore', env: compileCache },
  );
  return { code: exitCode, stdout, stderr };
}

/** The same as a process, for what is cut short. */
export function running(config: string, ...args: string[]) {
  return execa(process.execPath, [MAIN, '--config', config, ...args], {
    reject: false,
    stdin: 'ignore',
    env: compileCache,
  });
}

/** Runs it on a terminal of 80 columns, where somebody types `typed` as soon as something is asked. */
export async function onTerminal(
  config: string,
  args: readonly string[],
  typed: string,
  env = {},
): Promise<Ended> {
  const quoted = [process.execPath, MAIN, '--config', config, ...args].map((word) => `'${word}'`).join(' ');
  const terminal = execa('script', ['-qec', `stty cols 80 rows 40; ${quoted}`, '/dev/null'], {
    reject: false,
    env: { ...compileCache, TERM: 'xterm', ...env },
  });
  let asked = false;
  terminal.stdout.on('data', (part: Buffer) => {
    if (asked || !part.toString().includes('Type yes')) return;
    asked = true;
    terminal.stdin.write(`${typed}\n`);
  });
  const { exitCode, stdout, stderr } = await terminal;
  return { code: exitCode, stdout, stderr };
}

/** Writes files below a folder. */
export async function writeFolder(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}
