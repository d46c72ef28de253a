import { METRICS, type MetricKey, VERDICTS } from '@breakwater/shared';
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
    ...described('agentChecks'),
    registers,
  });
  // A counter that is first shown as 1 has not risen, to whoever looks at it.
  for (const result of VERDICTS) checks.inc({ result }, 0);
  const seconds = new Histogram({
    ...described('agentCheckSeconds'),
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

/** How the catalogue declares a metric. */
function described(key: MetricKey) {
  const { name, help, labels } = METRICS[key];
  return { name, help, labelNames: [...labels] };
}

/** A gauge that is read at each scrape; it shows nothing where nothing is known, which is not the same as 0. */
function gauge(registry: Registry, key: MetricKey, collect: (into: Gauge) => void): void {
  registry.registerMetric(
    new Gauge({
      ...described(key),
      registers: [],
      collect() {
        this.reset();
        if (METRICS[key].labels.length === 0) this.remove();
        collect(this);
      },
    }),
  );
}

function registerDaemon(registry: Registry, read: () => Readings): void {
  gauge(registry, 'agentDaemonUp', (into) => into.set(read().daemon.running ? 1 : 0));
  let counted = 0;
  registry.registerMetric(
    new Counter({
      ...described('agentDaemonExits'),
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
  gauge(registry, 'agentGeneration', (into) => {
    const { live, lastKnownGood } = read();
    if (live !== null) into.set({ role: 'live', generation: live.slice(0, SHORT) }, 1);
    if (lastKnownGood !== null) {
      into.set({ role: 'last_known_good', generation: lastKnownGood.slice(0, SHORT) }, 1);
    }
  });
  gauge(registry, 'agentPhase', (into) => {
    const { phase: now } = read();
    for (const each of ['none', ...PHASES]) into.set({ phase: each }, each === now ? 1 : 0);
  });
  gauge(registry, 'agentDrift', (into) => {
    const { drifted } = read();
    if (drifted !== null) into.set(drifted ? 1 : 0);
  });
  gauge(registry, 'agentRoundAge', (into) => {
    const { roundAgeMs } = read();
    if (roundAgeMs !== null) into.set(roundAgeMs / 1000);
  });
}

/** prom-client's own default metrics keep histograms of the event loop, which cost more than all of these together. */
function registerProcess(registry: Registry, version: string): void {
  gauge(registry, 'agentBuild', (into) => into.set({ version, node: process.versions.node }, 1));
  gauge(registry, 'memory', (into) => into.set(process.memoryUsage.rss()));
  let counted = 0;
  registry.registerMetric(
    new Counter({
      ...described('cpu'),
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
