import type { UnitState } from './unit-state.ts';

type Seen = Pick<UnitState, 'restarts' | 'invocation'> & { running: boolean };

/**
 * Counts how often a unit's main process has ended. systemd's own counter of automatic restarts falls back to zero
 * at every start that somebody asks for, so the starts between two looks are counted, and from them the ends: every
 * process that was started, or ran before, and does not run now has ended.
 */
export function unitExits(): (now: Seen) => number {
  let seen: Seen | null = null;
  let exits = 0;
  return (now) => {
    if (seen === null) exits = now.restarts;
    else exits += Math.max(0, startsBetween(seen, now) + Number(seen.running) - Number(now.running));
    // systemd counts an automatic restart a moment before it starts: the number belongs to the next invocation then.
    const { restarts } = seen?.invocation === now.invocation ? seen : now;
    seen = { ...now, restarts };
    return exits;
  };
}

/** At least so many starts: those before the last one that was asked for have left no trace but their last number. */
function startsBetween(before: Seen, now: Seen): number {
  if (now.invocation === before.invocation || now.invocation === '') return 0;
  return now.restarts > before.restarts ? now.restarts - before.restarts : now.restarts + 1;
}
