import { RolloutId } from '@breakwater/shared';
import type { Pager } from '../adapters/pagers/interface.ts';
import type { Deliver } from '../adapters/queue/interface.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

/**
 * Delivers a page that waits in the outbox: over one channel after another until one has taken it, and takes
 * it out of the outbox in the same write that records who took it. A crash in between delivers it twice,
 * under the same de-duplication key, and never not at all.
 */
export function pageDelivery(
  deps: Pick<EngineDeps, 'store' | 'metrics' | 'log'>,
  engine: Engine,
  pagers: readonly Pager[],
): Deliver {
  return async (id) => {
    const page = (await deps.store.outbox()).find((candidate) => candidate.id === id);
    if (!page) return;
    const errors: unknown[] = [];
    for (const pager of pagers) {
      try {
        await pager.send(page);
      } catch (error) {
        deps.metrics.paged(pager.name, 'failed');
        deps.log.warn({ page: id, channel: pager.name, err: error }, 'a page was not taken');
        errors.push(error);
        continue;
      }
      deps.metrics.paged(pager.name, 'accepted');
      const rollout = RolloutId.parse(page.rollout);
      await engine.decide(
        rollout,
        { type: 'pageDelivered', page: id, channel: pager.name },
        { delivered: id },
      );
      return;
    }
    throw new AggregateError(errors, `no channel has taken page ${id}`);
  };
}
