import type { HostId } from '@breakwater/shared';
import { isGoingBack } from './host-row.ts';
import type { HostRow, Rollout } from './rollout.ts';

/** Where something was found. */
interface Spot {
  wave?: string | undefined;
  host?: string | undefined;
}

/** Whether any host has, or may have, what a rollback would take back: a rollback is offered nowhere else. */
export function mayHaveChanged({ hosts }: Pick<Rollout, 'hosts'>): boolean {
  return Object.values(hosts).some(
    ({ changed, state }) => changed || state === 'lost' || state === 'revertFailed',
  );
}

/**
 * Whether no wave has begun yet, so that nothing live can have been touched. A host that is back has no grant any more:
 * only the waves tell.
 */
export function isUntouched({ waves }: Pick<Rollout, 'waves'>): boolean {
  return waves.every(({ startedAt }) => startedAt === null);
}

/** Where a rollout halted, to follow "halted" or its name; empty where it was at no wave and no host. */
export function haltPlace(rollout: Rollout, { wave, host }: Spot): string {
  if (isUntouched(rollout)) return host === undefined ? 'before the first wave' : `in preflight at ${host}`;
  if (wave === 'canary' && host !== undefined) return `at the canary ${host}`;
  const parts = [wave === undefined ? '' : `in wave ${wave}`, host === undefined ? '' : `at ${host}`];
  return parts.filter((part) => part !== '').join(' ');
}

/** What the machine has done at a halt, and what is left of the change, as one sentence. @param host that caused it */
export function leftBehind(rollout: Rollout, host: string | undefined): string {
  if (isUntouched(rollout)) return 'Nothing live was touched.';
  const row = host === undefined ? undefined : rollout.hosts[host as HostId];
  const stands = row && standing(row);
  const rows = Object.values(rollout.hosts).filter((one) => stands === undefined || one !== row);
  const other = stands === undefined ? '' : 'other ';
  const back = rows.filter(isGoingBack).length;
  const kept = rows.filter(({ changed }) => changed).length;
  return `${[
    stands ?? 'No further host is touched',
    ...(back === 0 ? [] : [`${hosts(back, other)} ${back === 1 ? 'is' : 'are'} going back`]),
    kept === 0
      ? `no ${other}host keeps the change`
      : `${hosts(kept, other)} ${kept === 1 ? 'keeps' : 'keep'} the change`,
  ].join('; ')}.`;
}

const hosts = (n: number, other: string): string => `${n} ${other}host${n === 1 ? '' : 's'}`;

/** How the host is that caused the halt; nothing where that says no more than that the rollout goes no further. */
function standing(row: HostRow): string | undefined {
  if (row.state === 'revertFailed') return `${row.id} could NOT go back by itself`;
  if (row.state === 'lost') return `Nothing is heard from ${row.id}`;
  if (isGoingBack(row)) return `${row.id} is going back by itself`;
  if (row.changed) return `${row.id} keeps the change`;
  return row.state === 'reverted' ? `${row.id} is back on its old configuration` : undefined;
}
