import type { HostState, OperatorName } from '@breakwater/shared';
import { LEGAL, pause } from './commands.ts';
import type { DomainEvent } from './event.ts';
import { eventsBetween } from './events-between.ts';
import { mapRows, newAttempt } from './host-row.ts';
import type { HostRow, Rollout } from './rollout.ts';

/** Who takes the store as it is, and why. */
export interface Acceptance {
  by: OperatorName;
  reason: string;
  now: number;
  /** Higher than any epoch that a host may have seen. */
  epoch: number;
}

const UNTOUCHED: readonly HostState[] = ['staging', 'ready'];

/**
 * A live rollout in a store that has lost something: it waits for a person. Hosts that it has not granted begin anew
 * under an epoch that none of them can have seen; the others are as their own reports, or their silence, will say.
 */
export function heldFor(before: Rollout, { by, reason, now, epoch }: Acceptance): [Rollout, DomainEvent[]] {
  if (!LEGAL.pause.from.includes(before.state)) return [before, []];
  const why = `the store had lost something and was accepted as it is: ${reason}`;
  const after = mapRows(pause(before, { reason: why }, now), (row) => renewed(row, epoch, now));
  const command = { verb: 'pause', by, reason: why, host: null } as const;
  return [after, eventsBetween(before, after, { type: 'command', command }, [])];
}

function renewed(row: HostRow, epoch: number, now: number): HostRow {
  if (row.state === 'pending') return { ...row, epoch };
  return row.grantedAt === null && UNTOUCHED.includes(row.state) ? newAttempt(row, epoch, now) : row;
}
