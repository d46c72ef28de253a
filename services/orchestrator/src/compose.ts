import { type OperatorName, type Sample, Strategy, systemClock } from '@breakwater/shared';
import type { Logger } from 'pino';
import about from '../package.json' with { type: 'json' };
import { agentServer } from './adapters/http/agent-server.ts';
import { operatorServer } from './adapters/http/operator-server.ts';
import { freezeCalendar } from './adapters/calendar/freeze-calendar.ts';
import type { Identities, Operations } from './adapters/http/interface.ts';
import { openEnrolment } from './adapters/identities/open-enrolment.ts';
import { type PromMetrics, promMetrics } from './adapters/metrics/prom.ts';
import { createPagers } from './adapters/pagers/create-pager.ts';
import { prometheus } from './adapters/prometheus/prometheus.ts';
import { bullmqPageQueue } from './adapters/queue/bullmq-pages.ts';
import { bullmqWaveQueue } from './adapters/queue/bullmq-waves.ts';
import type { Deliver, PageQueue, WaveQueue } from './adapters/queue/interface.ts';
import { statistics } from './adapters/statistics/simple-statistics.ts';
import type { Sights } from './adapters/status-page/interface.ts';
import { type SharedClock, sharedClock } from './adapters/redis/shared-clock.ts';
import { redisStore } from './adapters/store/redis-store.ts';
import { jsdiff } from './adapters/text-diff/jsdiff.ts';
import { fileWitness } from './adapters/witness/file-witness.ts';
import { redisWakeups } from './adapters/wakeups/redis-wakeups.ts';
import { readWitness } from './adapters/witness/read-witness.ts';
import type { Config } from './config.ts';
import { acceptStore, inspect } from './runtime/accept-store.ts';
import { createAgentDesk } from './runtime/agent-desk.ts';
import { type Channels, openChannels } from './runtime/channels.ts';
import { pageDelivery } from './runtime/deliver-pages.ts';
import { createEngine, type Engine } from './runtime/engine.ts';
import type { EngineDeps } from './runtime/engine-deps.ts';
import { watchFleet } from './runtime/fleet-watch.ts';
import { type Instruments, keepGates } from './runtime/gate-keeper.ts';
import { assertPolicy } from './runtime/policy.ts';
import { lookAt } from './runtime/look.ts';
import { createOperations } from './runtime/operations.ts';
import { overviewSamples } from './runtime/overview.ts';
import { guardStore } from './runtime/store-guard.ts';
import { safeModePages } from './runtime/safe-mode-pages.ts';
import { trustStore } from './runtime/store-trust.ts';
import { createSights } from './runtime/sights.ts';
import { standWatch } from './runtime/sweep.ts';
import { pageTests } from './runtime/test-pages.ts';

