import type { RolloutId } from '@breakwater/shared';
import type { LoggedEvent } from '../../core/event.ts';
import type { Operations } from './interface.ts';

/** The whole log of a rollout, read in parts. */
export async function allEvents(
  operations: Pick<Operations, 'events'>,
  rollout: RolloutId,
): Promise<LoggedEvent[]> {
  const part = 1000;
  const events: LoggedEvent[] = [];
  for (let after = 0; ; after = events.at(-1)?.seq ?? after) {
    const found = await operations.events(rollout, after, part);
    events.push(...found);
    if (found.length < part) return events;
  }
}
