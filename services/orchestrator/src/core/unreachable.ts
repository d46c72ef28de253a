import { formatDuration, type Verdict } from '@breakwater/shared';
import { limitOf } from './budget.ts';
import { type Context, RECONNECT_GRACE_MS } from './context.ts';
import { lossOf } from './deadlines.ts';
import { enter } from './host-row.ts';
import { unreached } from './left-out.ts';
import { type HostRow, type Rollout, waveOf } from './rollout.ts';

/** Nothing at all was heard since staging began, and there is nothing live that it could have touched. */
function isUnreachable(rollout: Rollout, row: HostRow, context: Context): boolean {
  const loss = row.state === 'staging' && row.grantedAt === null ? lossOf(rollout, row, context) : null;
  const host = context.fleet.get(row.id);
  if (loss === null || loss.at > context.now || host === undefined) return false;
  // Not whether it counts as unknown: a deadline may be shorter than the time after which it does.
  return (host.heardAt ?? 0) <= row.since && waveOf(rollout, row.id).kind !== 'canary';
}

/** No more of a datacenter may miss the change than may be unavailable at once: with more, something else is wrong. */
function mayMiss(rollout: Rollout, { datacenter }: HostRow, context: Context): boolean {
  const here = [...context.fleet.values()].filter((host) => host.datacenter === datacenter);
  const missing = Object.values(rollout.hosts).filter(
    (other) => other.datacenter === datacenter && other.verdict?.code === 'skipped_unreachable',
  );
  return missing.length < limitOf(rollout.strategy.maxUnavailable, here.length);
}

/**
 * Under `unreachable: skip`, leaves hosts out that cannot be reached while the change is staged, instead of losing
 * them. It runs ahead of the deadlines: whoever is not left out here is lost there.
 */
export function leaveOutUnreachable(rollout: Rollout, context: Context): Rollout {
  if (rollout.strategy.unreachable !== 'skip') return rollout;
  return Object.values(rollout.hosts).reduce((current, row) => {
    if (!isUnreachable(current, row, context) || !mayMiss(current, row, context)) return current;
    const reason = `${row.id} was not heard of for ${formatDuration(context.now - row.since)}; it is owed the change`;
    const skipped = enter(row, 'skipped', context.now, unreached(reason));
    return { ...current, hosts: { ...current.hosts, [row.id]: skipped } };
  }, rollout);
}

/**
 * A host that had proved the change and cannot be heard when its wave comes. The wave waits for it as long as an apply may
 * take; then the rollout goes on without it, if the strategy says so. A canary is never left out for that.
 */
export function outOfReach(rollout: Rollout, row: HostRow, context: Context): Verdict | null {
  const { unreachable, applyDeadline } = rollout.strategy;
  const wave = waveOf(rollout, row.id);
  if (unreachable !== 'skip' || rollout.state !== 'running' || row.state !== 'ready') return null;
  if (wave.kind === 'canary' || wave.startedAt === null || wave.held !== null) return null;
  const host = context.fleet.get(row.id);
  if (host?.availability !== 'unknown') return null;
  const since = Math.max(
    wave.startedAt + wave.pausedMs,
    host.heardAt ?? 0,
    context.listeningSince + RECONNECT_GRACE_MS,
  );
  if (context.now < since + applyDeadline || !mayMiss(rollout, row, context)) return null;
  return unreached(`${row.id} could not be heard when its wave came`);
}
