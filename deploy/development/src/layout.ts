import { join } from 'node:path';

/** How big a fleet is, and where it listens. */
export interface Size {
  hosts: number;
  datacenters: number;
  portBase: number;
  orchestrators: number;
}

/** A name server of the fleet, as the orchestrator and the agents are told of it. */
export interface PlannedHost {
  id: string;
  datacenter: string;
  address: string;
  port: number;
  controlPort: number;
  /** Where its agent shows its metrics, on the same address. */
  metricsPort: number;
  /** From where its agent asks other hosts: an address of its own, also where all hosts answer at the same one. */
  askFrom: string;
}

const DATACENTERS = ['ams', 'fra', 'iad', 'lhr', 'nrt', 'syd', 'gru', 'sin'];

/** The ports that the fleet's own services take, all of them on 127.0.0.1. */
export function servicePorts(base: number) {
  return { redis: base + 2, pages: base + 3 };
}

/** The most orchestrators that a fleet has room for. */
export const MOST_ORCHESTRATORS = 5;

/** One of the orchestrators, counted from 0: what it is called, and where it listens on 127.0.0.1. */
function orchestratorAt(index: number, base: number) {
  const name = index === 0 ? 'orchestrator' : `orchestrator-${index + 1}`;
  const first = index === 0 ? base : base + 2 + 2 * index;
  return { name, api: first, agents: first + 1 };
}

/** The orchestrators of a fleet, the first of them first. */
export function orchestratorsOf({ orchestrators, portBase }: Pick<Size, 'orchestrators' | 'portBase'>) {
  return Array.from({ length: orchestrators }, (_, index) => orchestratorAt(index, portBase));
}

function datacenterName(index: number): string {
  return DATACENTERS[index] ?? `dc${index + 1}`;
}

/**
 * Spreads the hosts over the datacenters as evenly as they go, the first datacenters taking what is left over.
 * @param addresses one for each host, or `null` where the machine lets nobody add any: then all hosts share
 *   127.0.0.1, and each has ports of its own.
 */
export function planHosts(
  { hosts, datacenters, portBase }: Omit<Size, 'orchestrators'>,
  addresses: string[] | null,
): PlannedHost[] {
  const places = Array.from({ length: datacenters }, (_, index) => {
    const count = Math.floor(hosts / datacenters) + (index < hosts % datacenters ? 1 : 0);
    return Array.from({ length: count }, (__, place) => ({
      datacenter: datacenterName(index),
      number: place + 1,
    }));
  });
  return places.flat().map(({ datacenter, number }, index) => {
    const address = addresses?.[index];
    const port = address === undefined ? portBase + 100 + 3 * index : portBase + 53;
    return {
      id: `ns${number}.${datacenter}`,
      datacenter,
      address: address ?? '127.0.0.1',
      port,
      controlPort: port + 1,
      metricsPort: port + 2,
      askFrom: address ?? `127.53.${252 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    };
  });
}

/** Where the parts of one host are. */
export function hostPaths(runDir: string, id: string) {
  const home = join(runDir, 'hosts', id);
  return {
    home,
    /** The live path of the managed root: a link, which the agent switches from one generation to the next. */
    root: join(home, 'root'),
    initial: join(home, 'initial'),
    storeDir: join(home, 'store'),
    stateDir: join(home, 'state'),
    config: join(home, 'agent.json'),
    token: join(home, 'token'),
    /** Held by the agent for as long as it lives; the guard of the name server tries it. */
    lock: join(home, 'store', 'agent.lock'),
  };
}

/** Where the parts that no single host owns are. */
export function fleetPaths(runDir: string) {
  return {
    bin: join(runDir, 'bin'),
    named: join(runDir, 'bin', 'named'),
    logs: join(runDir, 'logs'),
    services: join(runDir, 'services'),
    redis: join(runDir, 'redis'),
    orchestrator: (name: string) => join(runDir, name),
    pages: join(runDir, 'pages.jsonl'),
  };
}

export const serviceNames = {
  redis: 'redis',
  pages: 'pages',
  agent: (id: string) => `agent-${id}`,
  named: (id: string) => `named-${id}`,
} as const;
