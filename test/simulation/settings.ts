import type { Random } from '../../services/agent/src/testing/random.ts';
import type { NetworkTroubles } from './network.ts';
import type { StoreTroubles } from './store-server.ts';

/** What one seed decides before anything happens. A rate of zero is one of the rates. */
export interface Settings {
  hosts: number;
  datacenters: number;
  orchestrators: number;
  grouped: boolean;
  /** For how long things go wrong and people act. */
  lastsMs: number;
  /** Mean time between two troubles, and between two acts of people. */
  troubleEveryMs: number;
  actEveryMs: number;
  /** What an agent gives the network on top of the time that it asked the orchestrator to wait. */
  graceMs: number;
  network: NetworkTroubles;
  store: StoreTroubles;
  /** People queue changes, have emergencies that overtake, drain and remove hosts, and add one; and there are freezes. */
  eventful: boolean;
  /** Changes have gates. */
  gated: boolean;
  /** On how many of the hosts the whole agent runs. */
  fullHosts: number;
  /** In which times nothing is wanted, and when the last host joins; `null` when it is there from the beginning. */
  freezes: readonly { from: number; to: number }[];
  joinsAt: number | null;
  /** How often an agent, or an orchestrator, dies at any one step of its work. */
  agentDeaths: number;
  orchestratorDeaths: number;
}

const SIZES = [3, 3, 4, 4, 5, 6, 6, 8, 9, 12];
const LARGE = [30, 60, 200];

/** What the number of a seed decides, so that each kind of run comes often enough. */
interface Kinds {
  eventful: boolean;
  gated: boolean;
  full: boolean;
}

export function kindsOf(seed: number): Kinds {
  return { eventful: seed % 3 === 0, gated: seed % 4 === 1, full: seed % 25 === 2 };
}

/** Chooses how this run is to be. @param hosts how many, whatever the seed says. */
export function chooseSettings(random: Random, { eventful, gated, full }: Kinds, hosts?: number): Settings {
  const size = hosts ?? (random.chance(0.01) ? random.pick(LARGE) : random.pick(SIZES));
  const calm = random.chance(0.12);
  const rate = (...rates: readonly number[]): number => (calm ? 0 : random.pick(rates));
  const lastsMs = random.pick([60_000, 90_000, 120_000]);
  const from = random.between(1, lastsMs / 2);
  const frozen = eventful && random.chance(0.4);
  return {
    hosts: size,
    datacenters: Math.min(size, random.pick([1, 2, 2, 3])),
    orchestrators: random.pick([1, 1, 2, 3]),
    grouped: random.chance(0.4),
    lastsMs,
    troubleEveryMs: calm ? Infinity : random.pick([2000, 6000, 15_000, Infinity]),
    actEveryMs: random.pick([4000, 8000, 20_000]),
    graceMs: random.pick([5000, 90_000]),
    network: {
      loss: rate(0, 0, 0.02, 0.15),
      duplicates: rate(0, 0, 0.05, 0.2),
      slowShare: rate(0, 0, 0.1),
      slowMs: random.pick([50, 1500]),
    },
    store: {
      latencyMs: random.pick([5, 50]),
      slowShare: rate(0, 0, 0.1, 0.5),
      lostReplies: rate(0, 0, 0, 0.01),
    },
    eventful,
    gated,
    fullHosts: full ? random.between(1, 3) : 0,
    freezes: frozen ? [{ from, to: from + random.between(5000, 40_000) }] : [],
    joinsAt: eventful && size > 3 && random.chance(0.4) ? random.between(5000, lastsMs / 2) : null,
    agentDeaths: rate(0, 0, 0.01, 0.06),
    orchestratorDeaths: rate(0, 0, 0.0005, 0.003),
  };
}
