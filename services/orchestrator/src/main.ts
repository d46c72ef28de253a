import { pino } from 'pino';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';

async function main(): Promise<void> {
  const config = readConfig();
  const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const orchestrator = await compose(config, log);
  // Nothing has to be finished before the end: every decision is in the store, and whoever starts next goes on.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping; the store has what the next start needs');
      // An agent's open poll must not keep a stopped orchestrator alive.
      const end = (): never => process.exit(0);
      orchestrator.stop().then(end, end);
    });
  }
  await orchestrator.start();
}

try {
  await main();
} catch (error) {
  pino().fatal({ err: error }, 'the orchestrator cannot run');
  process.exit(1);
}
