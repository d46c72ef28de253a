import { type Digest, fail, type Verdict } from '@breakwater/shared';
import type { JournalEntry } from './journal-entry.ts';
import { isGoingBack, isLegal, isPending, type Memory } from './memory.ts';

/** What the guard knows of the moment in which the daemon is about to start. */
export interface DaemonStart {
  /** Where the managed root leads; `null` when it leads to no generation. */
  live: Digest | null;
  /** Whether there is nothing at all where the link should be. */
  absent: boolean;
  /** The kernel's boot id. */
  boot: string;
  /** Whether an agent runs, and so watches what the daemon will answer. */
  agentAlive: boolean;
}

/**
 * Says where the link must lead before the daemon starts, or `null` when it may stay as it is: a name server
 * never starts on an unconfirmed generation after a reboot or an agent crash (promise S8), since nobody would
 * see that it answers wrongly.
 *
 * With an agent alive, and in the boot in which the change was begun, it is the agent that has the daemon
 * restarted, and nothing may be undone behind its back. A link that leads to no generation was placed by a
 * person, and stays unless a change is under way; where nothing is, there is no work of anybody to preserve.
 */
export function generationToStart(
  memory: Memory,
  { live, absent, boot, agentAlive }: DaemonStart,
): Digest | null {
  const { change, lastKnownGood } = memory;
  if (change === null || !isPending(change)) {
    return absent || isUnexplained(memory, live) ? lastKnownGood : null;
  }
  const watched = agentAlive && change.swap?.boot === boot && !isGoingBack(change);
  if (watched) return null;
  const target = change.swap?.previous ?? lastKnownGood;
  return target === live ? null : target;
}

/**
 * What the journal should say once the link was put back, or `null` when it says enough. Without it an agent
 * that was killed between intent and switch could not tell that its epoch was tried, and would try it again.
 */
export function entryOfGuard(
  memory: Memory,
  { live, boot }: Pick<DaemonStart, 'live' | 'boot'>,
  now: number,
): JournalEntry | null {
  const { change } = memory;
  if (live !== null && isUnexplained(memory, live)) return entryOfUnexplained(memory, live);
  if (change === null) return null;
  const verdict = change.swap === null ? SWAP_LOST : whyNotStarted(change.swap.boot === boot);
  const entry: JournalEntry = { type: 'failed', epoch: change.assignment.epoch, verdict, seenAt: now };
  return isLegal(memory, entry) ? entry : null;
}

function whyNotStarted(sameBoot: boolean): Verdict {
  return sameBoot
    ? fail(
        'agent_not_running',
        'The daemon had to start while no agent ran, so the last known good generation was put back first.',
      )
    : fail('rebooted', 'The machine restarted before the change was confirmed.');
}

/** Why a change goes back whose intent to switch the link cannot be read. */
export const SWAP_LOST: Verdict = fail(
  'journal_inconsistent',
  'The journal is damaged: its record of the switch to this generation is lost, and with it what was answered before.',
);

/**
 * Whether the link leads to a generation of this host that nothing in the journal stands for: its newest records are
 * lost. Nobody is known to have confirmed it, so it is not served (promise S8).
 */
export function isUnexplained({ change, confirmed, lastKnownGood }: Memory, live: Digest | null): boolean {
  if (live === null || lastKnownGood === null || confirmed.includes(live)) return false;
  return change === null || !isPending(change);
}

/** The intent to undo it. */
export function entryOfUnexplained({ lastKnownGood }: Memory, generation: Digest): JournalEntry {
  const back = lastKnownGood === null ? 'what was there before' : lastKnownGood.slice(0, 12);
  const reason = `The journal is damaged: the managed root leads to generation ${generation.slice(0, 12)}, and no record that is left says that it was confirmed. This host goes back to ${back} by itself.`;
  return { type: 'unexplained', generation, verdict: fail('journal_inconsistent', reason) };
}
