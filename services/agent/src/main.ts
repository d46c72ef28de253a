#!/usr/bin/env node
import { LOG_FIELDS, systemClock } from '@breakwater/shared';
import { pino } from 'pino';
import { type Command, HELP, readArguments, UsageError } from './adapters/console/arguments.ts';
import { carryOut } from './adapters/console/command.ts';
import type { Operated } from './adapters/console/interface.ts';
import { againUnderLock } from './adapters/console/lock.ts';
import { runningAgent } from './adapters/console/socket-client.ts';
import { type Config, loadConfig } from './config.ts';
import { EXIT } from './core/console.ts';

/** Loaded when it is needed: a person who asks the running agent should not wait for all that an agent is made of. */
const composed = () => import('./compose.ts');

/** `main.ts` runs the agent; `main.ts guard` is for the daemon's own start script, see `guard.sh`; all else is for people. */
async function main(args: readonly string[]): Promise<void> {
  const [command] = args;
  if (command !== undefined && command !== 'guard') return runCommand(args);
  const config = await loadConfig(process.env);
  const log = loggerOf(config);
  if (command === undefined) return runAgent(config, log);
  const { guardBeforeStart } = await composed();
  return log.info(await guardBeforeStart(config, args.includes('--beside-agent')));
}

function loggerOf(config: Config, destination = pino.destination(1)): pino.Logger {
  const base = { [LOG_FIELDS.host]: config.host.id };
  return pino({ level: config.logLevel, base, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

async function runAgent(config: Config, log: pino.Logger): Promise<void> {
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
  const running = (): Promise<Operated | null> => runningAgent(storeDir);
  const looks = command.verb === 'status' || command.verb === 'verify';
  if (!looks && !command.locked && (await running()) === null) {
    const exit = await againUnderLock(storeDir, args);
    if (exit !== 'no lock') return exit;
  }
  // Only what is amiss, and not among the answers: a person reads those, or a script does.
  const log = loggerOf({ ...config, logLevel: 'error' }, pino.destination(2));
  const print = (text: string): void => void process.stdout.write(text);
  const look = async () => (await composed()).composeConsole(config, log);
  return carryOut(command, {
    clock: systemClock,
    print,
    running,
    look: async () => (await look()).look(),
    verify: async () => (await look()).verify(),
    alone: async () => (await look()).alone(),
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  pino().fatal({ err: error }, 'the agent cannot run');
  process.exit(1);
}
