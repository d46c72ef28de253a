import { fail, type HostId, type Verdict } from '@breakwater/shared';
import { ORDERED } from './left-out.ts';
import { type Rollout, rowsOf, type Wave } from './rollout.ts';

/**
 * A change that no canary proves goes no further: its canaries were drained or removed before their turn. A person who
 * skips a canary in so many words has decided that; one who drains a host has not.
 */
export function canaryGone(rollout: Rollout): { wave: Wave; host: HostId; verdict: Verdict } | null {
  const wave = rollout.waves.find(({ kind }) => kind === 'canary');
  if (!wave || wave.state === 'passed') return null;
  const rows = rowsOf(rollout, wave);
  const out = rows.find((row) => ORDERED.includes(row.verdict?.code ?? ''));
  if (!out || !rows.every((row) => row.state === 'skipped')) return null;
  const reason = `no canary is left: ${out.verdict?.reason ?? out.id}; retry it when it is back, or abort`;
  return { wave, host: out.id, verdict: fail('canary_gone', reason) };
}
