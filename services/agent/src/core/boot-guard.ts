import { type Digest, fail } from '@breakwater/shared';
import type { JournalEntry } from './journal-entry.ts';
import { isGoingBack, isLegal, isPending, type Memory } from './memory.ts';

/** What the guard knows of the moment in which the daemon is about to start. */
export interface DaemonStart {
  /** Where the managed root leads; `null` when it leads to no generation. */
  live: Digest | null;
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
 * person, and stays unless a change is under way.
 */
export function generationToStart(memory: Memory, { live, boot, agentAlive }: DaemonStart): Digest | null {
  const { change, confirmed, lastKnownGood } = memory;
  if (change === null || !isPending(change)) {
    // A journal with damaged lines may have lost the change that this link belongs to.
    const unexplained = live !== null && !confirmed.includes(live);
    return unexplained && !agentAlive ? lastKnownGood : null;
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
export function entryOfGuard(memory: Memory, boot: string, now: number): JournalEntry | null {
  const { change } = memory;
  if (change === null) return null;
  const verdict =
    change.swap?.boot === boot
      ? fail(
          'agent_not_running',
          'The daemon had to start while no agent ran, so the last known good generation was put back first.',
        )
      : fail('rebooted', 'The machine restarted before the change was confirmed.');
  const entry: JournalEntry = { type: 'failed', epoch: change.assignment.epoch, verdict, seenAt: now };
  return isLegal(memory, entry) ? entry : null;
}
