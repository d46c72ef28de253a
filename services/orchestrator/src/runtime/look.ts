import type { Look } from '../adapters/queue/interface.ts';
import { partOf } from '../core/part.ts';
import type { Engine } from './engine.ts';
import type { GateKeeper } from './gate-keeper.ts';

/**
 * What a wake-up job does: look once, have measured what is due, and say when to look again while its part of the rollout
 * goes on.
 */
export function lookAt(engine: Engine, gates: Pick<GateKeeper, 'tend'>): Look {
  return async ({ rollout, part }) => {
    const decided = await engine.decide(rollout, { type: 'look' });
    gates.tend(decided.rollout);
    return partOf(decided.rollout) === part ? decided.nextLookAt : null;
  };
}
