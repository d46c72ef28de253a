import { METRICS, type MetricKey } from '@breakwater/shared';

/** Where Prometheus finds what; as in `deploy/prometheus/`. */
export const ORCHESTRATORS = 'job="breakwater-orchestrator"';
const AGENTS = 'job="breakwater-agent"';

/** Grafana puts in what fits the scrape interval, and the range that is shown. */
const WINDOW = '$__rate_interval';
const RANGE = '$__range';

/** The name of a metric, with matchers. Nothing here writes a name itself. */
export function named(key: MetricKey, matchers = ''): string {
  const { name, source } = METRICS[key];
  const all = [...(source === 'agent' ? [AGENTS] : []), ...(matchers === '' ? [] : [matchers])];
  return all.length === 0 ? name : `${name}{${all.join(',')}}`;
}

/**
 * A value of the store. Every orchestrator shows the same one, so the largest is taken and nothing is lost with one of them.
 * @param by the labels to keep; all others are added up.
 */
export function stored(key: MetricKey, matchers = '', by: readonly string[] = []): string {
  const { labels } = METRICS[key];
  const series = `max by (${labels.join(', ')}) (${named(key, matchers)})`;
  if (labels.length === 0) return `max(${named(key, matchers)})`;
  return by.length === labels.length ? series : `${aggregate('sum', by)} (${series})`;
}

/** A value that each process has of its own, put together. */
export function gathered(
  operator: 'sum' | 'max' | 'min' | 'count',
  expression: string,
  by: readonly string[] = [],
): string {
  return `${aggregate(operator, by)} (${expression})`;
}

function aggregate(operator: string, by: readonly string[]): string {
  return by.length === 0 ? operator : `${operator} by (${by.join(', ')})`;
}

/** How much a counter rises each second. */
export function rate(key: MetricKey, matchers = ''): string {
  return `rate(${named(key, matchers)}[${WINDOW}])`;
}

/** The quantile of a histogram; nothing while nothing was observed, for which Prometheus has no number. */
export function quantile(share: number, key: MetricKey, by: readonly string[] = []): string {
  const { name, source } = METRICS[key];
  const series = source === 'agent' ? `${name}_bucket{${AGENTS}}` : `${name}_bucket`;
  const buckets = gathered('sum', `rate(${series}[${WINDOW}])`, ['le', ...by]);
  return `histogram_quantile(${share}, ${buckets}) >= 0`;
}

/** By how much a counter of the store that is shown from 0 on has risen within what is shown: whole numbers, as `increase` has not. */
export function risen(key: MetricKey, matchers = ''): string {
  const series = named(key, matchers);
  return `max(${series} - min_over_time(${series}[${RANGE}]))`;
}

/**
 * The same for one whose labels nobody knows beforehand: it is first shown as 1, and was 0 until then. So it is compared with
 * how it stood before; a Prometheus that is younger than the range counts from the beginning.
 */
export function risenByLabel(key: MetricKey, label: string): string {
  const now = `max by (${label}) (${named(key)})`;
  const before = `max by (${label}) (${named(key)} offset ${RANGE})`;
  return `(${now} - (${before} or ${now} * 0)) > 0`;
}

/** 0 while the store answers. `vector(0)` would say 0 of a store that is silent, which is the one thing it must not. */
const ZERO = `${gathered('max', `${named('storeUp')} == 1`)} - 1`;

/** `expression`, or 0 under a name of its own where it has nothing to show although the store answers. */
export function orNothing(expression: string, label: string, name: string): string {
  return `(${expression}) or on () label_replace(${ZERO}, "${label}", "${name}", "", "")`;
}

/** Whether the value of a flag of one process has changed lately, for annotations. */
export function changed(key: MetricKey): string {
  return `max(changes(${named(key)}[${WINDOW}])) > 0`;
}
