import { Digest, type Verdict } from '@breakwater/shared';
import type { JournalRecord } from './journal-entry.ts';
import { isGoingBack, isLegal, isPending, type Memory, NO_MEMORY, recall, remember } from './memory.ts';

/** What the journal says about the switch that is asked for. */
export type Announced =
  | { switchTo: Digest }
  /** It announces none; `why` is for the log and for whoever asked. */
  | { switchTo: null; why: string };

/**
 * Reads from the journal to which generation the managed root may be switched now: forward to the one whose intent
 * stands (in this boot), or back to the one before it. The journal may have been written by anybody who has taken
 * over the agent's account, so nothing in it is believed to be what it should be.
 */
export function announcedSwitch(records: readonly JournalRecord[], boot: string): Announced {
  try {
    return announced(records, boot);
  } catch {
    return refused('The journal holds records that no agent writes.');
  }
}

function announced(records: readonly JournalRecord[], boot: string): Announced {
  const memory = recall(records);
  const { change, lastKnownGood } = memory;
  if (change === null || !isPending(change)) return refused('The journal announces no switch.');
  if (isGoingBack(change) || change.swap?.boot !== boot) {
    return checked(change.swap?.previous ?? lastKnownGood);
  }
  if (change.phase !== 'applying') return refused(`The change is at "${change.phase}", past its switch.`);
  // On the way back a damaged journal must do; on the way forward every step of the change must be there.
  if (!isWhole(records)) return refused('The steps of the change do not follow from one another.');
  return checked(change.assignment.bundle);
}

/** Whether the newest change has taken each of its steps after the one before, the offline proof included. */
function isWhole(records: readonly JournalRecord[]): boolean {
  const start = records.findLastIndex(({ type }) => type === 'accepted');
  let memory: Memory = start < 0 ? NO_MEMORY : recall(records.slice(0, start));
  const own = records.slice(start);
  for (const record of own) {
    if (!isLegal(memory, record)) return false;
    memory = remember(memory, record);
  }
  return own.some((record) => record.type === 'ready' && hasPassed(record.verdict));
}

function hasPassed({ verdict }: Verdict): boolean {
  return verdict === 'pass';
}

function checked(generation: unknown): Announced {
  const digest = Digest.safeParse(generation);
  return digest.success ? { switchTo: digest.data } : refused('The journal names no generation.');
}

function refused(why: string): Announced {
  return { switchTo: null, why };
}
