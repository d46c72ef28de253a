import { noData, type Verdict } from '@breakwater/shared';
import type { MetricSource } from '../adapters/prometheus/interface.ts';
import type { Statistics } from '../adapters/statistics/interface.ts';
import { judgeComparison, type Sides, sidesOf } from '../core/comparison.ts';
import { judgeQuery, queryFor } from '../core/gate-query.ts';
import { dueGates, type OpenGate } from '../core/gates.ts';
import { type Rollout, waveName } from '../core/rollout.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

/** Measures gates, beside the decisions: a slow source keeps no rollout from anything but what waits for it. */
export interface GateKeeper {
  /** Begins to measure what is due and is not being measured yet. */
  tend(rollout: Rollout): void;
  /** Gives up what is under way, and waits for that. */
  close(): Promise<void>;
}

/** What gates are measured with; `metrics` is `null` where no Prometheus is configured. */
export interface Instruments {
  metrics: MetricSource | null;
  statistics: Statistics;
}

type Deps = Pick<EngineDeps, 'watch' | 'clock' | 'log'>;

export function keepGates(deps: Deps, engine: Pick<Engine, 'decide'>, instruments: Instruments): GateKeeper {
  const stopping = new AbortController();
  const underWay = new Map<string, Promise<void>>();

  async function measure(rollout: Rollout, open: OpenGate): Promise<void> {
    const at = deps.clock.now();
    const verdict = await measured(deps, instruments, rollout, open, stopping.signal);
    // What was given up says nothing about its source.
    if (stopping.signal.aborted) return;
    const { gate, wave, phase } = open;
    const measurement = { wave: waveName(wave), gate: gate.name, phase, at, verdict };
    await engine.decide(rollout.id, { type: 'measured', measurement });
  }

  return {
    tend(rollout) {
      for (const open of dueGates(rollout, deps.clock.now())) {
        const name = `${rollout.id} ${waveName(open.wave)} ${open.gate.name} ${open.phase}`;
        if (underWay.has(name) || stopping.signal.aborted) continue;
        const done = measure(rollout, open)
          .catch((err: unknown) => {
            deps.log.warn({ rollout: rollout.id, gate: open.gate.name, err }, 'a measurement was lost');
          })
          .finally(() => underWay.delete(name));
        underWay.set(name, done);
      }
    },
    async close() {
      stopping.abort();
      await Promise.allSettled(underWay.values());
    },
  };
}

async function measured(
  { watch, clock }: Deps,
  { metrics, statistics }: Instruments,
  rollout: Rollout,
  { gate, wave }: OpenGate,
  signal: AbortSignal,
): Promise<Verdict> {
  switch (gate.kind) {
    case 'prometheus':
      return metrics === null
        ? noData('query_no_data', 'this orchestrator has no Prometheus configured')
        : judgeQuery(gate, await metrics.query(queryFor(gate, rollout, wave), signal));
    case 'comparison': {
      const sides = sidesOf(rollout, wave, (host) => watch.sighting(host), clock.now());
      return judgeComparison(gate, sides, chancesOf(statistics, sides));
    }
    default:
      return gate satisfies never;
  }
}

function chancesOf(statistics: Statistics, { changed, unchanged }: Sides) {
  const answered = changed.latencies.length > 0 && unchanged.latencies.length > 0;
  return {
    slower: answered ? statistics.chanceOfLarger(changed.latencies, unchanged.latencies) : 1,
    failing: statistics.chanceOfMore(
      { some: changed.failed, all: changed.asked },
      { some: unchanged.failed, all: unchanged.asked },
    ),
  };
}
