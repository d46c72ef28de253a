import type { Assignment, Digest, Strategy } from '@breakwater/shared';
import type { JournalRecord } from '../../services/agent/src/core/journal-entry.ts';
import { type Memory, NO_MEMORY, remember } from '../../services/agent/src/core/memory.ts';
import { KINDS, type Kind, kindAt } from './behaviour.ts';
import { LEASE_MS } from './client.ts';
import type { Machine, World } from './interfaces.ts';

/** In which time a host with an agent goes back by itself (T): twice a stop by force, a start, and proving it. */
const BACK_MS = 60_000;
/** A host that has been unwell for so long is known to be, or has not been heard of, by whoever grants. */
const KNOWN_MS = 90_000;
/** What happens to a daemon is found out by the next round of questions at the earliest. */
const A_ROUND_MS = 1000;

/** What is known of one host over time. */
interface Life {
  pendingSince: number | null;
  /** Since when it serves without a pause, on one and the same generation. */
  servesSince: number | null;
  serves: Digest | null;
  /** What it served last, for how long, and when it ceased to. */
  ceased: { generation: Digest; servedMs: number; at: number } | null;
  /** Since when it gives itself wrong answers, or none. */
  unwellSince: number | null;
  /** When something outside the agent's power last happened to it. */
  disturbedAt: number;
  /** The journal, folded, as far as it is surely on disk. */
  memory: Memory;
  applied: Map<number, number>;
  /** Every record that is surely on disk, as `type epoch`. */
  recorded: Set<string>;
}

/** Judges hosts by the truth: what their links lead to, what their daemons run, what is surely in their journals. */
export class HostJudge {
  readonly #lives = new Map<Machine, Life>();
  readonly #pending = new Set<Machine>();
  /** Which hosts have ever run a generation. */
  readonly #ran = new Map<Digest, Set<string>>();
  readonly #world: World;
  readonly #applies: (machine: Machine, assignment: Assignment) => void;

  /** @param applies told of every grant that is taken */
  constructor(world: World, applies: (machine: Machine, assignment: Assignment) => void) {
    this.#world = world;
    this.#applies = applies;
  }

  get now(): number {
    return this.#world.timeline.now;
  }

  life(machine: Machine): Life {
    const known = this.#lives.get(machine);
    if (known) return known;
    const life: Life = {
      pendingSince: null,
      servesSince: null,
      serves: null,
      ceased: null,
      unwellSince: null,
      disturbedAt: 0,
      memory: NO_MEMORY,
      applied: new Map(),
      recorded: new Set(),
    };
    this.#lives.set(machine, life);
    return life;
  }

  wrote(machine: Machine, type: string, epoch: number): boolean {
    return this.life(machine).recorded.has(`${type} ${epoch}`);
  }

  /** The link moved, or what the daemon runs or answers changed. */
  changed(machine: Machine): void {
    const life = this.life(machine);
    const { daemon, pending } = machine;
    const { now } = this;
    serve(life, daemon.serves ? daemon.runs : null, now);
    const well = daemon.answer('itself').verdict === 'pass';
    life.unwellSince = well ? null : (life.unwellSince ?? now);
    life.pendingSince = pending ? (life.pendingSince ?? now) : null;
    if (pending) this.#pending.add(machine);
    else this.#pending.delete(machine);
    const { runs } = daemon;
    if (runs !== null && !this.#ran.get(runs)?.has(machine.id)) this.#runs(machine, runs);
    const needed = [machine.live, runs, life.memory.lastKnownGood];
    for (const generation of needed)
      if (generation !== null && !machine.holds(generation))
        this.#world.fault('S11', `generation ${generation.slice(0, 8)} is needed and was removed`, machine);
  }

  disturbed(machine: Machine): void {
    this.life(machine).disturbedAt = this.now;
  }

  powerWasCut(machine: Machine): void {
    this.disturbed(machine);
    this.switchFailed(machine);
  }

  /** What of the switching the disk forgot, or had no room for, did not happen. */
  switchFailed(machine: Machine): void {
    const life = this.life(machine);
    if (!machine.good.has(machine.live)) return;
    const epoch = life.memory.change?.assignment.epoch ?? 0;
    if (life.applied.get(epoch) === 1) life.applied.delete(epoch);
  }

  daemonStarts(machine: Machine): void {
    if (machine.agentLives || machine.good.has(machine.live)) return;
    const generation = machine.live.slice(0, 8);
    this.#world.fault(
      'S8',
      `the daemon starts on ${generation}, unconfirmed, with nobody to watch it`,
      machine,
    );
  }

