import { METRICS, type MetricKey } from '@breakwater/shared';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

function described(key: MetricKey) {
  const { name, help, labels } = METRICS[key];
  return { name, help, labelNames: [...labels] };
}

/** A counter of the catalogue. */
export function counter(registry: Registry, key: MetricKey): Counter {
  return new Counter({ ...described(key), registers: [registry] });
}

/** A histogram of the catalogue. */
export function histogram(registry: Registry, key: MetricKey, buckets: number[]): Histogram {
  return new Histogram({ ...described(key), buckets, registers: [registry] });
}

/** A gauge of the catalogue that is read at each scrape. */
export function gauge(registry: Registry, key: MetricKey, collect: (into: Gauge) => void): void {
  registry.registerMetric(
    new Gauge({
      ...described(key),
      registers: [],
      collect() {
        this.reset();
        collect(this);
      },
    }),
  );
}

/** A counter of the catalogue whose total is known at each scrape. */
export function total(registry: Registry, key: MetricKey, read: () => number): void {
  registry.registerMetric(
    new Counter({
      ...described(key),
      registers: [],
      collect() {
        this.reset();
        this.inc(read());
      },
    }),
  );
}
