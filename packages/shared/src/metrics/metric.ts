/**
 * Where a metric's value comes from. `store`: read from the store at the scrape, so every orchestrator shows the same and
 * a query takes the `max` over them. `process`: what this one orchestrator has seen since it started; a query sums it up.
 * `agent`: of one host, served by its agent.
 */
export type MetricSource = 'store' | 'process' | 'agent';

export interface Metric {
  name: string;
  type: 'gauge' | 'counter' | 'histogram';
  help: string;
  /** None of them has more values for a larger fleet, save `datacenter`: see MOST_DATACENTERS. */
  labels: readonly string[];
  source: MetricSource;
}

/** So many datacenters have series of their own; the rest are counted together. */
export const MOST_DATACENTERS = 50;
/** What stands for all values of a label beyond its bound. */
export const OTHER = 'other';
