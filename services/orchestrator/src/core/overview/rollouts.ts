import { HOST_STATES, ROLLOUT_STATES, type Sample, VERDICTS } from '@breakwater/shared';
import { type Rollout, waveName } from '../rollout.ts';
import { boundedDatacenters } from './datacenters.ts';
import { one, type Overview, secondsSince } from './overview.ts';

/** How rollouts under way stand. */
export function rolloutSamples({ live, hosts, now }: Overview): Sample[] {
  const halted = live.filter(({ state }) => state === 'halted').map(({ since }) => since);
  const states = live.map(({ state }) => state);
  const rows = live.flatMap((rollout) => Object.values(rollout.hosts).map(({ state }) => state));
  return [
    ...byState('rollouts', ROLLOUT_STATES, states),
    ...byState('waveHosts', HOST_STATES, rows),
    ...waveSamples(live, boundedDatacenters(hosts)),
    ...gateSamples(live),
    one('undecidedSeconds', secondsSince(halted.length === 0 ? null : Math.min(...halted), now)),
    one('emergenciesUnderWay', live.filter(({ emergency }) => emergency !== null).length),
  ];
}

function byState(metric: Sample['metric'], known: readonly string[], states: readonly string[]): Sample[] {
  return known.map((state) => {
    return { metric, labels: { state }, value: states.filter((each) => each === state).length };
  });
}

function waveSamples(live: readonly Rollout[], nameOf: (datacenter: string) => string): Sample[] {
  const counts = new Map<string, Sample>();
  for (const { kind, datacenter, state } of live.flatMap(({ waves }) => waves)) {
    const labels = { kind, datacenter: datacenter === null ? '' : nameOf(datacenter), state };
    const key = Object.values(labels).join(' ');
    counts.set(key, { metric: 'waves', labels, value: (counts.get(key)?.value ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** The newest wave that has begun is measured, and what is asked before the next one. */
function gateSamples(live: readonly Rollout[]): Sample[] {
  const records = live.flatMap((rollout) => {
    const newest = rollout.waves.findLastIndex(({ startedAt }) => startedAt !== null);
    return rollout.waves.slice(Math.max(newest, 0)).flatMap((wave) => rollout.gates[waveName(wave)] ?? []);
  });
  return (['before', 'during'] as const).flatMap((phase) =>
    VERDICTS.map((verdict) => {
      const value = records.filter(
        (record) => record.phase === phase && record.verdict.verdict === verdict,
      ).length;
      return { metric: 'gateVerdicts' as const, labels: { phase, verdict }, value };
    }),
  );
}
