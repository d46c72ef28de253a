import { fail, inconclusive } from '@breakwater/shared';
import { limitOf } from './budget.ts';
import type { Context } from './context.ts';
import { enter, goBack, isGoingBack, mapRows } from './host-row.ts';
import { type HostRow, type Rollout, rowsOf, waveName, waveOf } from './rollout.ts';

/** Has the new generation and is to give it up. A host that is stuck, lost or left out must not block the others. */
const keeps = (row: HostRow): boolean =>
  row.changed && row.state !== 'revertFailed' && row.state !== 'lost' && row.state !== 'skipped';

const isStuck = (row: HostRow): boolean =>
  row.state === 'revertFailed' || (row.state === 'lost' && row.grantedAt !== null);

/**
 * Whether one more host of this datacenter and of its redundancy groups may go back now. Hosts count that are going back, or
 * are in flight for another rollout and heard of, and no others: the alarm that caused the rollback must not block it, nor a
 * host that may never be heard of again.
 */
function hasRoom(rollout: Rollout, row: HostRow, context: Context): boolean {
  const fleet = [...context.fleet.values()];
  const total = fleet.filter((host) => host.datacenter === row.datacenter).length;
  const elsewhere = fleet.filter(
    (host) => host.busy && host.availability !== 'unknown' && host.id !== row.id,
  );
  const going = [...Object.values(rollout.hosts).filter(isGoingBack), ...elsewhere];
  const here = going.filter((other) => other.datacenter === row.datacenter);
  const perGroup = rollout.strategy.maxUnavailablePerGroup;
  const full = row.groups.some(
    (group) => going.filter((other) => other.groups.includes(group)).length >= perGroup,
  );
  return !full && here.length < limitOf(rollout.strategy.maxUnavailable, total);
}

/** Keeps the new generation and answers: sending it back costs availability, so it waits for its turn. */
function isServing(row: HostRow, context: Context): boolean {
  return row.state === 'confirmed' && context.fleet.get(row.id)?.availability === 'healthy';
}

function sendBack(rollout: Rollout, row: HostRow, now: number): Rollout {
  const verdict = row.failure ?? inconclusive('rolled_back', 'the rollout is being rolled back');
  return { ...rollout, hosts: { ...rollout.hosts, [row.id]: goBack(row, now, verdict) } };
}

/**
 * Rolls back: the newest wave first, hosts that are down at once, hosts that serve within `maxUnavailable`.
 * There is no canary; every host proves by its old answers that it is back.
 */
export function runRollback(rollout: Rollout, context: Context): Rollout {
  if (rollout.state !== 'rollingBack') return rollout;
  for (const wave of rollout.waves.toReversed()) {
    const toGo = rowsOf(rollout, wave).filter((row) => keeps(row) && !isGoingBack(row));
    const next = toGo.reduce((current, row) => {
      const now = !isServing(row, context) || hasRoom(current, row, context);
      return now ? sendBack(current, row, context.now) : current;
    }, rollout);
    const busy = rowsOf(next, wave).some((row) => keeps(row) || isGoingBack(row));
    if (busy) return next;
  }
  return Object.values(rollout.hosts).some(isGoingBack) ? rollout : finish(rollout, context.now);
}

/** Who is not back, by name as far as a page has room. */
function named(rows: readonly HostRow[]): string {
  const some = rows.slice(0, 20).map((row) => row.id);
  const more = rows.length > some.length ? ` and ${rows.length - some.length} more` : '';
  return `${some.join(', ')}${more} ${rows.length === 1 ? 'is' : 'are'}`;
}

function finish(rollout: Rollout, now: number): Rollout {
  const left = Object.values(rollout.hosts).filter(isStuck);
  const [stuck] = left;
  if (!stuck) return { ...rollout, state: 'rolledBack', since: now };
  const verdict = fail(
    'rollback_incomplete',
    `${named(left)} not back: ${stuck.verdict?.reason ?? stuck.state}`,
  );
  return {
    ...rollout,
    state: 'halted',
    since: now,
    haltedAt: now,
    verdict: { ...verdict, host: stuck.id, wave: waveName(waveOf(rollout, stuck.id)) },
  };
}

/** Begins a rollback; hosts in flight go back at once, those that were stuck are asked once more. */
export function beginRollback(rollout: Rollout, now: number): Rollout {
  const verdict = inconclusive('rolled_back', 'the rollout was rolled back');
  const asked = mapRows(rollout, (row) => {
    const flying = row.state === 'applying' || row.state === 'verifying' || row.state === 'soaking';
    if (row.state === 'staging') return enter(row, 'pending', now);
    return isStuck(row) || flying ? goBack(row, now, row.failure ?? verdict) : row;
  });
  return { ...asked, state: 'rollingBack', since: now, pausedFrom: null };
}

/** Under `onFailure: rollback` a halt goes on to the way back by itself. */
export function rollBackIfAsked(rollout: Rollout, context: Context): Rollout {
  // A rollback that ended incomplete does not begin again by itself; an emergency that ran out of time has not failed.
  const spared = ['rollback_incomplete', 'emergency_expired'].includes(rollout.verdict.code);
  const asked = rollout.strategy.onFailure === 'rollback' && !spared;
  const haltedNow = rollout.state === 'halted' && rollout.since === context.now;
  return asked && haltedNow ? beginRollback(rollout, context.now) : rollout;
}
