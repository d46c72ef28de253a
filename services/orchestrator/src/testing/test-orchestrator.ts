import { HostId, DatacenterName, OperatorName, type RolloutId, Submission } from '@breakwater/shared';
import { FakeClock } from '@breakwater/shared/testing';
import { pino } from 'pino';
import type { AgentDesk, Operator } from '../adapters/http/interface.ts';
import type { Idempotency } from '../adapters/store/interface.ts';
import type { Freeze } from '../adapters/calendar/interface.ts';
import { MemoryEnrolment } from '../adapters/identities/memory-enrolment.ts';
import { MemoryMetrics } from '../adapters/metrics/memory-metrics.ts';
import { MemoryPager } from '../adapters/pagers/memory-pager.ts';
import { MemoryPageQueue, MemoryWaveQueue } from '../adapters/queue/memory-queue.ts';
import type { LoggedEvent, Verb } from '../core/event.ts';
import { MemoryStore } from '../adapters/store/memory-store.ts';
import { jsdiff } from '../adapters/text-diff/jsdiff.ts';
import { MemoryWitness } from '../adapters/witness/memory-witness.ts';
import { MemoryWakeups } from '../adapters/wakeups/memory-wakeups.ts';
import { statistics } from '../adapters/statistics/simple-statistics.ts';
import type { EnrolledHost } from '../core/fleet.ts';
import type { QueryAnswer } from '../core/gate-query.ts';
import { NO_LIMITS } from '../core/limits.ts';
import type { Rollout } from '../core/rollout.ts';
import { createAgentDesk } from '../runtime/agent-desk.ts';
import { pageDelivery } from '../runtime/deliver-pages.ts';
import { openChannels } from '../runtime/channels.ts';
import { createEngine, type Engine } from '../runtime/engine.ts';
import type { EngineDeps } from '../runtime/engine-deps.ts';
import { type GateKeeper, keepGates } from '../runtime/gate-keeper.ts';
import { type FleetWatch, watchFleet } from '../runtime/fleet-watch.ts';
import { guardStore, type StoreGuard } from '../runtime/store-guard.ts';
import { submit } from '../runtime/submit.ts';
import { type StoreTrust, trustStore } from '../runtime/store-trust.ts';
import { SimulatedHost } from './simulated-host.ts';

const UNKNOWN_AFTER_MS = 60_000;
export const REPAGE_EVERY_MS = 900_000;

export const SUE: Operator = { name: OperatorName.parse('sue'), role: 'submitter' };
export const REX: Operator = { name: OperatorName.parse('rex'), role: 'responder' };

/** Every soak is a second, so that a rollout takes few steps. */
const QUICK = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };

/** A valid submission over inline files. */
export function submissionOf(change: Record<string, unknown> = {}): Submission {
  const files = { 'all/named.conf': 'options {};\n' };
  return Submission.parse({
    title: 'a change',
    reason: 'a test',
    bundle: { files },
    strategy: QUICK,
    ...change,
  });
}

/** `ns1.ams` is in datacenter ams. */
export function enrolled(id: string): EnrolledHost {
  const datacenter = DatacenterName.parse(id.split('.')[1]);
  return { id: HostId.parse(id), datacenter, address: '192.0.2.1', port: 53, groups: [], labels: {} };
}

export const AMS = ['ns1.ams', 'ns2.ams', 'ns3.ams', 'ns4.ams'] as const;

/** A clock that knows how many timers are armed. */
class CountingClock extends FakeClock {
  timers = 0;

  override setTimer(ms: number, callback: () => void): () => void {
    this.timers += 1;
    let over = false;
    const end = (): void => {
      if (!over) this.timers -= 1;
      over = true;
    };
    const cancel = super.setTimer(ms, () => {
      end();
      callback();
    });
    return () => {
      end();
      cancel();
    };
  }
}

/** A whole orchestrator on adapters in memory, with simulated hosts. Nothing happens in it by itself. */
export class TestOrchestrator {
  readonly clock: CountingClock;
  readonly store: MemoryStore;
  readonly wakeups: MemoryWakeups;
  readonly waves = new MemoryWaveQueue();
  readonly pages = new MemoryPageQueue();
  readonly metrics = new MemoryMetrics();
  readonly pager = new MemoryPager();
  readonly watch: FleetWatch;
  readonly guard: StoreGuard;
  readonly witness: MemoryWitness;
  readonly trust: StoreTrust;
  readonly deps: EngineDeps;
  readonly engine: Engine;
  readonly desk: AgentDesk;
  readonly gates: GateKeeper;
  /** What Prometheus answers to a query. */
  answers: (query: string) => QueryAnswer = () => ({ kind: 'none', cause: 'nobody has measured anything' });
  readonly hosts: Map<string, SimulatedHost>;
  readonly enrolment = new MemoryEnrolment();
  /** Freeze windows that are in force until their end. */
  readonly freezes: Freeze[] = [];
  /** What was logged, a JSON text for each line. */
  readonly lines: string[] = [];
  readonly log = pino({ level: 'debug' }, { write: (line: string) => void this.lines.push(line) });

