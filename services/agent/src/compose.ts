import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, systemClock } from '@breakwater/shared';
import type { Logger } from 'pino';
import { readBootId } from './adapters/boot/boot-id.ts';
import { becomeOwnerOf, markGuarded } from './adapters/boot/guarded.ts';
import type { Means } from './adapters/console/command.ts';
import { openConsole } from './adapters/console/socket-server.ts';
import { namedChecker } from './adapters/checker/named-checkconf.ts';
import { nodeDisk } from './adapters/disk/node-disk.ts';
import { dnsClient } from './adapters/dns/dns-packet-client.ts';
import { sourceFor } from './adapters/dns/source.ts';
import { finishMove } from './adapters/generations/adopt.ts';
import { openGenerations } from './adapters/generations/file-generations.ts';
import { treeIn } from './adapters/generations/layout.ts';
import { liveLink } from './adapters/generations/live-link.ts';
import { socketHelper } from './adapters/helper/socket-helper.ts';
import { openPatiently } from './adapters/journal/patient-journal.ts';
import { openJournal } from './adapters/journal/file-journal.ts';
import type { Journal } from './adapters/journal/interface.ts';
import { readJournal, readOnlyJournal } from './adapters/journal/read-journal.ts';
import type { Readings } from './adapters/metrics/interface.ts';
import type { PromMetrics } from './adapters/metrics/prom.ts';
import { serveMetrics } from './adapters/metrics/server.ts';
import { httpClient } from './adapters/orchestrator/http-client.ts';
import type { OrchestratorClient } from './adapters/orchestrator/interface.ts';
import type { Rehearsal } from './adapters/rehearsal/interface.ts';
import { openRehearsal, switchedOff } from './adapters/rehearsal/named-rehearsal.ts';
import { openSupervisor } from './adapters/supervisor/open.ts';
import { throughHelper } from './adapters/supervisor/through-helper.ts';
import about from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import type { ConsoleStatus } from './core/console-status.ts';
import type { JournalEntry } from './core/journal-entry.ts';
import { recall } from './core/memory.ts';
import { Agent } from './runtime/agent.ts';
import { guardStart } from './runtime/guard.ts';
import { Link } from './runtime/link.ts';
import { Measurer, measuring } from './runtime/measurer.ts';
import type { Outside } from './runtime/outside.ts';
import { verify } from './runtime/verify.ts';
import { Vantage } from './runtime/vantage.ts';

/** Chooses the real adapters of an agent. */
async function outsideOf(config: Config, log: Logger): Promise<Outside> {
  const token = (await readFile(config.tokenFile, 'utf8')).trim();
  return {
    ...(await hostOf(config, log, await journalOf(config, log))),
    rehearsal: await rehearsalOf(config),
    orchestrator: httpClient({ orchestrators: config.orchestrators, token, random: Math.random }),
  };
}

async function journalOf({ storeDir }: Config, log: Logger): Promise<Journal> {
  const options = { clock: systemClock, boot: await readBootId() };
  const journal = await openPatiently(join(storeDir, 'journal'), options);
  if (journal.damage != null) log.error({ damage: journal.damage }, 'the journal is damaged');
  if (journal.unwritable != null) log.error(journal.unwritable);
  return journal;
}

/** The adapters of this host, without anything that is only there for an orchestrator. */
async function hostOf(config: Config, log: Logger, journal: Journal): Promise<Outside> {
  const { host, vars, root, stateDir, storeDir, daemon } = config;
  const helper = config.helper === undefined ? undefined : socketHelper(config.helper);
  const boot = await readBootId();
  return {
    clock: systemClock,
    random: Math.random,
    log,
    boot,
    view: { host: { ...host, root, stateDir }, vars },
    journal,
    generations: await openGenerations({ root, storeDir, helper }),
    checker: await namedChecker({ root, stateDir, ...daemon }),
    rehearsal: switchedOff,
    supervisor:
      helper === undefined
        ? await openSupervisor(daemon, (sentence) => log.warn(sentence))
        : throughHelper(helper),
    dns: dnsClient({ address: host.address, port: host.port }),
    dnsTo: (address, port) =>
      dnsClient({ address, port, ...sourceFor(config.askFrom ?? host.address, address) }),
    orchestrator: nobody,
  };
}

const absent = (): Promise<never> => Promise.reject(new Error('no orchestrator is asked from the console'));
const nobody: OrchestratorClient = { poll: absent, manifest: absent, file: absent };

function rehearsalOf({ host, root, stateDir, storeDir, daemon }: Config): Rehearsal | Promise<Rehearsal> {
  if (daemon.rehearsal === 'off') return switchedOff;
  return openRehearsal({ ...host, ...daemon, root, stateDir, storeDir });
}

/**
 * Before anything else that an agent does: from the moment it runs, daemons start without a guard of their own,
 * and after a reboot one may be about to. Should it fail, the agent's own loop still goes back.
 */
async function guardOwnStart(config: Config, outside: Outside): Promise<void> {
  const { clock, boot, journal, generations, log } = outside;
  const memory = recall(journal.records());
  const append = (entry: JournalEntry): Promise<unknown> => journal.append(entry);
  try {
    log.info(await guardStart({ clock, boot, agentAlive: true, memory, link: generations, append }));
    await markGuarded(config.storeDir, boot);
  } catch (error) {
    log.error({ err: error }, 'the link could not be looked after before the start');
  }
}