export interface Orchestrator {
  /** Listens and works until `stop`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What is kept outside this process, and what is known of it. */
async function openStores(config: Config, log: Logger, metrics: PromMetrics) {
  const redis = redisStore({ ...config.redis, log, metrics });
  const witness = await fileWitness(config.witnessFile, log);
  const { store, trust } = trustStore(redis, witness, log);
  const guard = guardStore(store, config.dataDisposable, witness);
  const wakeups = redisWakeups({ ...config.redis, log });
  wakeups.subscribe(({ head }) => trust.heard('another orchestrator', head));
  const close = async (): Promise<void> => {
    await Promise.allSettled([wakeups.close(), redis.close()]);
    await witness.close();
  };
  const clock = sharedClock(systemClock, () => redis.time());
  return { store, trust, guard, wakeups, clock, close };
}

/** What a scrape reads: it is asked only once everything is wired. */
function metricsOf(
  config: Config,
  around: () => { deps: EngineDeps; depth: WaveQueue['depth'] },
): PromMetrics {
  const defaultLimit = Strategy.parse(config.strategy).maxUnavailable;
  return promMetrics({
    version: about.version,
    channels: config.pagers.map(({ name }) => name),
    async stored() {
      const { deps, depth } = around();
      const shown = { unknownAfterMs: config.unknownAfter, defaultLimit };
      const [samples, jobs] = await Promise.all([overviewSamples(deps, shown), depth()]);
      const queued = Object.entries(jobs).map(([state, value]): Sample => {
        return { metric: 'queueDepth', labels: { state }, value };
      });
      return [...samples, ...queued];
    },
    frozen: () => {
      const { calendar, clock } = around().deps;
      return calendar.freezeAt(clock.now()) !== null;
    },
    safeMode: () => around().deps.trust.doubt() !== null,
    unsafe: () => around().deps.guard.unsafe().length > 0,
  });
}

/** What answers operators, and what answers agents. */
async function openServers(
  { strategy, verifyWithin, statusPage, statusCopy, publicUrl }: Config,
  deps: EngineDeps & { metrics: PromMetrics },
  engine: Engine,
  { operations, identities, sights }: { operations: Operations; identities: Identities; sights: Sights },
) {
  const { log, metrics } = deps;
  const api = await operatorServer({
    operations,
    identities,
    metrics: () => metrics.text(),
    log,
    strategyDefaults: strategy,
    statusPage: {
      sights,
      showDiff: statusPage.showDiff,
      copyPath: statusCopy ?? null,
      publicUrl: publicUrl ?? null,
      clock: systemClock,
    },
  });
  const agents = await agentServer({ desk: createAgentDesk(deps, engine, verifyWithin), identities, log });
  return { api, agents };
}

/** The outbox of a store that was put back holds pages that were taken long ago; safe mode pages for itself. */
function deliveryOf(deps: EngineDeps, engine: Engine, channels: Channels): Deliver {
  const delivery = pageDelivery(deps, engine, channels);
  return async (page) => {
    deps.trust.assert();
    await delivery(page);
  };
}

/** What gates are measured with. */
function instrumentsOf(config: Config): Instruments {
  return { metrics: config.prometheus && prometheus(config.prometheus), statistics };
}

/** What is to be known before the first decision and the first answer. Redis may be down: then there is neither. */
async function lookAround({ trust, watch, log }: EngineDeps, clock: SharedClock): Promise<void> {
  const first = [
    ['the time is not known yet', () => clock.measure()],
    ['the store could not be compared with what was seen of it yet', () => trust.look()],
    // Whoever asks first must not be answered as if no host had ever been heard.
    ['no sighting could be read yet', () => watch.exchange()],
  ] as const;
  for (const [otherwise, look] of first) {
    await look().catch((error: unknown) => log.warn({ err: error }, otherwise));
  }
}

/** Wires the orchestrator together; nothing runs before `start`. */
export async function compose(config: Config, log: Logger): Promise<Orchestrator> {
  const enrolment = await openEnrolment(config.hostsFile, config.operatorsFile, (hosts) =>
    assertPolicy(config, hosts),
  );
  let queues: { waves: WaveQueue; pages: PageQueue } | null = null;
  const metrics = metricsOf(config, () => ({ deps, depth: async () => (await queues?.waves.depth()) ?? {} }));
  const { close, ...stores } = await openStores(config, log, metrics);
  const { store, clock } = stores;
  const watch = watchFleet(store, enrolment.hosts(), config.unknownAfter, clock);
  const stopping = new AbortController();

  const deps: EngineDeps & { metrics: PromMetrics } = {
    ...stores,
    watch,
    metrics,
    textDiff: jsdiff,
    log,
    repageEveryMs: config.repageEvery,
    hasMetrics: config.prometheus !== null,
    limits: config.limits,
    calendar: freezeCalendar(config.freezes),
    enrolment,
    // The engine wakes jobs, and jobs call the engine: whoever comes second looks the other up.
    queues() {
      if (!queues) throw new Error('the queues are not open yet');
      return queues;
    },
  };
  const engine = createEngine(deps);
  const gates = keepGates(deps, engine, instrumentsOf(config));
  const channels = openChannels(deps, createPagers(config.pagers, config.publicUrl ?? null));
  const operations = createOperations(deps, engine, pageTests(deps, engine, channels));
  const sights = createSights(deps);
  const { api, agents } = await openServers(config, deps, engine, {
    operations,
    identities: enrolment.identities,
    sights,
  });

  let watching: Promise<unknown> = Promise.resolve();
  return {
    async start() {
      const connection = config.redis;
      queues = {
        waves: bullmqWaveQueue({ connection, look: lookAt(engine, gates), clock, log }),
        pages: bullmqPageQueue({ connection, deliver: deliveryOf(deps, engine, channels), log }),
      };
      await lookAround(deps, clock);
      watching = Promise.all([
        clock.keepTime(stopping.signal),
        sights.watch(stopping.signal),
        standWatch(deps, engine, stopping.signal, safeModePages(deps, channels)),
      ]);
      await agents.listen({ host: config.agents.address, port: config.agents.port, backlog: 4096 });
      await api.listen({ host: config.api.address, port: config.api.port });
      log.info(
        { api: config.api, agents: config.agents, hosts: enrolment.hosts().length },
        'the orchestrator is up',
      );
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled([api.close(), agents.close(), queues?.waves.close(), queues?.pages.close()]);
      await Promise.all([watching, gates.close()]);
      await close();
    },
  };
}

/** What `accept-store` works with: the store itself, and what the witnesses on this machine have seen. */
export async function composeAcceptance(config: Config, files: readonly string[], log: Logger) {
  const paths = [...new Set([config.witnessFile, ...files])];
  const found = await Promise.all(paths.map((path) => readWitness(path)));
  const missing = paths.filter((_, index) => !found[index]?.exists);
  if (missing.length > 0) throw new Error(`there is no witness file ${missing.join(', ')}`);
  const witnesses = found.map(({ seen }) => seen);
  const store = redisStore({ ...config.redis, log });
  return {
    inspect: () => inspect(store, witnesses),
    accept: async (by: OperatorName, reason: string) =>
      acceptStore(store, witnesses, { by, reason, now: Math.round(await store.time()) }),
    close: () => store.close(),
  };
}
