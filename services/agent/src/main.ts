import { LOG_FIELDS } from '@breakwater/shared';
import { pino } from 'pino';
import { compose, guardBoot } from './compose.ts';
import { type Config, loadConfig } from './config.ts';

/** `main.ts` runs the agent; `main.ts guard` is for the daemon's own start script, see `guardBoot`. */
async function main(command: string | undefined): Promise<void> {
  const config = await loadConfig(process.env);
  const base = { [LOG_FIELDS.host]: config.host.id };
  const log = pino({ level: config.logLevel, base, timestamp: pino.stdTimeFunctions.isoTime });
  switch (command) {
    case undefined:
      return runAgent(config, log);
    case 'guard':
      return log.info(await guardBoot(config));
    default:
      throw new Error(`unknown command "${command}"; there is "guard", or none to run the agent`);
  }
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
  const run = await compose(config, log);
  log.info({ pid: process.pid }, 'agent started');
  await run(stopping.signal);
  process.exit(0);
}

try {
  await main(process.argv[2]);
} catch (error) {
  pino().fatal({ err: error }, 'the agent cannot run');
  process.exit(1);
}
