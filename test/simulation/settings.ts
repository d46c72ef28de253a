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
  /** Which gates changes have, and how their source is. */
  gates: Gates;
  deadly: boolean;
  /** On how many of the hosts the whole agent runs. */
  fullHosts: number;
  /** In which times nothing is wanted, and when the last host joins; `null` when it is there from the beginning. */
  freezes: readonly { from: number; to: number }[];
  joinsAt: number | null;
  /** How often an agent, or an orchestrator, dies at any one step of its work. */
  agentDeaths: number;
  orchestratorDeaths: number;
}

/**
 * None; any, with a source that is wrong now and then; only comparisons, of changes that often cost; or such as soon have
 * waited too long for a source that often tells nothing.
 */
export type Gates = 'none' | 'any' | 'compared' | 'mute';

const SIZES = [3, 3, 4, 4, 5, 6, 6, 8, 9, 12];
const ROOMY = [4, 5, 6, 8];
const LARGE = [24, 40, 60];
/** How soon one freeze follows another where they flicker. */
const FLICKER_MS = 12_000;

/** What the number of a seed decides, so that each kind of run comes often enough. */
interface Kinds {
  eventful: boolean;
  gates: Gates;
  full: boolean;
  /** A host joins late a fleet in which nothing goes wrong, so that there is something for it to catch up with. */
  joins: boolean;
  /** Freezes are short and many, so that some begin in the middle of a rollout. */
  flickers: boolean;
  /** Agents die where it is worst, and links fail there. */
  deadly: boolean;
}

export function kindsOf(seed: number): Kinds {
  return {
    eventful: seed % 3 === 0,
    gates: seed % 4 === 1 ? (GATES_IN_TURN[seed % 16] ?? 'any') : 'none',
    full: seed % 12 === 2,
    joins: seed % 15 === 3,
    flickers: seed % 15 === 9,
    deadly: seed % 10 === 6,
  };
}

const GATES_IN_TURN: Readonly<Record<number, Gates>> = { 1: 'compared', 9: 'mute' };

/** Chooses how this run is to be. @param hosts how many, whatever the seed says. */
export function chooseSettings(random: Random, kinds: Kinds, hosts?: number): Settings {
  const { eventful, gates, full, joins, deadly } = kinds;
  // What only changes without other trouble come to needs many of those, on hosts enough.
  const aimed = gates === 'compared' || gates === 'mute' || joins || full || deadly;
  const size = hosts ?? (random.chance(0.01) ? random.pick(LARGE) : random.pick(aimed ? ROOMY : SIZES));
  const calm = random.chance(0.12) || (aimed && random.chance(0.8));
  const rate = (...rates: readonly number[]): number => (calm ? 0 : random.pick(rates));
  const lastsMs = random.pick([60_000, 90_000, 120_000]);
  return {
    hosts: size,
    datacenters: Math.min(size, random.pick(aimed ? [1, 2] : [1, 2, 2, 3])),
    orchestrators: random.pick([1, 1, 2, 3]),
    grouped: random.chance(0.4),
    lastsMs,
    troubleEveryMs: calm ? Infinity : random.pick([2000, 6000, 15_000, Infinity]),
    actEveryMs: random.pick(gates === 'mute' ? [20_000] : aimed ? [4000, 8000] : [4000, 8000, 20_000]),
    graceMs: random.pick(deadly ? [90_000] : [5000, 90_000]),
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
    gates,
    deadly,
    fullHosts: full ? random.between(1, 3) : 0,
    freezes: freezesOf(random, kinds, lastsMs),
    joinsAt: joinsAt(random, kinds, size, lastsMs),
    agentDeaths: rate(0, 0, 0.01, 0.06),
    orchestratorDeaths: rate(0, 0, 0.0005, 0.003),
  };
}

function freezesOf(random: Random, { eventful, flickers }: Kinds, lastsMs: number): Settings['freezes'] {
  if (flickers)
    return Array.from({ length: Math.floor(lastsMs / FLICKER_MS) }, (_, index) => {
      const from = FLICKER_MS * index + random.between(1, FLICKER_MS / 2);
      return { from, to: from + random.between(2000, FLICKER_MS / 2) };
    });
  const from = random.between(1, lastsMs / 2);
  return eventful && random.chance(0.4) ? [{ from, to: from + random.between(5000, 40_000) }] : [];
}

function joinsAt(random: Random, { eventful, joins }: Kinds, size: number, lastsMs: number): number | null {
  if (size <= 3) return null;
  if (joins) return random.between(lastsMs / 2, lastsMs);
  return eventful && random.chance(0.4) ? random.between(5000, lastsMs / 2) : null;
}
