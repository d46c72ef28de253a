/** `npm start`: a fleet of real name servers on this machine, and the story of two changes. See `--help`. */
import { readFileSync } from 'node:fs';
import { formatDuration } from '@breakwater/shared';
import { ApiError } from './api.ts';
import { StartError } from './errors.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { introduce, suggest } from './hints.ts';
import { type Options, readOptions } from './options.ts';
import { tell } from './story.ts';
import { createTerminal, type Terminal } from './terminal.ts';

const INTERRUPTED = 130;

/** The name and the parent of a process, or `null` when it is no more. */
function lookUp(pid: number): { name: string; parent: number } | null {
  try {
    // proc(5): the name may hold anything, also spaces and parentheses; the state and the parent follow it.
    const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { name, parent: Number(rest.split(' ')[1]) };
  } catch {
    return null;
  }
}

/**
 * Whether whoever started this process has ended since: nobody passes a `kill -9` on. npm starts it by a shell, which
 * survives npm; then it is that shell's parent that counts.
 */
function orphanWatch(): () => boolean {
  const parent = process.ppid;
  const shell = lookUp(parent);
  const byNpm =
    process.env['npm_lifecycle_event'] !== undefined && /^(?:sh|dash|bash)$/.test(shell?.name ?? '');
  return () => process.ppid !== parent || (byNpm && lookUp(parent)?.parent !== shell?.parent);
}

/** Aborts when this process is to end: a signal, a reader that went away, or a parent that is no more. */
function endOfUse(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  // The handlers stay: a second Ctrl-C, from somebody impatient, must not cut the teardown short.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', end);
  const orphaned = orphanWatch();
  const looking = setInterval(() => orphaned() && end(), 500);
  looking.unref();
  return controller.signal;
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // Nothing else keeps a process alive that only waits to be told to end.
  const staying = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  clearInterval(staying);
}

/** @returns the exit code. */
async function use(fleet: Fleet, options: Options, terminal: Terminal, signal: AbortSignal): Promise<number> {
  if (options.idle) {
    await suggest(fleet, terminal, null);
    await untilAborted(signal);
    return 0;
  }
  const { proved, halted } = await tell(fleet, terminal, signal);
  if (options.once) return proved ? 0 : 1;
  await suggest(fleet, terminal, halted);
  await untilAborted(signal);
  return proved ? 0 : 1;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const signal = endOfUse();
  const terminal = createTerminal(options.json ? process.stderr : process.stdout);
  const begun = Date.now();
  terminal.live(`Starting ${options.hosts} name servers …`);
  const fleet = await startFleet({ ...options, signal });
  try {
    introduce(fleet, terminal, formatDuration(Date.now() - begun));
    if (options.json) process.stdout.write(`${JSON.stringify(fleet)}\n`);
    return await use(fleet, options, terminal, signal);
  } finally {
    terminal.line();
    terminal.live('Ending everything …');
    await fleet.stop();
    const kept = options.runDir === undefined ? 'nothing is left behind' : `${fleet.runDir} stays`;
    terminal.line(`Everything has ended; ${kept}.`);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const interrupted = error instanceof Error && error.name === 'AbortError';
  process.exitCode = interrupted ? INTERRUPTED : 1;
  if (error instanceof StartError || error instanceof ApiError) console.error(`breakwater: ${error.message}`);
  else if (!interrupted) console.error(error);
}
