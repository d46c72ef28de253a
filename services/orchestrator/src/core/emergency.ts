import { type ErrorCode, fail, type HostId, type HostState, type Verdict } from '@breakwater/shared';
import type { Verb } from './event.ts';
import { type Rollout, rowsOf, type Wave } from './rollout.ts';

/** States from which a host may still be granted the change. */
const WAITING: readonly HostState[] = ['pending', 'staging', 'ready'];

/** Verbs by which an emergency goes forward; the ways back stay open when it has expired. */
const ONWARD: readonly Verb[] = ['approve', 'resume', 'retry'];

/** Nobody declares an emergency alone: another person approves its canary, whatever the strategy says of approvals. */
export function needsSecondPerson(rollout: Rollout, wave: Wave): boolean {
  return rollout.emergency !== null && wave === rollout.waves[0] && wave.approvedBy === null;
}

/**
 * When an emergency ends by itself; `null` for what is none, and where no host is left to be granted: a change that soaks on
 * the last hosts is not thrown away for the clock's sake.
 */
export function expiryOf(rollout: Rollout): number | null {
  const waits = Object.values(rollout.hosts).some(({ state }) => WAITING.includes(state));
  return rollout.emergency !== null && waits ? rollout.emergency.expiresAt : null;
}

/** Why an emergency halts that has not reached all of its hosts in time. */
export function expired(rollout: Rollout, now: number): Verdict | null {
  const at = expiryOf(rollout);
  if (at === null || now < at) return null;
  const reason = `the emergency ${rollout.emergency?.incident ?? ''} has expired before every host was changed`;
  return fail('emergency_expired', reason);
}

/** A verb that an emergency does not allow, and why. */
export function emergencyRefusal(
  rollout: Rollout,
  { verb, host }: { verb: Verb; host: HostId | null },
  now: number,
): { code: ErrorCode; detail: string } | null {
  const { emergency, waves } = rollout;
  if (emergency === null) return null;
  if (ONWARD.includes(verb) && now >= emergency.expiresAt) {
    const detail = `${rollout.id} was an emergency until it expired; it can be rolled back or aborted`;
    return { code: 'emergency_expired', detail };
  }
  const [canary] = waves;
  if (verb !== 'skip' || host === null || !canary || canary.state === 'passed') return null;
  const others = rowsOf(rollout, canary).filter((row) => row.id !== host && row.state !== 'skipped');
  if (others.length > 0 || !canary.hosts.includes(host)) return null;
  const detail = `${host} is the last host of the canary; an emergency is never without one`;
  return { code: 'canary_unproven', detail };
}
