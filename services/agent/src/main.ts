#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Command } from './adapters/console/arguments.ts';
import type { Operated } from './adapters/console/interface.ts';
import type { Config } from './config.ts';

// Ahead of everything that it is for: a person who waits for `status` waits mostly for code to be compiled. Beside the
// code and not in a folder where everybody may write; an agent that may not write there goes without.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'compiled'));
const { HELP, readArguments, UsageError } = await import('./adapters/console/arguments.ts');
const { ConfigError, loadConfig } = await import('./config.ts');
const { EXIT } = await import('./core/console.ts');

/** Loaded when it is needed: a person who asks the running agent should not wait for all that an agent is made of. */
const composed = () => import('./compose.ts');

/** `main.ts` runs the agent; `main.ts guard` is for the daemon's own start script, see `guard.sh`; all else is for people. */
async function main(args: readonly string[]): Promise<void> {
  const [command] = args;
  if (command !== undefined && command !== 'guard') return runCommand(args);
  const config = await loadConfig(process.env);
  const log = await loggerOf(config, 1);
  if (command === undefined) return runAgent(config, log);
  const { guardBeforeStart } = await composed();
  return log.info(await guardBeforeStart(config, args.includes('--beside-agent')));
}

/** @param file where it writes to: 1 for what comes out, 2 for what is amiss */
async function loggerOf(config: Config, file: 1 | 2): Promise<Logger> {
  const { pino } = await import('pino');
  const { LOG_FIELDS } = await import('@breakwater/shared');
  const base = { [LOG_FIELDS.host]: config.host.id };
  return pino(
    { level: config.logLevel, base, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(file),
  );
}

async function runAgent(config: Config, log: Logger): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping; the journal has what the next start needs');
      stopping.abort();
      // A step that waits for something outside must not hold the agent up: it could be killed at any time.
      setTimeout(() => process.exit(0), 1000).unref();
    });
  }
  const { compose } = await composed();
  const run = await compose(config, log);
  log.info({ pid: process.pid }, 'agent started');
  await run(stopping.signal);
  process.exit(0);
}

/** For a person, with everything else down. It ends the process, with one of the exit codes of `--help`. */
async function runCommand(args: readonly string[]): Promise<never> {
  // Also when the rest of the line cannot be understood: a script reads what comes back.
  const json = args.includes('--json');
  try {
    const command = readArguments(args);
    if (command === 'help') return await leave(EXIT.good, HELP);
    return await leave(await commandOn(command, args));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const exit = error instanceof UsageError ? EXIT.usage : EXIT.failed;
    if (json) return leave(exit, `${JSON.stringify({ result: 'failed', text, exit })}\n`);
    process.stderr.write(`✘ ${text}\n`);
    return leave(exit);
  }
}

/** What was printed is written first: into a pipe it may take a moment. */
function leave(exit: number, text = ''): Promise<never> {
  return new Promise(() => process.stdout.write(text, () => process.exit(exit)));
}

async function commandOn(command: Command, args: readonly string[]): Promise<number> {
  const path = command.config ?? process.env['BREAKWATER_AGENT_CONFIG'] ?? '/etc/breakwater/agent.json';
  const config = await loadConfig({ BREAKWATER_AGENT_CONFIG: path });
  const { storeDir } = config;
  const { runningAgent } = await import('./adapters/console/socket-client.ts');
  const running = (): Promise<Operated | null> => runningAgent(storeDir);
  const looks = command.verb === 'status' || command.verb === 'verify';
  if (!looks && !command.locked && (await running()) === null) {
    const { againUnderLock } = await import('./adapters/console/lock.ts');
    const exit = await againUnderLock(storeDir, args);
    if (exit !== 'no lock') return exit;
  }
  const print = (text: string): void => void process.stdout.write(text);
  const look = async () => {
    // Only what is amiss, and not among the answers: a person reads those, or a script does.
    const log = await loggerOf({ ...config, logLevel: 'error' }, 2);
    return (await composed()).composeConsole(config, log);
  };
  const { carryOut } = await import('./adapters/console/command.ts');
  const { systemClock } = await import('@breakwater/shared');
  return carryOut(command, {
    clock: systemClock,
    print,
    running,
    look: async () => (await look()).look(),
    verify: async () => (await look()).verify(),
    alone: async (verb) => (await look()).alone(verb),
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // What is wrong with the configuration is for the person who wrote it: a sentence, and no place in this code.
  const shown = error instanceof ConfigError ? {} : { err: error };
  const why =
    error instanceof ConfigError ? `the agent cannot run: ${error.message}` : 'the agent cannot run';
  const { pino } = await import('pino');
  pino().fatal(shown, why);
  process.exit(1);
}
