import { type Page, RolloutId } from '@breakwater/shared';
import type { Deliver } from '../adapters/queue/interface.ts';
import { chain } from './chain.ts';
import type { Channels } from './channels.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

type DeliveryDeps = Pick<EngineDeps, 'store' | 'clock'>;

/**
 * Delivers a page that waits in the outbox, and takes it out of the outbox in the same write that records who took
 * it. A crash in between delivers it twice, under the same de-duplication key, and never not at all.
 *
 * A decision is told after the page that it decides about, which is delivered even then: that a rollout halted is
 * never kept from whoever carries the pager. And a decision that has been overtaken, since the same cause came back, is
 * not told any more: it would take the newer page off the list.
 */
export function pageDelivery(deps: DeliveryDeps, engine: Engine, channels: Channels): Deliver {
  return async (id) => {
    const waiting = await deps.store.outbox();
    const page = waiting.find((candidate) => candidate.id === id);
    if (!page) return;
    if (page.status === 'firing') return record(deps, engine, page, await channels.wake(page));
    if (await isOpenAgain(deps, page)) return record(deps, engine, page, null);
    const first = waiting.find((other) => other.status === 'firing' && other.dedupKey === page.dedupKey);
    if (first) throw new Error(`page ${id} waits until page ${first.id}, which it takes back, is delivered`);
    return record(deps, engine, page, await channels.tell(page));
  };
}

async function isOpenAgain({ store }: DeliveryDeps, page: Page): Promise<boolean> {
  const rollout = page.rollout === null ? null : await store.rollout(RolloutId.parse(page.rollout));
  return rollout?.openPages.some((open) => open.dedupKey === page.dedupKey) === true;
}

async function record(deps: DeliveryDeps, engine: Engine, page: Page, channel: string | null): Promise<void> {
  const { id, dedupKey } = page;
  if (page.rollout === null) return engine.inTurn(() => recordAlone(deps, id, channel));
  const input = { type: 'pageDelivered', page: id, dedupKey, channel } as const;
  await engine.decide(RolloutId.parse(page.rollout), input, { delivered: id });
}

/** Records the delivery of a page that concerns no single rollout. */
async function recordAlone(
  { store, clock }: DeliveryDeps,
  page: string,
  channel: string | null,
): Promise<void> {
  for (;;) {
    const { head } = await store.snapshot();
    if (!(await store.outbox()).some(({ id }) => id === page)) return;
    const events = chain(head, [{ type: 'page.delivered', page, channel }], clock.now());
    if ((await store.commit({ expected: head, events, delivered: [page] })) === 'committed') return;
  }
}
