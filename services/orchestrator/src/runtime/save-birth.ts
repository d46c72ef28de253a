import { BreakwaterError } from '@breakwater/shared';
import type { Snapshot } from '../adapters/store/interface.ts';
import { isSettled } from '../core/assignment.ts';
import { type AtLeastOne, chain } from './chain.ts';
import { blockedBy } from './context-of.ts';
import { actOn } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { logEvents } from './log-events.ts';
import { type Keyed, underKey } from './once.ts';
import type { Change } from './overtaken.ts';

/** Records a rollout that did not exist before, with what that changes in others. @returns whether nobody else wrote in the meantime. */
export async function saveBirth(
  deps: EngineDeps,
  changes: AtLeastOne<Change>,
  snapshot: Snapshot,
  by: Keyed,
): Promise<boolean> {
  const [{ after: born }] = changes;
  const { head } = snapshot;
  // The submission comes first: the number of its event is the rollout's own.
  const [first, ...rest] = chain(
    head,
    changes.flatMap(({ events }) => events),
    born.createdAt,
  );
  if (!first) throw new BreakwaterError('internal', `the submission of ${born.id} has no event`);
  const saved = await deps.store.commit({
    expected: head,
    events: [first, ...rest],
    rollouts: changes.map(({ before, after }) => ({ before, after, live: !isSettled(after) })),
    pages: changes.flatMap(({ pages }) => pages),
    ...underKey(by, born.id),
  });
  if (saved === 'conflict') return false;
  for (const { before, after, ...told } of changes) {
    const decision = { ...told, rollout: after };
    logEvents(deps, before ?? after, decision);
    await actOn(deps, before ?? after, decision, blockedBy(snapshot, deps.guard), first.seq + rest.length);
  }
  return true;
}
