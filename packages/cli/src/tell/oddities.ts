import type { Host, Rollout } from '../api/api.ts';
import { count, few, oneLine } from '../io/text.ts';
import { hostsOf, isEnded } from './rollout.ts';

const FAILED: ReadonlySet<string> = new Set(['failed', 'reverting', 'reverted', 'revertFailed', 'lost']);

/** What the host failed in a rollout that is not over, and has not taken back by trying again. */
export function failureOf({ id }: Host, rollouts: readonly Rollout[]): string | null {
  for (const rollout of rollouts.filter((one) => !isEnded(one) && one.state !== 'rollingBack')) {
    const row = hostsOf(rollout).find((one) => one.id === id);
    if (row !== undefined && FAILED.has(row.state))
      return `failed in ${rollout.id}: ${oneLine(row.verdict?.reason ?? row.state)}`;
  }
  return null;
}

/**
 * Whether a host runs something else than it should: than what is declared for it, or than the others that an aborted
 * rollout was for, since an abort leaves the change where it is kept. What a rollout works on is its own affair.
 * @param rollouts newest first: the last word on a host is that of the newest that it was in.
 */
export function isOdd(host: Host, rollouts: readonly Rollout[], hosts: readonly Host[]): boolean {
  if (host.rollout !== null || host.applied === null) return false;
  if (host.desired !== null && host.desired !== host.applied) return true;
  const last = rollouts.find((rollout) => hostsOf(rollout).some(({ id }) => id === host.id));
  if (last?.state !== 'aborted' || last.bundle !== host.applied) return false;
  const among = new Set(hostsOf(last).map(({ id }) => id));
  return hosts.some(({ id, applied }) => among.has(id) && applied !== null && applied !== host.applied);
}

/** "1 host runs another configuration than the others: ns1.ams", or nothing. */
export function oddLine(hosts: readonly Host[], rollouts: readonly Rollout[]): string | null {
  const odd = hosts.filter((host) => isOdd(host, rollouts, hosts)).map(({ id }) => id);
  return odd.length === 0
    ? null
    : `${count(odd.length, 'host')} ${odd.length === 1 ? 'runs' : 'run'} another configuration than the others: ${few(odd)}`;
}
