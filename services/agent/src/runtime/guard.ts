import type { Clock } from '@breakwater/shared';
import type { Generations } from '../adapters/generations/interface.ts';
import { entryOfGuard, generationToStart } from '../core/boot-guard.ts';
import type { JournalEntry } from '../core/journal-entry.ts';
import type { Memory } from '../core/memory.ts';

/** What the guard works with. */
export interface GuardTools {
  clock: Clock;
  boot: string;
  /** Whether an agent runs beside this; it then looks after the journal. */
  agentAlive: boolean;
  memory: Memory;
  link: Pick<Generations, 'live' | 'absent' | 'switchTo'>;
  append(entry: JournalEntry): Promise<unknown>;
}

/**
 * Makes sure that the daemon does not start on a generation that nobody would watch; see `generationToStart`.
 * @returns what it did, in a sentence.
 * @throws when the link could not be switched. That the journal could not be written is only told: with the
 *   link back, the daemon starts on what is good, and an agent finds that out for itself.
 */
export async function guardStart(tools: GuardTools): Promise<string> {
  const { clock, boot, agentAlive, memory, link } = tools;
  const live = await link.live();
  const absent = live === null && (await link.absent());
  const target = generationToStart(memory, { live, absent, boot, agentAlive });
  if (target === null) return 'The live generation may be started.';
  // Before the journal: on a disk that hangs in a write, the rename may be all that there is time for.
  await link.switchTo(target);
  const why = absent ? 'The managed root was gone' : 'The live generation was not confirmed';
  const done = `${why}; generation ${target} was put back.`;
  const entry = entryOfGuard(memory, { live, boot }, clock.monotonic());
  if (entry === null) return done;
  try {
    await tools.append(entry);
    return done;
  } catch (error) {
    return `${done} The journal could not be told: ${error instanceof Error ? error.message : String(error)}`;
  }
}
