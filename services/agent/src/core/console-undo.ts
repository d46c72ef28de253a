import type { Digest } from '@breakwater/shared';
import type { JournalRecord } from './journal-entry.ts';
import { isPending, type Memory } from './memory.ts';

/** The newest thing that this host kept, and the generation that it replaced. */
export interface Undo {
  giveUp: Digest;
  goBackTo: Digest;
}

/**
 * What a revert takes back where the newest change is not what is live: an adoption from the console, or a kept change
 * that a later, refused one has followed. `done`: it was taken back already, and a second revert must not lead further.
 * `null`: the newest change itself is what a revert is about, or there is nothing; see `planRevert`.
 */
export function planUndo(memory: Memory, records: readonly JournalRecord[]): Undo | 'done' | null {
  const { change, confirmed } = memory;
  if (change !== null && (isPending(change) || change.phase === 'accepted' || change.phase === 'ready'))
    return null;
  const newest = records.findLast(decides);
  if (newest === undefined) return null;
  if (newest.type === 'reverted') return 'done';
  if (newest.type === 'adopted' && newest.insteadOf === undefined) return undoOf(confirmed);
  // The change that is live is taken back in the ordinary way, of which its rollout hears.
  if (change?.phase === 'confirmed') return null;
  return newest.type === 'adopted' ? 'done' : undoOf(confirmed);
}

function undoOf(confirmed: readonly Digest[]): Undo | null {
  const [goBackTo, giveUp] = confirmed.slice(-2);
  return goBackTo === undefined || giveUp === undefined ? null : { giveUp, goBackTo };
}

type Deciding = Extract<JournalRecord, { type: 'adopted' | 'confirmed' | 'reverted' }>;

/** Whether a record says what the host goes back to. A way back that ended because somebody adopted something does not. */
function decides(record: JournalRecord): record is Deciding {
  if (record.type === 'reverted') return record.verdict.code !== 'adopted_at_console';
  return record.type === 'adopted' || record.type === 'confirmed';
}
