import { type HostState, inconclusive, type Verdict } from '@breakwater/shared';
import { limitOf } from './budget.ts';
import { type Context, RECONNECT_GRACE_MS } from './context.ts';
import { enter } from './host-row.ts';
import { type HostRow, type Rollout, waveOf } from './rollout.ts';

/** States in which a rollout still goes forward, or may again without a new decision about its hosts. */
const GOING = ['planned', 'preflighting', 'running', 'paused', 'awaitingApproval'];

/** States of a host that has not been told to apply, and has not failed. */
const WAITING: readonly HostState[] = ['pending', 'staging', 'ready'];

/** Why hosts were left out of a rollout without being judged. The change is owed to them once they are back. */
export const OWED: readonly string[] = ['skipped_unreachable', 'skipped_drained'];

/** Left out by a person's word about the host, not about the rollout. */
export const ORDERED: readonly string[] = ['skipped_drained', 'skipped_removed'];

function orderedOut({ id }: HostRow, context: Context): Verdict | null {
  const order = context.orders.get(id);
  if (order?.kind === 'drained') return inconclusive('skipped_drained', `${id} is drained: ${order.reason}`);
  if (order?.kind === 'removed') return inconclusive('skipped_removed', `${id} was removed: ${order.reason}`);
  return null;
}

/**
 * A host that had proved the change and cannot be heard when its wave comes. The wave waits for it as long as an apply may
 * take; then the rollout goes on without it, if the strategy says so. A canary is never left out for that.
 */
function outOfReach(rollout: Rollout, row: HostRow, context: Context): Verdict | null {
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
  return inconclusive('skipped_unreachable', `${row.id} could not be heard when its wave came`);
}

/** No more of a datacenter may miss the change than may be unavailable at once: with more, something else is wrong. */
function mayMiss(rollout: Rollout, row: HostRow, context: Context): boolean {
  const here = [...context.fleet.values()].filter((host) => host.datacenter === row.datacenter);
  const missing = Object.values(rollout.hosts).filter(
    (other) =>
      other.datacenter === row.datacenter &&
      other.state === 'skipped' &&
      other.verdict?.code === 'skipped_unreachable',
  );
  return missing.length < limitOf(rollout.strategy.maxUnavailable, here.length);
}

/**
 * Leaves hosts out that nothing can be told any more, one after another: a wave must not wait for them in silence. Whoever
 * still waits for its turn leaves nobody out: a host that is drained meanwhile may be back by then, and a queued rollout
 * that halted for it would be resumed past those that it waits for.
 */
export function leaveOut(rollout: Rollout, context: Context): Rollout {
  const waits = rollout.queued && (rollout.pausedFrom ?? rollout.state) === 'planned';
  if (!GOING.includes(rollout.state) || waits) return rollout;
  return Object.values(rollout.hosts).reduce((current, row) => {
    if (!WAITING.includes(row.state) || row.grantedAt !== null || row.failure !== null || row.changed)
      return current;
    const why = orderedOut(row, context) ?? outOfReach(current, row, context);
    if (why === null) return current;
    const skipped = enter(row, 'skipped', context.now, why);
    return { ...current, hosts: { ...current.hosts, [row.id]: skipped } };
  }, rollout);
}

/** A catch-up whose host was drained or removed meanwhile has nothing left to do, and nobody has to decide about that. */
export function endCatchUp(rollout: Rollout, context: Context): Rollout {
  if (rollout.catchUpOf === null || !GOING.includes(rollout.state)) return rollout;
  const rows = Object.values(rollout.hosts);
  const out = rows.find((row) => ORDERED.includes(row.verdict?.code ?? ''));
  if (!out?.verdict || !rows.every((row) => row.state === 'skipped')) return rollout;
  const { now } = context;
  return {
    ...rollout,
    state: 'aborted',
    since: now,
    pausedFrom: null,
    verdict: { ...out.verdict, host: out.id },
  };
}
