import { BreakwaterError } from '@breakwater/shared';
import type { Caller } from '../adapters/http/interface.ts';
import { HOST_VERBS, type HostAsked, reorder } from '../core/host-verbs.ts';
import { chain } from './chain.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { doneBefore, underKey } from './once.ts';

/**
 * Drains, undrains or removes a host. What is so already is answered and not written again. Decisions are made on the
 * same snapshot as orders: once the answer is out, no rollout takes a host that may not be taken.
 * @throws BreakwaterError `not_found`, `host_in_use`, `host_removed`
 */
export async function orderHost(
  deps: EngineDeps,
  engine: Engine,
  asked: Pick<HostAsked, 'verb' | 'host' | 'reason'>,
  caller: Caller,
): Promise<void> {
  const { verb, host, reason } = asked;
  const { name: by } = caller;
  const owner = await engine.inTurn(async () => {
    for (;;) {
      const { head, orders: ordered, live, claims } = await deps.store.snapshot();
      if (await doneBefore(deps.store, caller)) return null;
      if (!deps.watch.roster.places().has(host))
        throw new BreakwaterError('not_found', `There is no host ${host}.`);
      const now = deps.clock.now();
      const next = reorder(ordered.get(host) ?? null, { ...asked, by, since: now }, live.values());
      if (next === 'same') return null;
      if (next !== null && 'code' in next) throw new BreakwaterError(next.code, next.detail);
      const events = chain(head, [{ type: HOST_VERBS[verb], host, by, reason }], now);
      const orders = new Map([[host, next]]);
      const saved = await deps.store.commit({ expected: head, events, orders, ...underKey(caller, null) });
      if (saved === 'conflict') continue;
      await deps.wakeups.publish({ hosts: [host], head: events[0].seq });
      return claims.get(host) ?? null;
    }
  });
  // The rollout that has the host says at once that it goes on without it; if that fails, its next look says so.
  if (owner !== null) await engine.decide(owner, { type: 'look' });
}