  /** The link is about to be switched by the agent. */
  switches(machine: Machine, to: Digest): void {
    const change = machine.agent?.memory.change;
    if (machine.good.has(to) || !change) return;
    const { assignment } = change;
    const { epoch } = assignment;
    const life = this.life(machine);
    const times = (life.applied.get(epoch) ?? 0) + 1;
    life.applied.set(epoch, times);
    if (times > 1) this.#world.fault('S9', `epoch ${epoch} is applied ${times} times`, machine);
    if (!this.wrote(machine, 'applying', epoch))
      this.#world.fault('S3', `the link is switched before the intent to do so is on disk`, machine);
    const at = machine.agent?.process.monotonic() ?? 0;
    const granted = machine.grants.some((grant) => grant.epoch === epoch && at - grant.askedAt <= LEASE_MS);
    if (!granted)
      this.#world.fault('S5', `epoch ${epoch} is applied without a grant that still holds`, machine);
    this.#applies(machine, assignment);
    this.#budget(machine, assignment);
  }

  recorded(machine: Machine, record: JournalRecord): void {
    const life = this.life(machine);
    if ('epoch' in record) life.recorded.add(`${record.type} ${record.epoch}`);
    if (record.type === 'accepted') this.#accepted(machine, record.assignment);
    if (record.type === 'confirmed' && life.memory.change)
      machine.good = new Set([...machine.good, life.memory.change.assignment.bundle]);
    if (record.type === 'adopted') machine.good = new Set([...machine.good, record.generation]);
    if (record.type === 'reverting') this.#givenUp(machine);
    if ('verdict' in record) this.#world.count(`${record.type}: ${record.verdict.code}`);
    if (record.type === 'reverting' && this.#world.network.isolates(machine.id))
      this.#world.count('revert while partitioned');
    life.memory = remember(life.memory, record);
    this.#world.note(`${machine.id} ${record.type} ${life.memory.change?.assignment.epoch ?? ''}`);
    this.changed(machine);
  }

  /** What must hold whatever happens next: nobody stays for long on what is not confirmed. */
  tick(): void {
    for (const machine of this.#pending) {
      if (!machine.agent?.process.runs || machine.power.dead) this.disturbed(machine);
      const life = this.life(machine);
      const { now } = this;
      const since = Math.max(life.pendingSince ?? now, life.disturbedAt);
      const unwell = life.unwellSince === null ? null : Math.max(life.unwellSince, since);
      if (unwell !== null && now - unwell > BACK_MS) {
        this.#world.fault('S6', 'an unhealthy and unconfirmed generation is kept for too long', machine);
        this.disturbed(machine);
      }
      const within = life.memory.change?.assignment.confirmWithinMs ?? 0;
      const confirmBy = Math.max((life.pendingSince ?? now) + within, life.disturbedAt) + BACK_MS;
      if (now > confirmBy) {
        this.#world.fault('S7', 'a generation is neither confirmed nor given up in time', machine);
        this.disturbed(machine);
      }
    }
  }

  #accepted(machine: Machine, { epoch }: Assignment): void {
    const { highestEpoch } = this.life(machine).memory;
    if (epoch <= highestEpoch)
      this.#world.fault('S9', `epoch ${epoch} is accepted after ${highestEpoch}`, machine);
  }

