import { METRICS } from '@breakwater/shared';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { PHASES } from '../../core/transitions.ts';
import type { Metrics, Readings } from './interface.ts';

export interface PromMetrics extends Metrics {
  /** Everything in the text format that Prometheus reads. */
  text(): Promise<string>;
}

/** What people compare of a digest. */
const SHORT = 12;

/**
 * Metrics kept by prom-client. Every label has few values: verdicts, phases, and of digests only those of the live
 * generation and of the last known good one.
 */
export function promMetrics(read: () => Readings, version: string): PromMetrics {
  const registry = new Registry();
  const registers = [registry];
  const checks = new Counter({
    name: METRICS.agentChecks,
    help: 'Questions that the name server was asked, by what became of them',
    labelNames: ['result'],
    registers,
  });
  const seconds = new Histogram({
    name: METRICS.agentCheckSeconds,
    help: 'Seconds from a question to its answer, or to giving up',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  registerDaemon(registry, read);
  registerHost(registry, read);
  registerProcess(registry, version);
  return {
    checked(result, latencyMs) {
      checks.inc({ result });
      seconds.observe(latencyMs / 1000);
    },
    text: () => registry.metrics(),
  };
}

interface Series {
  name: string;
  help: string;
  labelNames?: readonly string[];
}

/** A gauge that is read at each scrape; it shows nothing where nothing is known, which is not the same as 0. */
function gauge(registry: Registry, series: Series, collect: (into: Gauge) => void): void {
  const { labelNames = [], ...named } = series;
  registry.registerMetric(
    new Gauge({
      ...named,
      labelNames: [...labelNames],
      registers: [],
      collect() {
        this.reset();
        if (labelNames.length === 0) this.remove();
        collect(this);
      },
    }),
  );
}

function registerDaemon(registry: Registry, read: () => Readings): void {
  const up = { name: METRICS.agentDaemonUp, help: 'Whether the name server runs, as its supervisor says' };
  gauge(registry, up, (into) => into.set(read().daemon.running ? 1 : 0));
  let counted = 0;
  registry.registerMetric(
    new Counter({
      name: METRICS.agentDaemonExits,
      help: 'How often the name server has ended, restarts included',
      registers: [],
      collect() {
        // A supervisor that was started again counts from 0; then so does this.
        const { exits } = read().daemon;
        if (exits < counted) this.reset();
        this.inc(exits < counted ? exits : exits - counted);
        counted = exits;
      },
    }),
  );
}

function registerHost(registry: Registry, read: () => Readings): void {
  const generation = {
    name: METRICS.agentGeneration,
    help: 'The generation that is live, and the last known good one, by the beginning of its digest',
    labelNames: ['role', 'generation'],
  };
  gauge(registry, generation, (into) => {
    const { live, lastKnownGood } = read();
    if (live !== null) into.set({ role: 'live', generation: live.slice(0, SHORT) }, 1);
    if (lastKnownGood !== null) {
      into.set({ role: 'last_known_good', generation: lastKnownGood.slice(0, SHORT) }, 1);
    }
  });
  const phase = {
    name: METRICS.agentPhase,
    help: 'Where the newest change stands in the journal: 1 for its phase, 0 for all others',
    labelNames: ['phase'],
  };
  gauge(registry, phase, (into) => {
    const { phase: now } = read();
    for (const each of ['none', ...PHASES]) into.set({ phase: each }, each === now ? 1 : 0);
  });
  const drift = { name: METRICS.agentDrift, help: 'Whether what is live differs from what is recorded' };
  gauge(registry, drift, (into) => {
    const { drifted } = read();
    if (drifted !== null) into.set(drifted ? 1 : 0);
  });
  const age = { name: METRICS.agentRoundAge, help: 'Seconds since the newest round of checks ended' };
  gauge(registry, age, (into) => {
    const { roundAgeMs } = read();
    if (roundAgeMs !== null) into.set(roundAgeMs / 1000);
  });
}

/** prom-client's own default metrics keep histograms of the event loop, which cost more than all of these together. */
function registerProcess(registry: Registry, version: string): void {
  const build = {
    name: METRICS.agentBuild,
    help: 'The version of the agent, and of the Node.js that runs it',
    labelNames: ['version', 'node'],
  };
  gauge(registry, build, (into) => into.set({ version, node: process.versions.node }, 1));
  const memory = { name: 'process_resident_memory_bytes', help: 'Resident memory of the agent, in bytes' };
  gauge(registry, memory, (into) => into.set(process.memoryUsage.rss()));
  let counted = 0;
  registry.registerMetric(
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor time of the agent, in seconds',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        const now = (user + system) / 1e6;
        this.inc(now - counted);
        counted = now;
      },
    }),
  );
}
