import type { DomainEvent } from '../core/event.ts';
import type { Interval } from '../core/interval.ts';
import { chain } from './chain.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

type Why = Extract<DomainEvent, { type: 'rollout.unwatched' }>['why'];
type GapDeps = Pick<EngineDeps, 'store' | 'trust' | 'watch' | 'clock'>;

/**
 * Writes down for every live rollout of which time nobody could see it: hosts were not heard, or the store was not believed. A
 * log without that would read as if nothing had happened then.
 * @returns what is to be done after every exchange of sightings; while the store is not believed, it only remembers.
 */
export function gapNotes(deps: GapDeps, engine: Engine): () => Promise<void> {
  const { trust, watch, clock } = deps;
  let doubted: Interval | null = null;
  return async () => {
    if (trust.doubt() !== null) {
      doubted = { from: doubted?.from ?? clock.now(), to: clock.now() };
      return;
    }
    if (doubted !== null) await note(deps, engine, doubted, 'safeMode');
    doubted = null;
    const gap = watch.unheard.gap();
    if (gap !== null) await note(deps, engine, gap, 'unheard');
    watch.unheard.told();
  };
}

async function note(
  { store, clock }: GapDeps,
  engine: Engine,
  { from, to }: Interval,
  why: Why,
): Promise<void> {
  await engine.inTurn(async () => {
    for (;;) {
      const { head, live } = await store.snapshot();
      const missed = [...live.values()].filter(({ createdAt }) => createdAt < to);
      const events = missed.map(({ id, createdAt }) => {
        return { type: 'rollout.unwatched', rollout: id, from: Math.max(from, createdAt), to, why } as const;
      });
      const [first, ...rest] = chain(head, events, clock.now());
      if (!first) return;
      if ((await store.commit({ expected: head, events: [first, ...rest] })) === 'committed') return;
    }
  });
}
