import { formatDuration, noData } from '@breakwater/shared';
import { limitOf } from './budget.ts';
import type { Context } from './context.ts';
import { lossOf } from './deadlines.ts';
import { enter } from './host-row.ts';
import { type HostRow, type Rollout, waveOf } from './rollout.ts';

/** The code of a host that was left out because nobody could reach it; it is owed the change. */
const SKIPPED_UNREACHABLE = 'skipped_unreachable';

/** Nothing at all was heard since staging began, and there is nothing live that it could have touched. */
function isUnreachable(rollout: Rollout, row: HostRow, context: Context): boolean {
  const loss = row.state === 'staging' && row.grantedAt === null ? lossOf(rollout, row, context) : null;
  const host = context.fleet.get(row.id);
  if (loss === null || loss.at > context.now || host === undefined) return false;
  // Not whether it counts as unknown: a deadline may be shorter than the time after which it does.
  return (host.heardAt ?? 0) <= row.since && waveOf(rollout, row.id).kind !== 'canary';
}

/** How many more hosts of this one's datacenter may be left out: all that are count, whatever became of the others. */
function hasRoom(rollout: Rollout, row: HostRow, context: Context): boolean {
  const { datacenter } = row;
  const total = [...context.fleet.values()].filter((host) => host.datacenter === datacenter).length;
  const out = Object.values(rollout.hosts).filter(
    (other) => other.datacenter === datacenter && other.verdict?.code === SKIPPED_UNREACHABLE,
  );
  return out.length < limitOf(rollout.strategy.maxUnavailable, total);
}

/**
 * Under `unreachable: skip`, leaves hosts out that cannot be reached while the change is staged, instead of losing
 * them. It runs ahead of the deadlines: whoever is not left out here is lost there.
 */
export function leaveOutUnreachable(rollout: Rollout, context: Context): Rollout {
  if (rollout.strategy.unreachable !== 'skip') return rollout;
  return Object.values(rollout.hosts).reduce((current, row) => {
    if (!isUnreachable(current, row, context) || !hasRoom(current, row, context)) return current;
    const reason = `${row.id} was not heard of for ${formatDuration(context.now - row.since)}; it is owed the change`;
    const skipped = enter(row, 'skipped', context.now, noData(SKIPPED_UNREACHABLE, reason));
    return { ...current, hosts: { ...current.hosts, [row.id]: skipped } };
  }, rollout);
}