  /** An agent has decided to keep a change: it has served for its whole soak, whatever anybody believes. */
  confirms(machine: Machine): void {
    const assignment = machine.agent?.memory.change?.assignment;
    if (!assignment) return;
    const { bundle, rollout } = assignment;
    const served = servedFor(this.life(machine), bundle, this.now);
    // What only others can see is theirs to find, where anybody asks.
    const kind = kindAt(this.#world.behaviourOf(bundle), machine.id);
    const blind = kind === 'othersOnly' && this.#world.submitted.get(rollout)?.strategy.vantage === 0;
    const soaked = served >= (this.#world.submitted.get(rollout)?.soak(machine.id) ?? 0);
    const runs = machine.daemon.runs === bundle || served >= 0;
    if (!runs || (!soaked && !blind))
      this.#world.fault('S13', `confirmed after it had served for ${served} ms`, machine);
  }

  #givenUp(machine: Machine): void {
    const { change } = this.life(machine).memory;
    if (!change || change.swap?.previous === change.assignment.bundle) return;
    machine.good = new Set([...machine.good].filter((known) => known !== change.assignment.bundle));
  }

  /** S1 and S2, at the moment in which a grant is taken. */
  #budget(machine: Machine, { rollout }: Assignment): void {
    const known = this.#world.submitted.get(rollout);
    if (!known) return;
    const peers = this.#world.machines.filter((other) => other.place.datacenter === machine.place.datacenter);
    const isDown = (other: Machine): boolean => {
      const { unwellSince } = this.life(other);
      return other.pending || (unwellSince !== null && this.now - unwellSince > KNOWN_MS);
    };
    const down = peers.filter((other) => other !== machine && isDown(other));
    // Every grant keeps to the limit of its own rollout; which of two came last, a host that takes one cannot tell.
    const flying = down.flatMap((other) => {
      const { change } = this.life(other).memory;
      const theirs =
        other.pending && change ? this.#world.submitted.get(change.assignment.rollout) : undefined;
      return theirs ? [theirs.strategy] : [];
    });
    const limit = Math.max(...[known.strategy, ...flying].map((strategy) => limitOf(strategy, peers.length)));
    if (down.length + 1 > limit) {
      const who = down.map((other) => other.id).join(', ');
      this.#world.fault('S1', `taken while ${who} are down: more than ${limit} at once`, machine);
    }
    for (const group of machine.place.groups) {
      const members = this.#world.machines.filter((other) => other.place.groups.includes(group));
      const left = members.filter((other) => other !== machine && !isDown(other));
      const gone = members.length - left.length;
      if (gone > known.strategy.maxUnavailablePerGroup)
        this.#world.fault('S2', `taken as number ${gone} of group ${group}`, machine);
      if (left.length === 0 && !known.named.has(machine.id))
        this.#world.fault('S2', `taken as the last host of group ${group}`, machine);
    }
  }

  #runs(machine: Machine, generation: Digest): void {
    const hosts = this.#ran.get(generation) ?? new Set<string>();
    this.#ran.set(generation, hosts.add(machine.id));
    const owner = [...this.#world.submitted.values()].find(({ bundle }) => bundle === generation);
    const { kind, hosts: where } = this.#world.behaviourOf(generation);
    if (!owner || !isFoundAtOnce(kind, owner.strategy) || where !== null) return;
    // A source that does not tell the truth finds nothing out.
    if (kind === 'costly' && this.#world.metrics.hasLied) return;
    if (hosts.size > 1 && !owner.steered) {
      const who = [...hosts].join(', ');
      this.#world.fault('canary', `a generation that is "${kind}" everywhere was run by ${who}`, machine);
    }
  }
}

/** Whether the canary cannot but find out, before anybody else is granted anything. */
function isFoundAtOnce(kind: Kind, strategy: Strategy): boolean {
  const measured = strategy.gates.some(({ during }) => during.some((wave) => wave === 'canary'));
  const late: readonly Kind[] = [
    'good',
    'slow',
    'diesLater',
    ...(measured ? [] : ['costly' as const]),
    ...(strategy.vantage === 0 ? ['othersOnly' as const] : []),
  ];
  return strategy.canary.hosts === 1 && KINDS.includes(kind) && !late.includes(kind);
}

function limitOf({ maxUnavailable }: Strategy, total: number): number {
  if (typeof maxUnavailable === 'number') return maxUnavailable;
  return Math.max(1, Math.floor((total * Number.parseInt(maxUnavailable, 10)) / 100));
}

/** Notes what a host serves by now. */
function serve(life: Life, serving: Digest | null, now: number): void {
  if (serving === life.serves) return;
  if (life.serves !== null && life.servesSince !== null)
    life.ceased = { generation: life.serves, servedMs: now - life.servesSince, at: now };
  life.servesSince = serving === null ? null : now;
  life.serves = serving;
}

/** For how long a host has served a generation, in milliseconds; -1 when it does not. */
function servedFor({ serves, servesSince, ceased }: Life, generation: Digest, now: number): number {
  if (serves !== null && servesSince !== null) return serves === generation ? now - servesSince : -1;
  // It ceased to between two rounds of questions: nobody can have heard of that yet.
  const unheard = ceased?.generation === generation && now - ceased.at <= A_ROUND_MS;
  return unheard ? ceased.servedMs : -1;
}
