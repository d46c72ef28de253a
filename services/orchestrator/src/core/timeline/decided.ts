import { IN_WORDS } from '../halting-rule.ts';
import type { Cause } from '../cause.ts';
import type { LoggedEvent } from '../event.ts';
import type { Rollout } from '../rollout.ts';

/** By which row of the halting rule a rollout was stopped, and by what it was found. */
export interface Decided {
  /** `null` for a halt from before the row was kept. */
  rule: Cause | null;
  /** The row, in the words of the documentation. */
  words: string;
  code: string;
  reason: string;
}

/** What stopped a rollout last; `null` when nothing ever has. */
export function decidedBy({ haltedBy }: Rollout, events: readonly LoggedEvent[]): Decided | null {
  const halt = events.findLast(
    (event): event is Halt => event.type === 'rollout.state' && event.to === 'halted',
  );
  if (!halt) return null;
  const { code, reason } = halt.verdict;
  const words = haltedBy === null ? 'which row of the rule it was, is not on record' : IN_WORDS[haltedBy];
  return { rule: haltedBy, words: words.replaceAll('`', ''), code, reason };
}

type Halt = Extract<LoggedEvent, { type: 'rollout.state' }>;