  /**
   * @param beside another orchestrator on the same store and with the same hosts and time.
   * @param witness what an earlier process of this orchestrator has left on its disk.
   */
  constructor(
    ids: readonly string[] = AMS,
    beside: TestOrchestrator | null = null,
    witness: MemoryWitness = new MemoryWitness(),
  ) {
    this.witness = witness;
    this.clock = beside?.clock ?? new CountingClock();
    this.store = beside?.store.another() ?? new MemoryStore();
    this.wakeups = beside?.wakeups ?? new MemoryWakeups();
    this.hosts = beside?.hosts ?? new Map(ids.map((id) => [id, new SimulatedHost(id)]));
    const trusted = trustStore(this.store, this.witness, this.log);
    this.trust = trusted.trust;
    this.watch = watchFleet(
      trusted.store,
      [...this.hosts.keys()].map(enrolled),
      UNKNOWN_AFTER_MS,
      this.clock,
    );
    this.guard = guardStore(this.store, false, this.witness);
    const { watch, guard, trust, wakeups, metrics, clock, waves, pages, log } = this;
    wakeups.subscribe(({ head }) => trust.heard('another orchestrator', head));
    this.deps = {
      store: trusted.store,
      watch,
      guard,
      trust,
      wakeups,
      metrics,
      clock,
      textDiff: jsdiff,
      queues: () => ({ waves, pages }),
      log,
      repageEveryMs: REPAGE_EVERY_MS,
      hasMetrics: true,
      limits: NO_LIMITS,
      enrolment: this.enrolment,
      calendar: {
        freezeAt: (now) => this.freezes.find(({ until }) => now < until) ?? null,
        nextFreeze: () => null,
      },
    };
    this.engine = createEngine(this.deps);
    const source = { query: (text: string) => Promise.resolve(this.answers(text)) };
    this.gates = keepGates(this.deps, this.engine, { metrics: source, statistics });
    this.desk = createAgentDesk(this.deps, this.engine, 10_000);
  }

  /** An orchestrator that has read the store's settings and has heard every host. */
  static async ready(ids: readonly string[] = AMS): Promise<TestOrchestrator> {
    const orchestrator = new TestOrchestrator(ids);
    await orchestrator.guard.look();
    for (const host of orchestrator.hosts.values()) await host.poll(orchestrator.desk);
    return orchestrator;
  }

  /** A host is enrolled while everything runs. */
  join(id: string): void {
    this.hosts.set(id, new SimulatedHost(id));
    this.watch.roster.replace([...this.hosts.keys()].map(enrolled));
  }

  host(id: string): SimulatedHost {
    const host = this.hosts.get(id);
    if (!host) throw new Error(`there is no host ${id}`);
    return host;
  }

  submit(change: Record<string, unknown> = {}, idempotency: Idempotency | null = null): Promise<Rollout> {
    return submit(this.deps, this.engine, submissionOf(change), { ...SUE, idempotency });
  }

  async command(id: RolloutId, verb: Verb, host: string | null = null): Promise<Rollout> {
    const about = host === null ? null : HostId.parse(host);
    const command = { verb, by: REX.name, reason: 'a test', host: about };
    return (await this.engine.decide(id, { type: 'command', command })).rollout;
  }

  async look(id: RolloutId): Promise<Rollout> {
    return (await this.engine.decide(id, { type: 'look' })).rollout;
  }

  /** A second passes; every host polls and does its next thing; every live rollout is looked at. */
  async step(): Promise<void> {
    await this.clock.advance(1000);
    for (const host of this.hosts.values()) await host.live(this.desk);
    for (const id of (await this.store.snapshot()).live.keys()) this.gates.tend(await this.look(id));
  }

  /** Steps until the rollout is as it should be. */
  async until(id: RolloutId, reached: (rollout: Rollout) => boolean): Promise<Rollout> {
    for (let step = 0; step < 200; step += 1) {
      const rollout = await this.stored(id);
      if (reached(rollout)) return rollout;
      await this.step();
    }
    throw new Error(`rollout ${id} is ${(await this.stored(id)).state} and stays so`);
  }

  /** Tries every delivery that is queued. @returns why those that failed did. */
  deliver(...pagers: readonly MemoryPager[]): Promise<unknown[]> {
    const channels = pagers.length > 0 ? pagers : [this.pager];
    return this.pages.run(pageDelivery(this.deps, this.engine, openChannels(this.deps, channels)));
  }

  async stored(id: RolloutId): Promise<Rollout> {
    const rollout = await this.store.rollout(id);
    if (!rollout) throw new Error(`there is no rollout ${id}`);
    return rollout;
  }

  /** The log of one rollout, or of everything. */
  events(id: RolloutId | null = null): Promise<LoggedEvent[]> {
    return this.store.events(id, 0, Infinity);
  }

  async types(id: RolloutId | null = null): Promise<string[]> {
    return (await this.events(id)).map(({ type }) => type);
  }
}

/** A rollout that was halted by its canary, ns1.ams, with a page in the outbox. */
export async function haltedRollout(orchestrator: TestOrchestrator): Promise<Rollout> {
  const { id } = await orchestrator.submit();
  orchestrator.host('ns1.ams').breaks = true;
  return orchestrator.until(id, ({ state }) => state === 'halted');
}

/** A rollout whose canary, ns1.ams, has just been granted the change, and has not heard of it. */
export async function grantedRollout(orchestrator: TestOrchestrator): Promise<Rollout> {
  const { id } = await orchestrator.submit();
  for (const host of orchestrator.hosts.values()) await host.live(orchestrator.desk);
  return orchestrator.stored(id);
}
