import type { Pager } from '../../services/orchestrator/src/adapters/pagers/interface.ts';
import type { Signal, Wakeups } from '../../services/orchestrator/src/adapters/wakeups/interface.ts';
import { MemoryWitness } from '../../services/orchestrator/src/adapters/witness/memory-witness.ts';
import { Orchestrator } from './orchestrator.ts';
import { StoreClient } from './store-server.ts';
import { Process } from './timeline.ts';
import type { Site, World } from './interfaces.ts';

/** Signals take this long from one orchestrator to all. */
const SIGNAL_MS = 1;
const FLUSH_MS = 100;
const START_AGAIN_MS = 1000;

/** A place where an orchestrator runs; its supervisor starts another one when it dies. */
export class SimulatedSite implements Site {
  orchestrator: Orchestrator | null = null;
  /** Signals are published, and nobody hears them here. */
  deaf = false;
  readonly index: number;
  witness = new MemoryWitness();
  readonly #world: World;
  readonly #peers: () => readonly SimulatedSite[];
  readonly #listeners = new Set<(signal: Signal) => void>();

  /** @param peers all places, this one too: signals go to all of them */
  constructor(world: World, index: number, peers: () => readonly SimulatedSite[]) {
    this.#world = world;
    this.#peers = peers;
    this.index = index;
  }

  start(): void {
    if (this.orchestrator) return;
    const { timeline, server, settings, random, queues, wiring, pager, enrolment } = this.#world;
    // It starts on nothing that it cannot read, and its supervisor tries again.
    if (enrolment.broken) return void timeline.after(START_AGAIN_MS, () => this.start());
    const process = new Process(timeline, timeline.now);
    const client = new StoreClient(server, process, settings.store, random);
    client.onCall = (name, when) => this.#world.hazards.atCall(this, name, when);
    const plain = client.adapter();
    this.#listeners.clear();
    const orchestrator = new Orchestrator({
      process,
      client,
      store: wiring.store?.(plain, this.#world) ?? plain,
      witness: this.witness,
      queues,
      wakeups: this.#wakeups(process),
      pagers: [ofProcess(process, wiring.pager?.(pager) ?? pager)],
      enrolment,
      freezes: this.#world.freezes,
      metrics: { query: (...asked) => process.hear(this.#world.metrics.query(...asked)) },
      onConflict: () => this.#world.count('version conflict'),
    });
    this.orchestrator = orchestrator;
    this.#flush(process);
    orchestrator.start().catch((error: unknown) => this.#world.fault('sound', String(error)));
  }

  /** `kill -9`. */
  kill(againMs: number): void {
    const { orchestrator } = this;
    if (!orchestrator) return;
    this.orchestrator = null;
    this.witness = this.witness.crash();
    orchestrator.kill();
    this.#world.note(`orchestrator ${this.index} killed`);
    this.#world.timeline.after(againMs, () => this.start());
  }

  hear(signal: Signal): void {
    const { orchestrator } = this;
    if (this.deaf || !orchestrator) return;
    orchestrator.process.do(() => {
      for (const listener of this.#listeners) listener(signal);
    });
  }

  /** The witness reaches its disk a little later than its memory. */
  #flush(process: Process): void {
    process.setTimer(FLUSH_MS, () => {
      this.witness.durable().catch((error: unknown) => this.#world.fault('sound', String(error)));
      this.#flush(process);
    });
  }

  #wakeups(process: Process): Wakeups {
    return {
      publish: async (signal) => {
        if (process.dead) return;
        this.#world.timeline.after(SIGNAL_MS, () => {
          for (const site of this.#peers()) site.hear(signal);
        });
      },
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
      close: async () => undefined,
    };
  }
}

/** A pager, as a process has it that hears of the outcome only while it lives. */
function ofProcess(process: Process, pager: Pager): Pager {
  return { name: pager.name, resolves: pager.resolves, send: (page) => process.hear(pager.send(page)) };
}
