import { type LocatedVerdict, pending } from '@breakwater/shared';
import type { Context } from './context.ts';
import type { DomainEvent } from './event.ts';
import { type Rollout, type Wave, waveName } from './rollout.ts';

/** Why nothing of this rollout may begin and no host of it may be taken now, whatever else is so; `null` when it may. */
export function holdOf(rollout: Rollout, context: Context): LocatedVerdict | null {
  if (context.blocked !== null) return pending('held', context.blocked);
  if (context.frozen !== null && rollout.emergency === null) return pending('frozen', context.frozen);
  return null;
}

/** Says why the rollout waits. One that waits for the same as before stays the very same: its waiting is no event. */
export function waiting(rollout: Rollout, why: LocatedVerdict): Rollout {
  const { code, reason } = rollout.verdict;
  return code === why.code && reason === why.reason ? rollout : { ...rollout, verdict: why };
}

/** Verdicts by which a rollout says that it waits for something outside itself. */
export const WAITS: readonly string[] = ['held', 'frozen', 'queued', 'waiting'];

/**
 * Keeps count of the time for which a running wave was held: it is not held against the wave. While the rollout is
 * paused that time is counted already.
 */
export function trackHold(rollout: Rollout, context: Context): Rollout {
  const hold = rollout.state === 'running' ? holdOf(rollout, context) : null;
  const { now } = context;
  const tracked = (wave: Wave): Wave => {
    const held = wave.state === 'running' || wave.state === 'soaking' ? hold : null;
    if ((held === null) === (wave.held === null)) return wave;
    if (held !== null) return { ...wave, held: { since: now, reason: held.reason } };
    return { ...wave, held: null, pausedMs: wave.pausedMs + now - (wave.held?.since ?? now) };
  };
  const waves = rollout.waves.map(tracked);
  return waves.some((wave, index) => wave !== rollout.waves[index]) ? { ...rollout, waves } : rollout;
}

/** That a wave has just come to be held, or is no longer. */
export function holdEvents(before: Rollout, after: Rollout): DomainEvent[] {
  return after.waves.flatMap((wave, index): DomainEvent[] => {
    const was = before.waves[index]?.held ?? null;
    if ((was === null) === (wave.held === null)) return [];
    return [
      { type: 'wave.held', rollout: after.id, wave: waveName(wave), reason: wave.held?.reason ?? null },
    ];
  });
}
