import { type Fault, formatDuration, type Share, type Strategy, type WaveKind } from '@breakwater/shared';
import { limitOf } from './budget.ts';

/** What no submission may go beyond, whoever sends it. A limit that is `null` or empty does not exist. */
export interface Limits {
  /** Milliseconds. An emergency may soak for less. */
  minSoak: number | null;
  maxUnavailable: Share | null;
  maxFailureThreshold: number | null;
  /** How many other hosts must ask a changed one at least. */
  minVantage: number | null;
  requireApproval: readonly WaveKind[];
}

export const NO_LIMITS: Limits = {
  minSoak: null,
  maxUnavailable: null,
  maxFailureThreshold: null,
  minVantage: null,
  requireApproval: [],
};

/**
 * Where a strategy goes beyond the limits of the fleet. It is refused and not cut back: a person who asked for ten
 * hosts at once has to know that it will be two.
 * @param sizes how many hosts each datacenter has: a share and a number can only be compared there.
 */
export function limitFaults(
  strategy: Strategy,
  limits: Limits,
  emergency: boolean,
  sizes: readonly number[],
): Fault[] {
  const fault = (path: string, message: string): Fault => {
    return { path: `/strategy/${path}`, code: 'strategy_beyond_limits', message };
  };
  const { minSoak, maxUnavailable, maxFailureThreshold, minVantage } = limits;
  const faults: Fault[] = [];
  for (const part of ['canary', 'datacenters', 'global'] as const) {
    if (minSoak !== null && !emergency && strategy[part].soak < minSoak)
      faults.push(fault(`${part}/soak`, `must be at least ${formatDuration(minSoak)} in this fleet`));
  }
  const over = (limit: Share): boolean =>
    sizes.some((size) => limitOf(strategy.maxUnavailable, size) > limitOf(limit, size));
  if (maxUnavailable !== null && over(maxUnavailable))
    faults.push(fault('maxUnavailable', `must be at most ${maxUnavailable} in this fleet`));
  if (maxFailureThreshold !== null && strategy.failureThreshold > maxFailureThreshold)
    faults.push(fault('failureThreshold', `must be at most ${maxFailureThreshold} in this fleet`));
  if (minVantage !== null && strategy.vantage < minVantage)
    faults.push(fault('vantage', `must be at least ${minVantage} in this fleet`));
  const asked = strategy.approval === 'none' ? [] : strategy.approval.before;
  for (const kind of limits.requireApproval) {
    if (!asked.includes(kind))
      faults.push(fault('approval', `this fleet wants an approval before every ${kind} wave`));
  }
  return faults;
}
