#!/usr/bin/env node
import { type Logger, pino } from 'pino';
import { OperatorName } from '@breakwater/shared';
import { acceptStoreOrder, findingText, USAGE } from './adapters/console/accept-store.ts';
import type { AcceptStoreOrder } from './adapters/console/interface.ts';
import { compose, composeAcceptance } from './compose.ts';
import { readConfig } from './config.ts';

async function main(): Promise<void> {
  const config = readConfig();
  const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const orchestrator = await compose(config, log, (token, { id, name }) => {
    // Not by the logger: what is logged is kept and passed on.
    process.stdout.write(
      `Nobody was an admin yet. This is the token ${id} of ${name}; it is shown this once:\n\n  ${token}\n\nKeep it, create tokens for people with it (breakwater tokens create), then revoke it.\n`,
    );
  });
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

/** @returns the exit code. */
async function acceptStore(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  let order: AcceptStoreOrder;
  try {
    order = acceptStoreOrder(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const log = pino({ level: 'warn', base: null }, pino.destination(2));
  try {
    return await lookAndAccept(order, log);
  } catch (error) {
    // For a person at a terminal, who has enough to read already.
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`It failed: ${why}\nWithout --yes it shows how the store stands.\n`);
    return 1;
  }
}

async function lookAndAccept(order: AcceptStoreOrder, log: Logger): Promise<number> {
  const config = readConfig(process.env, order.config ?? undefined);
  const store = await composeAcceptance(config, order.witnesses, log);
  try {
    const finding = await store.inspect();
    process.stdout.write(findingText(finding));
    if (finding.doubts.length === 0) return 1;
    if (!order.yes) {
      process.stdout.write('Nothing was changed. Give --yes to take the store as it is.\n');
      return 3;
    }
    const at = await store.accept(OperatorName.parse(order.by), order.reason);
    process.stdout.write(
      `Accepted with event ${at}. Every live rollout is paused; orchestrators go on by themselves.\n`,
    );
    return 0;
  } finally {
    await store.close();
  }
}

const [verb, ...args] = process.argv.slice(2);
try {
  if (verb === 'accept-store') process.exitCode = await acceptStore(args);
  else if (verb === undefined) await main();
  else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  pino().fatal({ err: error }, 'the orchestrator cannot run');
  process.exit(1);
}
