import { AGENT_METRICS } from './metrics/agent.ts';
import { PROCESS_METRICS } from './metrics/process.ts';
import { STORE_METRICS } from './metrics/store.ts';

export * from './metrics/metric.ts';

/**
 * Every metric of Breakwater. Both services build theirs from this list and can show nothing that is not in it; dashboards,
 * alerts and `docs/metrics.md` are held to it by tests. Rollouts, hosts and digests are no labels on the orchestrator: their
 * number has no bound.
 */
export const METRICS = { ...STORE_METRICS, ...PROCESS_METRICS, ...AGENT_METRICS } as const;

export type MetricKey = keyof typeof METRICS;

/** One value of one metric, with all of its labels. */
export interface Sample {
  metric: keyof typeof STORE_METRICS;
  labels: Readonly<Record<string, string>>;
  value: number;
}
