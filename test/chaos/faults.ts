import { processOf } from '../../deploy/development/src/fleet.ts';
import type { ChaosFleet } from './chaos-fleet.ts';

/** Trouble that has begun; `heal` ends it. */
export interface Trouble {
  what: string;
  heal: () => void;
}

const SIGNALLED = ['orchestrator', 'agent', 'named', 'redis', 'pages'] as const;
type Kind = (typeof SIGNALLED)[number];

/** The services of one kind, by name. */
function servicesOf({ fleet }: ChaosFleet, kind: Kind): string[] {
  return Object.keys(fleet.services).filter((name) => name === kind || name.startsWith(`${kind}-`));
}

async function signal(chaos: ChaosFleet, service: string, which: NodeJS.Signals): Promise<number | null> {
  const pid = await processOf(chaos.fleet.services[service] ?? '');
  if (pid === null) return null;
  try {
    process.kill(pid, which);
    return pid;
  } catch {
    // It has just ended by itself; its supervisor starts the next one.
    return null;
  }
}

/** `kill -9`. The supervisor starts it again, so there is nothing to heal. */
async function kill(chaos: ChaosFleet, kind: Kind): Promise<Trouble> {
  const service = chaos.random.pick(servicesOf(chaos, kind));
  const pid = await signal(chaos, service, 'SIGKILL');
  return { what: pid === null ? `${service} was down already` : `killed ${service}`, heal: () => undefined };
}

/** A process that does nothing for a while, and then goes on as if no time had passed. */
async function stop(chaos: ChaosFleet, kind: Kind): Promise<Trouble> {
  const service = chaos.random.pick(servicesOf(chaos, kind));
  const pid = await signal(chaos, service, 'SIGSTOP');
  const heal = (): void => {
    if (pid === null) return;
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // Killed meanwhile.
    }
  };
  return { what: pid === null ? `${service} was down already` : `stopped ${service}`, heal };
}

/** The ways between some hosts and all orchestrators are cut, or swallow everything until they are open again. */
function part(chaos: ChaosFleet, hosts: readonly string[], state: 'cut' | 'clogged'): Trouble {
  for (const host of hosts) chaos.setLink(host, state);
  const heal = (): void => {
    for (const host of hosts) chaos.setLink(host, 'open');
  };
  return { what: `${state} ${hosts.join(' ')}`, heal };
}

const anyHost = ({ fleet, random }: ChaosFleet): string[] => [random.pick(fleet.hosts).id];

function anyDatacenter({ fleet, random }: ChaosFleet): string[] {
  const { datacenter } = random.pick(fleet.hosts);
  return fleet.hosts.filter((host) => host.datacenter === datacenter).map(({ id }) => id);
}

/** Everything that goes wrong: how often beside the others, for how long at most, and how it begins. */
const FAULTS: readonly {
  weight: number;
  atMostMs: number;
  begin: (chaos: ChaosFleet) => Promise<Trouble>;
}[] = [
  { weight: 4, atMostMs: 0, begin: (chaos) => kill(chaos, 'orchestrator') },
  { weight: 3, atMostMs: 15_000, begin: (chaos) => stop(chaos, 'orchestrator') },
  { weight: 3, atMostMs: 0, begin: (chaos) => kill(chaos, 'agent') },
  { weight: 2, atMostMs: 8000, begin: (chaos) => stop(chaos, 'agent') },
  { weight: 1, atMostMs: 0, begin: (chaos) => kill(chaos, 'named') },
  { weight: 1, atMostMs: 4000, begin: (chaos) => stop(chaos, 'named') },
  { weight: 2, atMostMs: 0, begin: (chaos) => kill(chaos, 'redis') },
  { weight: 1, atMostMs: 6000, begin: (chaos) => stop(chaos, 'redis') },
  { weight: 1, atMostMs: 0, begin: (chaos) => kill(chaos, 'pages') },
  { weight: 1, atMostMs: 8000, begin: (chaos) => stop(chaos, 'pages') },
  { weight: 2, atMostMs: 8000, begin: async (chaos) => part(chaos, anyHost(chaos), 'cut') },
  { weight: 2, atMostMs: 8000, begin: async (chaos) => part(chaos, anyHost(chaos), 'clogged') },
  { weight: 1, atMostMs: 8000, begin: async (chaos) => part(chaos, anyDatacenter(chaos), 'cut') },
];
const ALL = FAULTS.flatMap((fault) => Array.from({ length: fault.weight }, () => fault));

/** Lets something go wrong. @returns what it is, and for how long it lasts. */
export async function misfortune(chaos: ChaosFleet): Promise<Trouble & { forMs: number }> {
  const { begin, atMostMs } = chaos.random.pick(ALL);
  const forMs = atMostMs === 0 ? 0 : chaos.random.between(500, atMostMs);
  return { ...(await begin(chaos)), forMs };
}
