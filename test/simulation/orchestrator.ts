import type { HostId } from '@breakwater/shared';
import type { Calendar } from '../../services/orchestrator/src/adapters/calendar/interface.ts';
import type { AgentDesk, Operations } from '../../services/orchestrator/src/adapters/http/interface.ts';
import type { Metrics } from '../../services/orchestrator/src/adapters/metrics/interface.ts';
import type { Pager } from '../../services/orchestrator/src/adapters/pagers/interface.ts';
import type { MetricSource } from '../../services/orchestrator/src/adapters/prometheus/interface.ts';
import type { Deliver, Look } from '../../services/orchestrator/src/adapters/queue/interface.ts';
import { statistics } from '../../services/orchestrator/src/adapters/statistics/simple-statistics.ts';
import type { Store } from '../../services/orchestrator/src/adapters/store/interface.ts';
import type { MemoryWitness } from '../../services/orchestrator/src/adapters/witness/memory-witness.ts';
import type { Wakeups } from '../../services/orchestrator/src/adapters/wakeups/interface.ts';
import { NO_LIMITS } from '../../services/orchestrator/src/core/limits.ts';
import { createAgentDesk } from '../../services/orchestrator/src/runtime/agent-desk.ts';
import { type Channels, openChannels } from '../../services/orchestrator/src/runtime/channels.ts';
import { pageDelivery } from '../../services/orchestrator/src/runtime/deliver-pages.ts';
import { createEngine } from '../../services/orchestrator/src/runtime/engine.ts';
import { jsdiff } from '../../services/orchestrator/src/adapters/text-diff/jsdiff.ts';
import type { EngineDeps } from '../../services/orchestrator/src/runtime/engine-deps.ts';
import { watchFleet } from '../../services/orchestrator/src/runtime/fleet-watch.ts';
import { lookAt } from '../../services/orchestrator/src/runtime/look.ts';
import { keepGates } from '../../services/orchestrator/src/runtime/gate-keeper.ts';
import { createOperations } from '../../services/orchestrator/src/runtime/operations.ts';
import { guardStore } from '../../services/orchestrator/src/runtime/store-guard.ts';
import { safeModePages } from '../../services/orchestrator/src/runtime/safe-mode-pages.ts';
import { trustStore } from '../../services/orchestrator/src/runtime/store-trust.ts';
import { standWatch } from '../../services/orchestrator/src/runtime/sweep.ts';
import { pageTests } from '../../services/orchestrator/src/runtime/test-pages.ts';
import { silentLog } from '../../services/agent/src/testing/silent-log.ts';
import type { EnrolmentFile } from './enrolment.ts';
import type { QueueServer } from './queue-server.ts';
import type { StoreClient } from './store-server.ts';
import type { Process } from './timeline.ts';

const UNKNOWN_AFTER_MS = 30_000;
const REPAGE_EVERY_MS = 60_000;
const VERIFY_WITHIN_MS = 8000;

/** Everything around one orchestrator. */
export interface Surroundings {
  process: Process;
  client: StoreClient;
  /** The store as this orchestrator sees it. */
  store: Store;
  /** What this place has seen of the store, on a disk of its own. */
  witness: MemoryWitness;
  queues: QueueServer;
  wakeups: Wakeups;
  pagers: readonly Pager[];
  enrolment: EnrolmentFile;
  freezes: Calendar;
  metrics: MetricSource;
  onConflict: () => void;
}

/** One life of one orchestrator: its real runtime, on adapters that are simulated. `kill -9` ends it. */
export class Orchestrator {
  readonly process: Process;
  readonly client: StoreClient;
  readonly desk: AgentDesk;
  readonly operations: Operations;
  readonly look: Look;
  readonly deliver: Deliver;
  /** Called when it dies: connections to it break. */
  readonly onDeath = new Set<() => void>();
  /** When it last went on after it had been stopped. */
  resumedAt = 0;
  readonly #deps: EngineDeps;
  readonly #channels: Channels;
  readonly #engine: ReturnType<typeof createEngine>;

  constructor(around: Surroundings) {
    const { process, wakeups, witness } = around;
    const { store, trust } = trustStore(around.store, witness, silentLog);
    wakeups.subscribe(({ head }) => trust.heard('another orchestrator', head));
    this.process = process;
    this.client = around.client;
    const watch = watchFleet(store, around.enrolment.hosts, UNKNOWN_AFTER_MS, process);
    const guard = guardStore(store, false, witness);
    const queues = around.queues.clientOf(this);
    this.#deps = {
      store,
      watch,
      guard,
      trust,
      wakeups,
      clock: process,
      textDiff: jsdiff,
      metrics: uncounted(around.onConflict),
      log: silentLog,
      queues: () => queues,
      repageEveryMs: REPAGE_EVERY_MS,
      hasMetrics: true,
      limits: NO_LIMITS,
      enrolment: around.enrolment.reader(),
      newToken: () => {
        throw new Error('nobody asks for a token in a simulation');
      },
      calendar: around.freezes,
    };
    this.#engine = createEngine(this.#deps);
    this.desk = createAgentDesk(this.#deps, this.#engine, VERIFY_WITHIN_MS);
    this.#channels = openChannels(this.#deps, around.pagers);
    const testPages = pageTests(this.#deps, this.#engine, this.#channels);
    this.operations = createOperations(this.#deps, this.#engine, testPages);
    this.look = lookAt(
      this.#engine,
      keepGates(this.#deps, this.#engine, { metrics: around.metrics, statistics }),
    );
    const deliver = pageDelivery(this.#deps, this.#engine, this.#channels);
    this.deliver = async (page) => {
      trust.assert();
      await deliver(page);
    };
  }

  /** What compose.ts does at a start. */
  async start(): Promise<void> {
    await this.#deps.trust.look().catch(() => undefined);
    await this.#deps.watch.exchange().catch(() => undefined);
    await standWatch(
      this.#deps,
      this.#engine,
      new AbortController().signal,
      safeModePages(this.#deps, this.#channels),
    );
  }

  /** Whether it is in safe mode: it does not believe the store. */
  get doubts(): boolean {
    return this.#deps.trust.doubt() !== null;
  }

  /** Whether it would know the host by its token. */
  knows(host: HostId): boolean {
    return this.#deps.watch.roster.places().has(host);
  }

  kill(): void {
    this.process.dead = true;
    for (const broken of this.onDeath) broken();
    this.onDeath.clear();
  }
}

function uncounted(onConflict: () => void): Metrics {
  return {
    halted: () => undefined,
    decided: () => undefined,
    conflicted: onConflict,
    paged: () => undefined,
    stored: () => undefined,
  };
}
