import type { HostId } from '@breakwater/shared';
import type { Refusal } from './commands.ts';
import type { HostOrder } from './host-order.ts';
import { inFlight } from './host-row.ts';
import type { Rollout } from './rollout.ts';

/** The verbs about one host, each with the event that says that it was done. */
export const HOST_VERBS = {
  drain: 'host.drained',
  undrain: 'host.undrained',
  remove: 'host.removed',
} as const;
export type HostVerb = keyof typeof HOST_VERBS;

/** What is asked of a host, by whom, why, and when. */
export interface HostAsked extends Omit<HostOrder, 'kind'> {
  verb: HostVerb;
  host: HostId;
}

/**
 * What becomes of a host's order. A drained host that is in flight goes on: what was granted is finished, and nothing
 * further is granted. A removed one would vanish with a change that nobody has decided about, so that waits.
 * @returns `same` when it is so already; `null` when no order is left.
 */
export function reorder(
  current: HostOrder | null,
  { verb, host, by, reason, since }: HostAsked,
  live: Iterable<Rollout>,
): HostOrder | null | 'same' | Refusal {
  if (current?.kind === 'removed') {
    if (verb === 'remove') return 'same';
    return { code: 'host_removed', detail: `${host} was removed: ${current.reason}` };
  }
  switch (verb) {
    case 'drain':
      return current === null ? { kind: 'drained', by, reason, since } : 'same';
    case 'undrain':
      return current === null ? 'same' : null;
    case 'remove':
      return whyInUse(host, live) ?? { kind: 'removed', by, reason, since };
    default:
      return verb satisfies never;
  }
}

function whyInUse(host: HostId, live: Iterable<Rollout>): Refusal | null {
  for (const rollout of live) {
    const row = rollout.hosts[host];
    if (!row || !(inFlight(row) || row.changed)) continue;
    const what = row.changed ? `keeps the change of ${rollout.id}` : `is in flight for ${rollout.id}`;
    return { code: 'host_in_use', detail: `${host} ${what}, which is ${rollout.state}` };
  }
  return null;
}
