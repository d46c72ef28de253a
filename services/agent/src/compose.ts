import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@breakwater/shared';
import type { Logger } from 'pino';
import { readBootId } from './adapters/boot/boot-id.ts';
import { namedChecker } from './adapters/checker/named-checkconf.ts';
import { dnsClient } from './adapters/dns/dns-packet-client.ts';
import { openGenerations } from './adapters/generations/file-generations.ts';
import { openJournal } from './adapters/journal/file-journal.ts';
import { httpClient } from './adapters/orchestrator/http-client.ts';
import { runitSupervisor } from './adapters/supervisor/runit.ts';
import type { Config } from './config.ts';
import { generationToStart } from './core/boot-guard.ts';
import { recall } from './core/memory.ts';
import { Agent } from './runtime/agent.ts';
import { Link } from './runtime/link.ts';
import type { Outside } from './runtime/outside.ts';

/** Chooses the real adapters. */
async function outsideOf(config: Config, log: Logger): Promise<Outside> {
  const { host, vars, root, stateDir, storeDir, daemon } = config;
  const boot = await readBootId();
  const journal = await openJournal(join(storeDir, 'journal'), { clock: systemClock, boot });
  if (journal.damage !== null) log.error({ damage: journal.damage }, 'the journal is damaged');
  return {
    clock: systemClock,
    random: Math.random,
    log,
    boot,
    view: { host: { ...host, root, stateDir }, vars },
    journal,
    generations: await openGenerations({ root, storeDir }),
    checker: await namedChecker({ root, config: daemon.config, stateDir }),
    supervisor: runitSupervisor({ service: daemon.service, log: daemon.log }),
    dns: dnsClient({ address: host.address, port: host.port }),
    orchestrator: httpClient({
      orchestrators: config.orchestrators,
      token: (await readFile(config.tokenFile, 'utf8')).trim(),
    }),
  };
}

/** Wires one agent. @returns what runs it until the signal aborts. */
export async function compose(config: Config, log: Logger): Promise<(signal: AbortSignal) => Promise<void>> {
  const outside = await outsideOf(config, log);
  const agent: Agent = new Agent(outside, () => link.tell());
  const options = { host: config.host.id, pollForMs: config.pollFor, leaseMs: config.lease };
  const link = new Link(outside, options, agent);
  return async (signal) => {
    await agent.look();
    await Promise.all([agent.run(signal), link.run(signal)]);
  };
}

/**
 * For the service that starts the daemon at boot, before it does: puts the last known good generation back
 * when the machine went down with an unconfirmed one.
 * @returns what it did, in a sentence.
 */
export async function guardBoot(config: Config): Promise<string> {
  const boot = await readBootId();
  const journal = await openJournal(join(config.storeDir, 'journal'), { clock: systemClock, boot });
  const generations = await openGenerations(config);
  const target = generationToStart(recall(journal.records()), await generations.live(), boot);
  await journal.close();
  if (target === null) return 'The live generation may be started.';
  await generations.switchTo(target);
  return `The live generation was not confirmed; generation ${target} was put back.`;
}
