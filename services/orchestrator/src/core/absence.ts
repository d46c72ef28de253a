import { type HostState, inconclusive, type Verdict } from '@breakwater/shared';
import type { Context } from './context.ts';
import { enter } from './host-row.ts';
import { ORDERED } from './left-out.ts';
import type { HostRow, Rollout } from './rollout.ts';
import { outOfReach } from './unreachable.ts';

/** States in which a rollout still goes forward, or may again without a new decision about its hosts. */
const GOING = ['planned', 'preflighting', 'running', 'paused', 'awaitingApproval'];

/** States of a host that has not been told to apply, and has not failed. */
const WAITING: readonly HostState[] = ['pending', 'staging', 'ready'];

function orderedOut({ id }: HostRow, context: Context): Verdict | null {
  const order = context.orders.get(id);
  if (order?.kind === 'drained') return inconclusive('skipped_drained', `${id} is drained: ${order.reason}`);
  if (order?.kind === 'removed') return inconclusive('skipped_removed', `${id} was removed: ${order.reason}`);
  return null;
}

/**
 * Leaves hosts out that nothing can be told any more, one after another: a wave must not wait for them in silence. Whoever
 * still waits for its turn, or for the end of a freeze, leaves nobody out: a host that is drained meanwhile may be back by
 * then, and a rollout that halted for it would be resumed past what it waits for.
 */
export function leaveOut(rollout: Rollout, context: Context): Rollout {
  const waits = (rollout.pausedFrom ?? rollout.state) === 'planned';
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
