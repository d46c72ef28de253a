import { sameProcess } from './daemon.ts';
import type { Restart } from './memory.ts';
import { BOUNDS, PACE } from './pace.ts';
import type { ChangeSituation, NextStep } from './situation.ts';

/**
 * Asks for the announced restart, once. After a crash it is unknown whether it was asked for: the old process
 * still running says that it was not, and where nothing runs, asking does no harm.
 *
 * A second request while the supervisor is at work could hit the new process, so it is made only when the
 * supervisor is past its own bound.
 */
export function restartIfDue({ change, world, now }: ChangeSituation, restart: Restart): NextStep | null {
  const asked = world.restartAskedAt;
  if (asked === null || asked < restart.at) return { do: 'restart' };
  const { process, gaveUp } = world.daemon;
  // Nothing runs, and nobody but the agent will start anything: the repaired host would wait for nothing.
  if (process === null && gaveUp === true && now - asked > PACE.watching) return { do: 'restart' };
  const old = sameProcess(restart.process, process);
  const patience = BOUNDS.stop + (old ? 0 : change.assignment.verifyWithinMs);
  return now - asked > patience ? { do: 'restart' } : null;
}

/**
 * Asks again for a daemon that runs and does not answer, once it has had all the time it was given. Each pause is as
 * long as all that went before it, up to a bound: what three restarts did not mend, a fourth at once does not either,
 * and a daemon that answers something is left to do so.
 */
export function restartAgain({ change, world, now }: ChangeSituation, restart: Restart): NextStep | null {
  const asked = Math.max(restart.at, world.restartAskedAt ?? 0);
  const patience = BOUNDS.stop + change.assignment.verifyWithinMs;
  const pause = Math.max(patience, Math.min(asked - restart.at, BOUNDS.restartPause));
  return now - asked > pause ? { do: 'restart' } : null;
}
