import type { HostState, Verdict } from '@breakwater/shared';
import type { HostRow, Rollout } from './rollout.ts';
import { opened } from './wrong-spells.ts';

/** States that end by themselves: by a report or by a deadline. */
const MOVING: readonly HostState[] = ['staging', 'applying', 'verifying', 'soaking', 'reverting'];

/** States in which a host that was told to apply may be running something that nobody has confirmed. */
const UNSURE: readonly HostState[] = [
  'applying',
  'verifying',
  'soaking',
  'failed',
  'reverting',
  'revertFailed',
  'lost',
];

/** Enters a state. The reason stays with the row until the next one replaces it. */
export function enter(
  row: HostRow,
  state: HostState,
  now: number,
  verdict: Verdict | null = row.verdict,
): HostRow {
  return { ...row, state, verdict, since: row.state === state ? row.since : now };
}

/** Marks a host as a failure of its wave. The first cause wins; later ones do not rewrite history. */
export function failAs(
  row: HostRow,
  state: HostState,
  now: number,
  verdict: Verdict,
  /** When it was seen, where that was before it became known here. */
  seenAt = now,
): HostRow {
  const wrong = opened(row, verdict, seenAt);
  return { ...enter(row, state, now, verdict), failure: row.failure ?? verdict, wrong };
}

/** Tells a host to go back, whatever it was told before: also once it is lost and is heard of again. */
export function goBack(row: HostRow, now: number, verdict: Verdict | null = row.verdict): HostRow {
  return { ...enter(row, 'reverting', now, verdict), confirming: false };
}

/** Whether the host may be off its last known good: between the grant and the confirmation or the way back. */
export function inFlight(row: HostRow): boolean {
  return row.grantedAt !== null && UNSURE.includes(row.state);
}

/** On its way back, told or by itself: a host that fails before it is confirmed goes back without being asked. */
export function isGoingBack(row: HostRow): boolean {
  return row.state === 'reverting' || (row.state === 'failed' && row.grantedAt !== null && !row.changed);
}

/** Whether more is to be expected of this host without anybody deciding anything. */
export function isMoving(row: HostRow): boolean {
  return MOVING.includes(row.state) || isGoingBack(row);
}

/** A new attempt, from the beginning: nothing of the last one counts. */
export function newAttempt(row: HostRow, epoch: number, now: number): HostRow {
  return {
    ...enter(row, 'staging', now, null),
    since: now,
    epoch,
    grantedAt: null,
    taken: false,
    soaked: false,
    confirming: false,
    changed: false,
    failure: null,
    answers: [],
    released: null,
  };
}

/** Applies a change to every row that `pick` chooses; rows that stay the same keep their identity. */
export function mapRows(rollout: Rollout, change: (row: HostRow) => HostRow): Rollout {
  let changed = false;
  const hosts = Object.fromEntries(
    Object.values(rollout.hosts).map((row) => {
      const next = change(row);
      changed ||= next !== row;
      return [row.id, next];
    }),
  );
  return changed ? { ...rollout, hosts } : rollout;
}
