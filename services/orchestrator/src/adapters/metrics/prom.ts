import { METRICS, ROLLOUT_STATES, type RolloutState } from '@breakwater/shared';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from './interface.ts';

/** What is read at the moment of a scrape. */
export interface Readings {
  rolloutStates(): Promise<readonly RolloutState[]>;
  hostStates(): Promise<readonly string[]>;
  agentsConnected(): number;
  queueDepth(): Promise<Record<string, number>>;
}

export interface PromMetrics extends Metrics {
  /** Everything in the text format that Prometheus reads. */
  text(): Promise<string>;
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Gauges that are read from the store at each scrape: every orchestrator shows the same. */
function registerGauges(registry: Registry, readings: Readings): void {
  const byState = (name: string, help: string, read: () => Promise<ReadonlyMap<string, number>>): void =>
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['state'],
        registers: [],
        async collect() {
          this.reset();
          for (const [state, count] of await read()) this.set({ state }, count);
        },
      }),
    );
  const none = ROLLOUT_STATES.map((state) => [state, 0] as const);
  const rollouts = async () => new Map([...none, ...tally(await readings.rolloutStates())]);
  byState(METRICS.rollouts, 'Rollouts that still own their hosts, by state', rollouts);
  const hosts = async () => tally(await readings.hostStates());
  byState(METRICS.waveHosts, 'Hosts of those rollouts, by state', hosts);
  const jobs = async () => new Map(Object.entries(await readings.queueDepth()));
  byState(METRICS.queueDepth, 'Wake-up jobs in the queue, by state', jobs);
  registry.registerMetric(
    new Gauge({
      name: METRICS.agentsConnected,
      help: 'Agents that this orchestrator knows to have been heard of lately',
      registers: [],
      collect() {
        this.set(readings.agentsConnected());
      },
    }),
  );
}

const EMERGENCY_STEPS: Readonly<Record<string, string>> = {
  emergency_submitted: 'submitted',
  emergency_started: 'started',
};

/** Metrics kept by prom-client. */
export function promMetrics(readings: Readings): PromMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  registerGauges(registry, readings);
  const failures = new Counter({
    name: METRICS.failures,
    help: 'Hosts that failed in a rollout, by reason code',
    labelNames: ['code'],
    registers,
  });
  const pages = new Counter({
    name: METRICS.pages,
    help: 'Attempts to deliver a page, by channel and outcome',
    labelNames: ['channel', 'outcome'],
    registers,
  });
  const emergencies = new Counter({
    name: METRICS.emergencies,
    help: 'Emergency rollouts that were submitted, and those that a second person started',
    labelNames: ['step'],
    registers,
  });
  const halt = new Histogram({
    name: METRICS.haltSeconds,
    help: 'Seconds from the first sign of a failure to the durable halt',
    buckets: [0.01, 0.05, 0.1, 0.25, 1, 5, 30, 300],
    registers,
  });
  const decision = new Histogram({
    name: METRICS.decisionSeconds,
    help: 'Seconds that a decision took, saving included',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.25, 1, 5],
    registers,
  });
  const conflicts = new Counter({
    name: METRICS.conflicts,
    help: 'Decisions made again because somebody else had written first',
    registers,
  });
  return {
    count(event) {
      const failed = event.type === 'host.state' && (event.to === 'failed' || event.to === 'lost');
      if (failed) failures.inc({ code: event.verdict?.code ?? 'none' });
      // Counted by their pages: each is queued in the write that it tells of, once.
      const fires = event.type === 'page.queued' && event.page.status === 'firing';
      const step = fires ? EMERGENCY_STEPS[event.page.code] : undefined;
      if (step !== undefined) emergencies.inc({ step });
    },
    halted: (seconds) => halt.observe(seconds),
    decided: (seconds) => decision.observe(seconds),
    conflicted: () => conflicts.inc(),
    paged: (channel, outcome) => pages.inc({ channel, outcome }),
    text: () => registry.metrics(),
  };
}
