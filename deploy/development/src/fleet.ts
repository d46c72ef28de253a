import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createApi } from './api.ts';
import { type EnrolledHost, type Operators, writeCentral } from './central.ts';
import { writeCliConfigs } from './cli-config.ts';
import { StartError } from './errors.ts';
import { writeHost } from './host.ts';
import { forkKeeper, type Keeper } from './keeper-link.ts';
import {
  hostPaths,
  orchestratorsOf,
  type PlannedHost,
  planHosts,
  serviceNames,
  servicePorts,
  type Size,
} from './layout.ts';
import { portInUse } from './ports.ts';
import { checkRunDir, installPrograms } from './prerequisites.ts';
import { waitUntilAnswering, waitUntilReady } from './ready.ts';
import { newSecret } from './secrets.ts';
import { directoryOf } from './service.ts';

/** A host of a running fleet. */
export interface FleetHost extends PlannedHost {
  /** The live path of the managed root: a link to the generation that the name server runs. */
  root: string;
  stateDir: string;
  agentPid: number;
  /** The runsv directories of its two processes. */
  services: { agent: string; named: string };
}

/** A running fleet. As JSON it is what `npm start -- --json` prints. */
export interface Fleet {
  /** URL of the orchestrator's API and status page. */
  api: string;
  /** Those of all orchestrators, the first one's first. */
  apis: string[];
  /** URL that the agents poll. */
  agentsUrl: string;
  /** Token of the operator `admin`. */
  token: string;
  /** Token of the operator `approver`, for what nobody may approve for themselves. */
  approverToken: string;
  /** URL of the page sink; GET answers with the pages that it took, oldest first. */
  pages: string;
  runDir: string;
  /** The runsv directory of every process. */
  services: Record<string, string>;
  hosts: FleetHost[];
  /** Ends every process, and removes the addresses and, unless it was given, the run folder. */
  stop(): Promise<void>;
}

export interface FleetOptions extends Partial<Size> {
  /** A range to take addresses from; by default the first 127.53.N.0/24 that is free. */
  addresses?: string | undefined;
  /** An empty or new folder, which stays afterwards; by default a temporary one. */
  runDir?: string | undefined;
  /** Whether changes are rehearsed; by default as on any host. `off` is for tests of what happens when a bad change goes live. */
  rehearsal?: 'auto' | 'off' | undefined;
  /** What of the orchestrators' configuration is to be otherwise, as `pagers` or `prometheus`. */
  orchestrator?: Readonly<Record<string, unknown>> | undefined;
  /** Leads a host's way to an orchestrator elsewhere: for tests that cut it. @returns the URL that the host is given instead. */
  agentsThrough?: ((host: string, url: string) => Promise<string>) | undefined;
  /** Gives the start up; what was started until then is ended. */
  signal?: AbortSignal | undefined;
}

/** The process that runsv runs for a service, or `null` when there is none. */
export async function processOf(service: string): Promise<number | null> {
  const pid = Number(await readFile(join(service, 'supervise', 'pid'), 'utf8').catch(() => ''));
  return pid > 0 ? pid : null;
}

async function addressesFor(keeper: Keeper, size: Size, range: string | undefined): Promise<PlannedHost[]> {
  const addresses = await keeper.claimAddresses(size.hosts, range ?? null);
  const hosts = planHosts(size, addresses);
  const refusal = await portInUse(size, hosts);
  if (refusal !== null) throw new StartError(refusal);
  return hosts;
}

/** Starts the fleet that the keeper then holds. */
async function bringUp(
  keeper: Keeper,
  size: Size,
  {
    addresses,
    rehearsal,
    orchestrator,
    signal,
    agentsThrough = (_host, url) => Promise.resolve(url),
  }: FleetOptions,
): Promise<Fleet> {
  const { runDir } = keeper;
  const planned = await addressesFor(keeper, size, addresses);
  await installPrograms(runDir);
  const hosts: EnrolledHost[] = planned.map((host) => ({ ...host, token: newSecret() }));
  const operators: Operators = { admin: newSecret(), approver: newSecret() };
  const ports = servicePorts(size.portBase);
  const orchestrators = orchestratorsOf(size);
  const agentsUrls = orchestrators.map(({ agents }) => `http://127.0.0.1:${agents}`);
  const apis = orchestrators.map(({ api: port }) => `http://127.0.0.1:${port}`);
  const [url = ''] = apis;
  const api = createApi(url, operators.admin);
  await writeCliConfigs(runDir, apis, { ...operators });

  // Agents that find nobody to ask would wait longer from try to try; so they start once there is somebody.
  await keeper.start(await writeCentral(runDir, size, hosts, operators, orchestrator));
  const services = await Promise.all(
    hosts.map(async (host) => {
      const ways = await Promise.all(agentsUrls.map((to) => agentsThrough(host.id, to)));
      return writeHost(runDir, host, { agentsUrls: ways, rehearsal });
    }),
  );
  await keeper.start(services.map(({ named }) => named));
  await Promise.all(apis.map((one) => waitUntilAnswering(createApi(one, operators.admin), runDir, signal)));
  await keeper.start(services.map(({ agent }) => agent));
  await waitUntilReady(api, hosts.length, runDir, signal);
  const running = await Promise.all(
    planned.map(async (host, index): Promise<FleetHost> => {
      const { root, stateDir } = hostPaths(runDir, host.id);
      const own = services[index] as FleetHost['services'];
      return { ...host, root, stateDir, agentPid: (await processOf(own.agent)) ?? 0, services: own };
    }),
  );
  const names = [serviceNames.redis, serviceNames.pages, ...orchestrators.map(({ name }) => name)];
  const perHost = planned.flatMap(({ id }) => [serviceNames.agent(id), serviceNames.named(id)]);
  return {
    api: url,
    apis,
    agentsUrl: agentsUrls[0] ?? '',
    token: operators.admin,
    approverToken: operators.approver,
    pages: `http://127.0.0.1:${ports.pages}/`,
    runDir,
    services: Object.fromEntries([...names, ...perHost].map((name) => [name, directoryOf(runDir, name)])),
    hosts: running,
    stop: () => keeper.release(),
  };
}

/**
 * Starts a fleet of real name servers with their agents, Redis, an orchestrator and a page sink, and resolves when
 * all of it is ready. It ends with `stop()`, and also when the calling process ends in whatever way.
 */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const { hosts = 12, datacenters = 3, portBase = 7300, orchestrators = 1 } = options;
  const runDir = options.runDir === undefined ? undefined : resolve(options.runDir);
  if (runDir !== undefined) await checkRunDir(runDir);
  const keeper = await forkKeeper(runDir);
  try {
    options.signal?.throwIfAborted();
    return await bringUp(keeper, { hosts, datacenters, portBase, orchestrators }, options);
  } catch (error) {
    await keeper.release();
    throw error;
  }
}
