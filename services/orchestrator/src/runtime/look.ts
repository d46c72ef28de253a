import type { Look } from '../adapters/queue/interface.ts';
import { partOf } from '../core/part.ts';
import type { Engine } from './engine.ts';

/** What a wake-up job does: look once, and say when to look again while its part of the rollout goes on. */
export function lookAt(engine: Engine): Look {
  return async ({ rollout, part }) => {
    const decided = await engine.decide(rollout, { type: 'look' });
    return partOf(decided.rollout) === part ? decided.nextLookAt : null;
  };
}
