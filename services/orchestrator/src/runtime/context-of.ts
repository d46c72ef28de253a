import type { RolloutId } from '@breakwater/shared';
import type { Snapshot } from '../adapters/store/interface.ts';
import type { Context } from '../core/context.ts';
import { inFlight } from '../core/host-row.ts';
import type { EngineDeps } from './engine-deps.ts';
import type { StoreGuard } from './store-guard.ts';

/** What a decision about one rollout (or about none yet) knows now. */
export function contextOf(
  { watch, guard, clock, repageEveryMs, calendar }: EngineDeps,
  snapshot: Snapshot,
  deciding: RolloutId | null,
): Context {
  const others = [...snapshot.live.values()].filter((rollout) => rollout.id !== deciding);
  const flying = others.flatMap((rollout) => Object.values(rollout.hosts).filter(inFlight));
  const now = clock.now();
  const freeze = calendar.freezeAt(now);
  return {
    now,
    fleet: watch.fleet(new Set(flying.map((row) => row.id)), snapshot.orders),
    words: watch.words(),
    blocked: blockedBy(snapshot, guard),
    frozen: freeze?.reason ?? null,
    thawsAt: freeze?.until ?? null,
    orders: snapshot.orders,
    owners: snapshot.claims,
    listeningSince: watch.listeningSince(),
    nextEpoch: snapshot.head.seq + 1,
    repageEveryMs,
  };
}

/** Why no host may be granted now, whichever rollout it belongs to. */
export function blockedBy(snapshot: Snapshot, guard: StoreGuard): string | null {
  if (snapshot.line.stopped) return `the line is stopped: ${snapshot.line.reason ?? 'no reason given'}`;
  const [unsafe] = guard.unsafe();
  return unsafe === undefined ? null : `nothing is granted on a store that could lose it: ${unsafe}`;
}
