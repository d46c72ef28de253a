import { METRICS, type MetricKey, type Sample } from '@breakwater/shared';
import { Counter, Gauge, Registry } from 'prom-client';
import { watchEventLoop } from './event-loop.ts';
import type { Metrics } from './interface.ts';
import { counter, gauge, histogram, total } from './series.ts';

/** What is read at the moment of a scrape. */
export interface Readings {
  /** Values of the metrics of the store. @throws when it does not answer. */
  stored(): Promise<readonly Sample[]>;
  frozen(): boolean;
  safeMode(): boolean;
  unsafe(): boolean;
  version: string;
  /** Channels that pages are sent to. */
  channels: readonly string[];
}

export interface PromMetrics extends Metrics {
  /** Everything in the text format that Prometheus reads. */
  text(): Promise<string>;
}

/** Metrics kept by prom-client, as they are declared in the catalogue. */
export function promMetrics(readings: Readings): PromMetrics {
  const registry = new Registry();
  const showStored = registerStored(registry);
  registerState(registry, readings);
  registerProcess(registry, readings.version);
  const pages = counter(registry, 'pages');
  // A counter that is first shown as 1 has not risen, to whoever looks at it.
  for (const channel of readings.channels)
    for (const outcome of ['accepted', 'failed', 'refused']) pages.inc({ channel, outcome }, 0);
  const conflicts = counter(registry, 'conflicts');
  const halt = histogram(registry, 'haltSeconds', [0.01, 0.05, 0.1, 0.25, 1, 5, 30, 300]);
  const decision = histogram(registry, 'decisionSeconds', [0.001, 0.005, 0.01, 0.05, 0.25, 1, 5]);
  const store = histogram(registry, 'storeSeconds', [0.0005, 0.001, 0.005, 0.01, 0.05, 0.25, 1, 5]);

  async function read(): Promise<string> {
    const samples = await readings.stored().catch(() => null);
    showStored(samples);
    return registry.metrics();
  }
  let underWay: Promise<string> | null = null;
  return {
    halted: (seconds) => halt.observe(seconds),
    decided: (seconds) => decision.observe(seconds),
    conflicted: () => conflicts.inc(),
    paged: (channel, outcome) => pages.inc({ channel, outcome }),
    stored: (operation, seconds) => store.observe({ operation }, seconds),
    // Two scrapes at once would fill the same gauges: they share one reading.
    text() {
      underWay ??= read().finally(() => {
        underWay = null;
      });
      return underWay;
    },
  };
}

/**
 * What is read from the store. @returns what puts in the newest values: `null` when the store did not answer. Then nothing is
 * shown of it, and least of all what it said before.
 */
function registerStored(registry: Registry): (samples: readonly Sample[] | null) => void {
  const all = Object.entries(METRICS).filter(([, { source }]) => source === 'store');
  const series = new Map(
    all.map(([key, { name, help, labels, type }]) => {
      const options = { name, help, labelNames: [...labels], registers: [registry] };
      const metric = type === 'counter' ? new Counter(options) : new Gauge(options);
      return [key, { labels, metric }] as const;
    }),
  );
  let answered = false;
  gauge(registry, 'storeUp', (into) => into.set(answered ? 1 : 0));
  return (samples) => {
    answered = samples !== null;
    for (const [, { labels, metric }] of series) {
      metric.reset();
      // Without labels it would be shown as 0 now.
      if (labels.length === 0) metric.remove();
    }
    for (const { metric, labels, value } of samples ?? [])
      series.get(metric)?.metric.inc({ ...labels }, value);
  };
}

function registerState(registry: Registry, readings: Readings): void {
  const flag = (key: MetricKey, isSo: () => boolean): void =>
    gauge(registry, key, (into) => into.set(isSo() ? 1 : 0));
  flag('freezeActive', () => readings.frozen());
  flag('safeMode', () => readings.safeMode());
  flag('storeUnsafe', () => readings.unsafe());
}

function registerProcess(registry: Registry, version: string): void {
  const delay = watchEventLoop();
  const startedAt = performance.timeOrigin / 1000;
  gauge(registry, 'eventLoopDelay', (into) => into.set(delay()));
  gauge(registry, 'build', (into) => into.set({ version, node: process.versions.node }, 1));
  gauge(registry, 'memory', (into) => into.set(process.memoryUsage.rss()));
  gauge(registry, 'startTime', (into) => into.set(startedAt));
  total(registry, 'cpu', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}
