import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fleetPaths } from './layout.ts';
import { RUN_DIR_VARIABLE } from './supervisors.ts';

/** A program that runsv keeps running. */
export interface Service {
  name: string;
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Runs to its end before every start of the program; however it ends, the program is started. */
  before?: { command: readonly string[]; env: Readonly<Record<string, string>> };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The file that a service writes its output to. */
export function logOf(runDir: string, name: string): string {
  return join(fleetPaths(runDir).logs, `${name}.log`);
}

/** The directory by which runsv and sv know a service. */
export function directoryOf(runDir: string, name: string): string {
  return join(fleetPaths(runDir).services, name);
}

/**
 * The service gets an environment of its own: what the starter's holds (a test runner's NODE_OPTIONS, say) would
 * make the fleet behave differently from one starter to another.
 */
function runScript(runDir: string, { name, command, env, before }: Service): string {
  const within = (variables: Readonly<Record<string, string>>, program: readonly string[]): string => {
    const all = Object.entries({ ...variables, [RUN_DIR_VARIABLE]: runDir });
    return `env -i PATH="$PATH:/usr/sbin:/sbin" LANG=C.UTF-8 \\
${all.map(([key, value]) => `  ${key}=${quote(value)} \\\n`).join('')}  ${program.map(quote).join(' ')}
`;
  };
  return `#!/bin/sh
exec >>${quote(logOf(runDir, name))} 2>&1
${before === undefined ? '' : within(before.env, before.command)}exec ${within(env ?? {}, command)}`;
}

/** runsv says how the program ended: its exit code or -1, and the signal. The agent reads it, and so do people. */
const FINISH_SCRIPT = `#!/bin/sh
echo "$1 $2" >>exits
`;

/**
 * Writes a service's directory; nothing is started by that.
 * @returns the directory.
 */
export async function writeService(runDir: string, service: Service): Promise<string> {
  const directory = directoryOf(runDir, service.name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'run'), runScript(runDir, service), { mode: 0o755 });
  await writeFile(join(directory, 'finish'), FINISH_SCRIPT, { mode: 0o755 });
  await appendFile(logOf(runDir, service.name), '');
  return directory;
}
