import type { Rollout, Wave } from '../api/api.ts';
import { count } from '../io/text.ts';

type HostState = Wave['hosts'][number]['state'];

/** A host in one of these has the change, or nobody knows that it has not. */
const CHANGED: ReadonlySet<HostState> = new Set(['confirmed', 'lost', 'revertFailed']);

/** Whether any host has, or may have, what a rollback would take back. */
export function mayHaveChanged({ waves }: Pick<Rollout, 'waves'>): boolean {
  return waves.some(({ hosts }) => hosts.some(({ state }) => CHANGED.has(state)));
}

/** Said only where it is certain: one that has failed may keep the change, or be about to go back. */
const HOLDS: Readonly<Partial<Record<HostState, string>>> = {
  reverted: 'is back on its old configuration.',
  reverting: 'is going back to its old configuration.',
  revertFailed: 'could NOT go back by itself: somebody has to look at it.',
  lost: 'is not heard of: nobody knows what it runs.',
};

/** What a halt has left behind: the host that caused it, and those that keep the change. */
export function whatHolds({ waves, verdict }: Rollout): string {
  const hosts = waves.flatMap((wave) => wave.hosts);
  const kept = hosts.filter(({ state }) => state === 'confirmed').length;
  const cause = hosts.find(({ id }) => id === verdict.host);
  const holds = cause && HOLDS[cause.state];
  const others =
    kept === 0
      ? 'No host keeps the change.'
      : `${count(kept, 'host')} still ${kept === 1 ? 'keeps' : 'keep'} the change.`;
  return cause && holds ? `${cause.id} ${holds} ${others}` : others;
}
