import type { Rollout } from './rollout.ts';
import { currentWave } from './waves.ts';

/**
 * The part of a rollout that is going on: `preflight`, `wave-0`, `wave-1`, …, or `settle` for what comes
 * after the last wave or after a stop. Each has one wake-up job; the next part's job is made when this one ends.
 */
export function partOf(rollout: Rollout): string {
  const state = rollout.pausedFrom ?? rollout.state;
  if (state === 'planned' || state === 'preflighting') return 'preflight';
  const wave = currentWave(rollout);
  const inWaves = state === 'running' || state === 'awaitingApproval';
  return inWaves && wave !== null ? `wave-${rollout.waves.indexOf(wave)}` : 'settle';
}
