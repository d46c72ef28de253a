import { isGoingBack, isPending, type Memory } from './memory.ts';
import type { World } from './world.ts';

/** The phases of a change that the daemon has taken, as far as it said. */
const PROVED: ReadonlySet<string> = new Set(['verifying', 'soaking', 'soaked', 'confirmed']);

/**
 * What must hold whenever the agent has made a step, as sentences about what does not. They are checked in
 * production too: a journal that contradicts itself is found when it is read, not when it is needed.
 */
export function violations(memory: Memory, world: Pick<World, 'live' | 'reload'>): string[] {
  const { change, confirmed, lastKnownGood, highestEpoch } = memory;
  const found: string[] = [];
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) found.push(sentence);
  };
  must(
    lastKnownGood === (confirmed.at(-1) ?? null),
    'the last known good generation is not the newest confirmed one',
  );
  if (change === null) return found;
  const { swap, phase, assignment } = change;
  must(lastKnownGood !== null, 'a change was accepted without a way back');
  if (phase === 'confirmed')
    must(confirmed.includes(assignment.bundle), 'a confirmed generation is not among the known good ones');
  const goesOn = PROVED.has(phase) && world.reload?.verdict.verdict === 'fail';
  must(!goesOn, 'a change went on although the daemon had said that its reload failed');
  if (!isPending(change)) return found;
  must(assignment.epoch === highestEpoch, 'the change under way is not of the highest epoch');
  // A damaged journal may have lost the intent; then the way back is all that is left.
  must(swap !== null || isGoingBack(change), `the phase ${phase} was reached without an intent to switch`);
  const previous = swap?.previous ?? lastKnownGood;
  must(previous === lastKnownGood, 'an unconfirmed change would not go back to the last known good');
  const known = world.live === previous || world.live === assignment.bundle;
  must(known, 'the managed root leads neither to the previous nor to the new generation');
  return found;
}
