import type { HostRow, Rollout } from '../../core/rollout.ts';
import type { HostView } from '../http/interface.ts';

/** A host's part in the live rollout that owns it, unless that has nothing to do with it any more. */
export function rowIn({ id, rollout }: HostView, live: readonly Rollout[]): HostRow | undefined {
  const row = live.find((one) => one.id === rollout)?.hosts[id];
  return row?.released == null ? row : undefined;
}

/**
 * Whether a host runs something else than what is declared for it although no live rollout has it, so that nothing on its
 * way explains the difference, and nobody else would tell of it.
 */
export function isStray(host: HostView, live: readonly Rollout[]): boolean {
  const { status, desired } = host;
  if (status === null || desired === null || rowIn(host, live) !== undefined) return false;
  return status.generation !== desired;
}
