import {
  type ErrorCode,
  fail,
  inconclusive,
  type HostId,
  type RolloutId,
  type Verdict,
} from '@breakwater/shared';
import type { Context } from './context.ts';
import type { Verb } from './event.ts';
import { enter, goBack, inFlight, isMoving, mapRows } from './host-row.ts';
import { type HostRow, type Rollout, rowsOf } from './rollout.ts';

function overtaken(row: HostRow, by: RolloutId): Verdict {
  return inconclusive('overtaken', `${row.id} was given up to ${by}`);
}

/** Off its last known good, or nobody knows: it has to come home before another rollout may have it. */
function isOut(row: HostRow): boolean {
  if (!inFlight(row) || row.state === 'reverting') return inFlight(row);
  // What was kept, and failed or fell silent later, is the host's last known good: there is nothing to go back from.
  return !row.changed;
}

function letGo(row: HostRow, by: RolloutId, now: number): HostRow {
  return { ...enter(row, 'skipped', now, overtaken(row, by)), failure: null };
}

/**
 * Gives a host up to another rollout. What is at rest is left out from now on; what is in flight is called back first, and
 * left out when it is home. One that is lost or stuck on its way stays this rollout's until a person has looked.
 */
export function release(row: HostRow, by: RolloutId, now: number): HostRow {
  const released: HostRow = { ...row, released: by };
  if (row.state === 'skipped') return released;
  if (!isOut(row)) return letGo(released, by, now);
  const flying = row.state === 'applying' || row.state === 'verifying' || row.state === 'soaking';
  if (!flying) return released;
  return goBack(released, now, fail('called_back', `${row.id} is taken over by ${by}`));
}

/** Hosts that were given up and have come home are left out: the rollout that waits for them may have them now. */
export function leaveReleased(rollout: Rollout, context: Context): Rollout {
  return mapRows(rollout, (row) => {
    const waits = row.released === null || row.state === 'skipped' || isOut(row) || isMoving(row);
    return waits || row.released === null ? row : letGo(row, row.released, context.now);
  });
}

/** All of the canary was given up before it had proved the change: nothing may be built on it. */
export function lostItsCanary(rollout: Rollout): boolean {
  const [canary] = rollout.waves;
  if (!canary || canary.state === 'passed') return false;
  return rowsOf(rollout, canary).every((row) => row.released !== null);
}

/** A verb that a rollout which gave hosts up does not allow any more, and why. */
export function releasedRefusal(
  rollout: Rollout,
  { verb, host }: { verb: Verb; host: HostId | null },
): { code: ErrorCode; detail: string } | null {
  if (verb !== 'resume' && verb !== 'retry') return null;
  const row = host === null ? undefined : rollout.hosts[host];
  if (verb === 'retry' && row && row.released !== null) {
    const detail = `${row.id} was given up to ${row.released}; change it with a rollout of its own`;
    return { code: 'superseded', detail };
  }
  if (lostItsCanary(rollout)) {
    const detail = `all hosts of the canary of ${rollout.id} were given up before they had proved the change`;
    return { code: 'canary_unproven', detail };
  }
  const away = Object.values(rollout.hosts).find((other) => other.released !== null && isOut(other));
  if (rollout.state !== 'halted' || !away) return null;
  const detail = `${away.id} was given up to ${away.released} and is not home yet; it is ${away.state}`;
  return { code: 'verb_not_allowed', detail };
}
