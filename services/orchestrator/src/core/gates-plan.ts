import type { Fault, Gate } from '@breakwater/shared';
import type { PlannedWave } from './planned.ts';
import { waveName } from './rollout.ts';

/**
 * Gates that could never pass with this plan at this orchestrator: found out before anything begins, and not by a halt.
 * @param hasMetrics whether there is a Prometheus to ask
 */
export function unmeasurable(
  gates: readonly Gate[],
  waves: readonly PlannedWave[],
  hasMetrics: boolean,
): Fault[] {
  return gates.flatMap((gate, index): Fault[] => {
    const why = gate.kind === 'prometheus' ? noMetrics(hasMetrics) : nobodyLeft(gate.during, waves);
    return why === null ? [] : [{ path: `/strategy/gates/${index}`, code: 'gate_unavailable', message: why }];
  });
}

function noMetrics(hasMetrics: boolean): string | null {
  return hasMetrics ? null : 'this orchestrator has no Prometheus configured that it could ask';
}

/** Whoever is changed in the last wave can be compared with nobody. */
function nobodyLeft(during: readonly PlannedWave['kind'][], waves: readonly PlannedWave[]): string | null {
  const last = waves.at(-1);
  if (last === undefined || !during.includes(last.kind)) return null;
  return `the wave ${waveName(last)} is the last of this plan, and leaves no unchanged host to compare with`;
}
