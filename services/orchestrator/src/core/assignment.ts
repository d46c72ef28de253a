import type { Assignment, Step } from '@breakwater/shared';
import { isMoving } from './host-row.ts';
import { type HostRow, type Rollout, waveOf } from './rollout.ts';
import { ENDED } from './transitions.ts';

/** States of a rollout in which staged hosts stay staged; in all others they are called back. */
const STANDING = ['preflighting', 'running', 'paused', 'awaitingApproval'];

/** Over for good: no decision is left, and no host is on its way anywhere. It lets go of its hosts then. */
export function isSettled(rollout: Rollout): boolean {
  return ENDED.includes(rollout.state) && !Object.values(rollout.hosts).some(isMoving);
}

/**
 * The level that a host should be at, or `null` when there is nothing for it to do.
 *
 * @param blocked why no host may be granted now, or `null`. A grant that its host has not taken is withheld
 *   while grants are blocked or the rollout does not run: once a stop is durable, nothing more is granted.
 */
export function stepOf(rollout: Rollout, row: HostRow, blocked: string | null): Step | null {
  if (isSettled(rollout)) return null;
  switch (row.state) {
    case 'pending':
    case 'skipped':
    case 'reverted':
      return null;
    case 'staging':
    case 'ready':
      return STANDING.includes(rollout.state) ? 'stage' : null;
    case 'applying':
      return row.taken || (rollout.state === 'running' && blocked === null) ? 'apply' : 'stage';
    case 'verifying':
    case 'soaking':
      return row.confirming ? 'confirm' : 'apply';
    case 'confirmed':
      return 'confirm';
    case 'failed':
    case 'lost':
      if (row.grantedAt === null) return null;
      return row.changed && row.confirming ? 'confirm' : 'revert';
    case 'reverting':
    case 'revertFailed':
      return 'revert';
    default:
      return row.state satisfies never;
  }
}

/** The assignment that a host is answered with. */
export function assignmentOf(
  rollout: Rollout,
  row: HostRow,
  blocked: string | null,
  verifyWithinMs: number,
): Assignment | null {
  const step = stepOf(rollout, row, blocked);
  if (step === null) return null;
  return {
    epoch: row.epoch,
    rollout: rollout.id,
    bundle: rollout.bundle,
    step,
    checks: [...rollout.checks],
    expect: rollout.expect,
    soakMs: waveOf(rollout, row.id).soakMs,
    confirmWithinMs: rollout.strategy.confirmDeadline,
    verifyWithinMs,
    action: rollout.strategy.action,
    failAfter: rollout.strategy.consecutiveFailures,
    ...(rollout.strategy.gates.some(({ kind }) => kind === 'comparison') && { measure: true }),
  };
}
