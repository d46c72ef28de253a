import type { Digest } from '@breakwater/shared';
import { isGoingBack, isPending, type Memory } from './memory.ts';

/** One difference between a tree and what was recorded when it was built; `path` is relative to the tree. */
export interface Damage {
  path: string;
  how: 'changed' | 'added' | 'missing';
}

/** Whether what is live is what is recorded; `reason` says for a person what differs and what to do. */
export interface Drift {
  kind: 'none' | 'files' | 'link';
  reason: string;
}

const NAMED_FILES = 5;
const WHAT_TO_DO =
  'Undo it with `breakwater-agent repair`, or keep it with `breakwater-agent adopt --reason "…"`.';

/**
 * The generation that the managed root should lead to. `null` while that is open: before first contact, and
 * between the intent to switch the link and its outcome.
 */
export function generationToRun({ change, lastKnownGood }: Memory): Digest | null {
  if (change === null || !isPending(change)) return lastKnownGood;
  if (isGoingBack(change)) return change.swap?.previous ?? lastKnownGood;
  return change.phase === 'applying' ? null : change.assignment.bundle;
}

/**
 * Judges whether somebody else than the agent changed what is live.
 * @param damage how the files of the live generation differ from what was recorded
 */
export function judgeDrift(memory: Memory, live: Digest | null, damage: readonly Damage[]): Drift | null {
  const wanted = generationToRun(memory);
  return wanted === null ? null : driftOf(wanted, live, damage);
}

/** The same, where it is known what should be live. */
export function driftOf(wanted: Digest, live: Digest | null, damage: readonly Damage[]): Drift {
  if (live === null) {
    const reason = `The managed root leads to no generation that is known here; it should lead to ${short(wanted)}. ${WHAT_TO_DO}`;
    return { kind: 'link', reason };
  }
  if (live !== wanted) {
    const reason = `The managed root leads to generation ${short(live)} and should lead to ${short(wanted)}. ${WHAT_TO_DO}`;
    return { kind: 'link', reason };
  }
  if (damage.length === 0) return { kind: 'none', reason: 'The live files are those that were recorded.' };
  return { kind: 'files', reason: `${damageInWords(damage)} ${WHAT_TO_DO}` };
}

/** Says which files differ. */
export function damageInWords(damage: readonly Damage[]): string {
  return `Somebody changed files of the live tree by hand: ${filesInWords(damage)}.`;
}

/** Names the files that differ, the first few of them. */
export function filesInWords(damage: readonly Damage[]): string {
  const named = damage.slice(0, NAMED_FILES).map(({ path, how }) => `${clean(path)} (${how})`);
  const more = damage.length > NAMED_FILES ? ` and ${damage.length - NAMED_FILES} more` : '';
  return `${named.join(', ')}${more}`;
}

/** The beginning of a digest, which is what people compare. */
export function short(generation: Digest): string {
  return generation.slice(0, 12);
}

/** A file's name may hold anything but a slash; what it holds must not forge lines in somebody's log. */
function clean(path: string): string {
  return path.replaceAll(/\p{Cc}+/gu, '?').slice(0, 200);
}
