import type { Digest, HostId } from '@breakwater/shared';
import { entryOfGuard, generationToStart } from '../../services/agent/src/core/boot-guard.ts';
import type { JournalEntry, JournalRecord } from '../../services/agent/src/core/journal-entry.ts';
import { recall } from '../../services/agent/src/core/memory.ts';
import type { EnrolledHost } from '../../services/orchestrator/src/core/fleet.ts';
import type { Random } from '../../services/agent/src/testing/random.ts';
import { SimulatedAgent } from './agent-life.ts';
import type { AgentLife, LightMachine, World } from './interfaces.ts';
import { Daemon } from './daemon.ts';
import { Process, type Timeline } from './timeline.ts';

export const DOWN_MS = 3000;
export const BOOTED_MS = 5000;

/** A host as it is: what is on its disk and in its page cache, what its daemon runs, and its agent, if one lives. */
export class SimulatedMachine implements LightMachine {
  readonly id: HostId;
  readonly place: EnrolledHost;
  readonly daemon: Daemon;
  readonly timeline: Timeline;
  /** Its present life, from a boot to a power cut. */
  power: Process;
  agent: AgentLife | null = null;
  boot = 0;
  /** The journal as a reader sees it; of these so many are surely on disk. */
  records: readonly JournalRecord[] = [];
  durable = 0;
  journalId: string;
  /** Where the managed root leads, and where it would lead after a power cut. */
  live: Digest;
  liveOnDisk: Digest;
  generations: ReadonlySet<Digest>;
  /** Generations that were found in place or confirmed, and not given up since. */
  good: ReadonlySet<Digest>;
  /** What the present agent was permitted lately, and when it had asked (on the host's monotonic clock). */
  grants: readonly { askedAt: number; epoch: number }[] = [];
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World, place: EnrolledHost, original: Digest) {
    this.#world = world;
    this.#random = world.random;
    this.timeline = world.timeline;
    this.id = place.id;
    this.place = place;
    this.live = original;
    this.liveOnDisk = original;
    this.generations = new Set([original]);
    this.good = new Set([original]);
    this.journalId = world.uuid();
    this.power = new Process(this.timeline, this.timeline.now - BOOTED_MS);
    this.daemon = new Daemon({
      host: this.id,
      power: () => this.power,
      behaviourOf: (generation) => world.behaviourOf(generation),
      beforeStart: () => this.#beforeStart(),
      changed: () => world.judge.changed(this),
    });
  }

  get bootId(): string {
    return `${this.id} boot ${this.boot}`;
  }

  /** Holds a generation that is neither confirmed nor the one that was there before. */
  get pending(): boolean {
    return !this.good.has(this.live) || (this.daemon.runs !== null && !this.good.has(this.daemon.runs));
  }

  holds(generation: Digest): boolean {
    return this.generations.has(generation);
  }

  get agentLives(): boolean {
    return this.agent !== null && !this.agent.process.dead;
  }

  /** The machine starts: the daemon, and then the agent. */
  start(): void {
    this.boot += 1;
    this.daemon.start();
    this.power.setTimer(this.#random.between(5, 300), () => this.startAgent());
  }

  startAgent(): void {
    if (this.power.dead || this.agentLives) return;
    this.grants = [];
    // What a reader finds is on disk before anything follows from it.
    this.sync();
    this.agent = new SimulatedAgent(this.#world, this);
    this.agent.start();
  }

  /** `kill -9` of the agent. Its supervisor starts another one. */
  killAgent(againMs: number): void {
    if (this.agent === null) return;
    this.agent.process.dead = true;
    this.agent = null;
    this.#world.judge.disturbed(this);
    this.power.setTimer(againMs, () => this.startAgent());
  }

  cutPower(downMs: number = DOWN_MS): void {
    if (this.power.dead) return;
    this.power.dead = true;
    if (this.agent) this.agent.process.dead = true;
    this.agent = null;
    this.#loseUnsynced();
    this.daemon.vanish();
    this.#world.judge.powerWasCut(this);
    this.timeline.after(downMs, () => {
      this.power = new Process(this.timeline, this.timeline.now - BOOTED_MS);
      this.start();
    });
  }

  /** Writes a record, which is not yet on disk. */
  write(entry: JournalEntry): JournalRecord {
    const seq = (this.records.at(-1)?.seq ?? 0) + 1;
    const record = { ...entry, seq, at: this.power.monotonic(), boot: this.bootId };
    this.records = [...this.records, record];
    return record;
  }

  /** Everything that was written is on disk from here on. */
  sync(): void {
    const news = this.records.slice(this.durable);
    this.durable = this.records.length;
    for (const record of news) this.#world.judge.recorded(this, record);
  }

  switchTo(generation: Digest): void {
    this.live = generation;
    this.#world.judge.changed(this);
  }

  syncLink(): void {
    this.liveOnDisk = this.live;
  }

  /** Some of what was not synced is on disk all the same; a torn record is found out by its checksum and left out. */
  #loseUnsynced(): void {
    const written = this.records.length - this.durable;
    if (written > 0) {
      const kept = this.#random.between(0, written);
      if (kept < written) this.#world.count('records lost in a power cut');
      this.records = this.records.slice(0, this.durable + kept);
    }
    if (this.live !== this.liveOnDisk && this.#random.chance(0.5)) {
      this.live = this.liveOnDisk;
      this.#world.count('link lost in a power cut');
    }
    this.liveOnDisk = this.live;
  }

  /** The guard, as before every start of the daemon; while an agent lives it does nothing. */
  #beforeStart(): Digest {
    if (!this.agentLives) this.#guard();
    this.#world.judge.daemonStarts(this);
    return this.live;
  }

  #guard(): void {
    this.sync();
    const memory = recall(this.records);
    const start = { live: this.live, absent: false, boot: this.bootId, agentAlive: false };
    const target = generationToStart(memory, start);
    if (target === null) return;
    this.#world.count('guard put the old generation back');
    this.switchTo(target);
    this.syncLink();
    const entry = entryOfGuard(memory, start, this.power.monotonic());
    if (entry === null) return;
    this.write(entry);
    this.sync();
  }
}