/**
 * Wires one agent. @returns what runs it until the signal aborts.
 * @param around puts something around the adapters: what a test watches them with, or ends the agent by
 */
export async function compose(
  config: Config,
  log: Logger,
  around: (outside: Outside) => Outside = (outside) => outside,
): Promise<(signal: AbortSignal) => Promise<void>> {
  const metrics = await metricsOf(config, () => agent.readings());
  const outside = around({ ...(await outsideOf(config, log)), metrics });
  await guardOwnStart(config, outside);
  const agent: Agent = new Agent(outside, () => link.tell());
  const options = { host: config.host.id, pollForMs: config.pollFor, leaseMs: config.lease };
  const vantage: Vantage = new Vantage(outside, () => link.tell());
  const measurer = new Measurer(outside, () => agent.memory);
  const link = new Link(outside, options, measuring(agent, measurer), vantage);
  return async (signal) => {
    await agent.look();
    await listenToConsole(config, log, agent);
    if (config.metrics && metrics) await showMetrics(config.metrics, metrics, log);
    await Promise.all([agent.run(signal), link.run(signal), vantage.run(signal), measurer.run(signal)]);
  };
}

/**
 * For whoever starts the daemon, before it does; see `guardStart`. It writes nothing unless the link has to be
 * put back: it must work on a disk that is full, and beside an agent.
 * @returns what it did, in a sentence.
 */
export async function guardBeforeStart(config: Config, agentAlive: boolean): Promise<string> {
  const boot = await readBootId();
  const folder = join(config.storeDir, 'journal');
  const memory = recall((await readJournal(folder)).records);
  const storeDir = await realpath(config.storeDir);
  await finishMove(config.root, nodeDisk);
  const live = liveLink(config.root, (generation) => treeIn(storeDir, generation), nodeDisk);
  const append = async (entry: JournalEntry): Promise<void> => {
    // A running agent looks after the journal, and two writers would overwrite each other's records.
    if (agentAlive) return;
    await becomeOwnerOf(storeDir);
    const journal = await openJournal(folder, { clock: systemClock, boot });
    try {
      await journal.append(entry);
    } finally {
      await journal.close();
    }
  };
  const link = {
    live: () => live.read(),
    absent: () => live.absent(),
    switchTo: (generation: Digest) => live.switchTo(generation),
  };
  const done = await guardStart({ clock: systemClock, boot, agentAlive, memory, link, append });
  await becomeOwnerOf(storeDir);
  await markGuarded(storeDir, boot);
  return done;
}

/** Loaded only where they are wanted: an agent is a guest on its host. */
async function metricsOf(config: Config, read: () => Readings): Promise<PromMetrics | undefined> {
  if (config.metrics === undefined) return undefined;
  const { promMetrics } = await import('./adapters/metrics/prom.ts');
  return promMetrics(read, about.version);
}

/** An agent whose metrics cannot be shown, as when the port is taken, does its work all the same. */
async function showMetrics(
  at: NonNullable<Config['metrics']>,
  metrics: PromMetrics,
  log: Logger,
): Promise<void> {
  try {
    await serveMetrics(at, () => metrics.text());
  } catch (error) {
    log.error({ err: error }, `the metrics cannot be shown on ${at.address} port ${at.port}`);
  }
}

/** An agent without its console is still an agent: it must not be kept from reverting by a socket. */
async function listenToConsole({ storeDir }: Config, log: Logger, agent: Agent): Promise<void> {
  const status = (): Promise<ConsoleStatus> => agent.consoleStatus({ pid: process.pid });
  try {
    await openConsole(storeDir, { status, operate: (order) => agent.operate(order) });
  } catch (error) {
    log.error(
      { err: error },
      'the console cannot reach this agent; `breakwater-agent` needs it stopped to do anything',
    );
  }
}

/** What a person at the console can do while no agent runs. Only `alone` writes anything. */
export function composeConsole(config: Config, log: Logger): Pick<Means, 'look' | 'verify' | 'alone'> {
  const journal = (): Promise<Journal> => readOnlyJournal(join(config.storeDir, 'journal'));
  return {
    async look() {
      const agent = new Agent(await hostOf(config, log, await journal()), () => undefined);
      await agent.examine();
      return agent.consoleStatus(null);
    },

    async verify() {
      const read = await journal();
      const outside = await hostOf(config, log, read);
      const records = read.records();
      return verify({ outside, memory: recall(records), records, journalDamage: read.damage ?? null });
    },

    async alone(verb) {
      const host = await hostOf(config, log, await journalOf(config, log));
      // Only what becomes the last known good generation is rehearsed; see `Adopter`.
      const rehearsal = verb === 'adopt' ? await rehearsalOf(config) : host.rehearsal;
      const agent = new Agent({ ...host, rehearsal }, () => undefined);
      await agent.look();
      let running: Promise<void> | null = null;
      return {
        status: () => agent.consoleStatus(null),
        operate(order) {
          const outcome = agent.operate(order);
          // Not before there is an order: what nobody asked for, the next agent does.
          running ??= agent.run(new AbortController().signal);
          return outcome;
        },
      };
    },
  };
}
