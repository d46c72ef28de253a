import { mkdir, readFile, realpath } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '@breakwater/shared';
import type { ProcessId } from '../../core/daemon.ts';
import { dnsClient } from '../dns/dns-packet-client.ts';
import type { Rehearsal, Stage } from './interface.ts';
import { NAMESPACES, openStage, relayFor } from './stage.ts';
import type { FromRelay } from './relay-protocol.ts';
import { type StagePlan, STRANGER, STRANGER_V6 } from './stage-script.ts';

/** What has to be known of a host for rehearsing its `named`. */
export interface RehearsalOptions {
  /** The live path of the managed root. */
  root: string;
  /** The daemon's configuration below it. */
  config: string;
  stateDir: string;
  /** Further folders that the daemon uses. */
  directories?: readonly string[];
  /** A folder of the agent's own. */
  storeDir: string;
  /** The command that starts the daemon, without options that this adapter gives. */
  program: readonly string[];
  address: string;
  /** Addresses that the host has at times only, in addition to those that it has now. */
  addresses: readonly string[];
  port: number;
  clock?: Clock;
}

/** A host that was told to rehearse nothing. */
export const switchedOff: Rehearsal = {
  unavailable: 'it is switched off in the configuration of this host (daemon.rehearsal)',
  open: () => Promise.reject(new Error('rehearsals are switched off')),
};

/**
 * Rehearses BIND's `named`, where root or a user namespace may make private mount, network and process namespaces; one
 * attempt tells, here. What later keeps it from working is trouble, and no reason to go without.
 */
export async function openRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { clock = systemClock } = options;
  // They stay, and stay empty: a folder for each attempt would be left behind by an agent that is killed.
  const [room, probe] = ['room', 'probe'].map((name) => join(options.storeDir, 'rehearsal', name)) as [
    string,
    string,
  ];
  for (const folder of [room, probe]) await mkdir(folder, { recursive: true });
  const found = await firstThatWorks(clock, room, probe);
  if (!('namespaces' in found)) {
    const unavailable = `this host allows no private namespaces to its agent: ${found.cause}`;
    return { unavailable, open: () => Promise.reject(new Error(unavailable)) };
  }
  return {
    unavailable: null,
    open: async (tree, live) => {
      const user = found.namespaces.includes('--user') ? [] : await userOf(live, options.program);
      const plan = await planFor(options, room, tree);
      const daemon = [
        ...options.program,
        ...user,
        '-f',
        '-L',
        plan.log,
        '-c',
        join(options.root, options.config),
      ];
      const { relay, close } = await openStage(clock, found.namespaces, plan, relayFor(daemon, plan));
      return stageOf(relay, close, options, clock);
    },
  };
}

/** What named 9.18 logs of each listener, and after the last zone. */
const LISTENING = /\blistening on IPv[46] ((?:TLS |HTTPS? )?)interface \S+, (\S+)$/gm;
const LOADED = /\b(?:all zones loaded|running)$/m;

function stageOf(
  relay: Awaited<ReturnType<typeof openStage>>['relay'],
  close: () => Promise<void>,
  { address, port }: RehearsalOptions,
  clock: Clock,
): Stage {
  const log = (): Promise<string> => relay.readLog().catch(() => '');
  const server = { address, port, clock, exchanges: relay.exchanges };
  return {
    dns: dnsClient(server),
    stranger: dnsClient({ ...server, source: isIPv6(address) ? STRANGER_V6 : STRANGER }),
    place: `${address} port ${port}`,
    listeners: async () =>
      [...(await log()).matchAll(LISTENING)].map(([, kind = '', at = '']) => `${kind}${at}`),
    state: relay.state,
    loaded: async () => LOADED.test(await log()),
    log,
    close,
  };
}

async function planFor(
  { root, stateDir, directories = [], address, addresses }: RehearsalOptions,
  room: string,
  tree: string,
): Promise<StagePlan> {
  return {
    room,
    tree,
    live: await realpath(root),
    writable: outermost([stateDir, ...directories]),
    addresses: [...new Set([...ownAddresses(), ...addresses, address])],
    log: join(stateDir, '.breakwater-rehearsal.log'),
  };
}

/** An overlay shows what is below it, other overlays not included: a folder within another needs none of its own. */
function outermost(folders: readonly string[]): string[] {
  return folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
}

/** Those of this host. Link-local ones belong to an interface that a stage does not have. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.map(({ address }) => address).filter((address) => !address.startsWith('fe80:'));
}

/** The option by which named becomes the user that the live one is; files are then as readable as they are to that one. */
async function userOf(live: ProcessId | null, program: readonly string[]): Promise<string[]> {
  if (live === null || program.includes('-u')) return [];
  const status = await readFile(`/proc/${live.pid}/status`, 'utf8').catch(() => '');
  const user = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  return user === undefined || Number(user) === process.geteuid?.() ? [] : ['-u', user];
}

const READY = JSON.stringify({ is: 'ready' } satisfies FromRelay);

async function firstThatWorks(
  clock: Clock,
  room: string,
  folder: string,
): Promise<{ namespaces: readonly string[] } | { cause: string }> {
  const shown = { tree: folder, live: folder, writable: [folder], log: join(folder, 'log') };
  const plan: StagePlan = { room, ...shown, addresses: ['127.0.0.1'] };
  let cause = '';
  for (const namespaces of NAMESPACES) {
    try {
      await (await openStage(clock, namespaces, plan, ['echo', READY])).close();
      return { namespaces };
    } catch (error) {
      cause = error instanceof Error ? error.message : String(error);
    }
  }
  return { cause };
}
