import type { Digest } from '@breakwater/shared';
import { isGoingBack, isPending, type Memory } from './memory.ts';

/**
 * Says where the link must lead before the daemon is started by anybody but the agent, or `null` when it may
 * stay as it is. A machine that restarts with an unconfirmed generation must not serve it: nobody watches yet.
 */
export function generationToStart({ change }: Memory, live: Digest | null, boot: string): Digest | null {
  if (change === null || change.swap === null || !isPending(change)) return null;
  // In this boot it is the agent that has the daemon restarted, and this guard must not undo what it does.
  if (change.swap.boot === boot && !isGoingBack(change)) return null;
  const { previous } = change.swap;
  return previous === live ? null : previous;
}
