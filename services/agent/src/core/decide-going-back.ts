import { fail, pass, type Verdict } from '@breakwater/shared';
import { sameProcess } from './daemon.ts';
import type { Restart } from './memory.ts';
import { BOUNDS, PACE } from './pace.ts';
import { restartAgain, restartIfDue } from './restarting.ts';
import {
  type ChangeSituation,
  elapsed,
  look,
  type NextStep,
  record,
  roundsSince,
  startingPace,
} from './situation.ts';

/**
 * Undoes a change: the link back, the daemon restarted on it, and the old answers proved. It needs neither
 * the orchestrator nor the network, and it never gives up; `revertFailed` only says that it takes too long.
 */
export function decideGoingBack(here: ChangeSituation): NextStep {
  const { change, world } = here;
  const { epoch } = change.assignment;
  if (change.phase === 'failed') {
    return record({ type: 'reverting', epoch, verdict: causeOf(here), process: world.daemon.process });
  }
  return goBack(here) ?? { do: 'wait', forMs: PACE.fast };
}

function goBack(here: ChangeSituation): NextStep | null {
  const { change, world } = here;
  const { swap, restart } = change;
  const { process, exits } = world.daemon;
  const late = overdue(here, 'The managed root could not be switched back in time.');
  const previous = swap?.previous ?? here.memory.lastKnownGood;
  if (previous !== null && world.live !== previous) return late ?? { do: 'switchTo', generation: previous };
  // What runs now may have been started on the generation that is given up, also when it is not the process
  // of the intent: only one that is started after the switch runs the old generation for certain.
  if (restart === null || restart.boot !== world.boot) {
    return record({ type: 'restarting', epoch: change.assignment.epoch, process, exits });
  }
  if (process === null || sameProcess(process, restart.process)) {
    return (
      overdue(here, 'The daemon did not come back on the old generation.') ?? restartIfDue(here, restart)
    );
  }
  return prove(here, restart);
}

function prove(here: ChangeSituation, restart: Restart): NextStep | null {
  const { world, now } = here;
  const { epoch } = here.change.assignment;
  const { process } = world.daemon;
  const rounds = roundsSince(restart, here).filter((round) => sameProcess(round.process, process));
  const last = rounds.at(-1);
  if (last?.verdict.verdict === 'pass') return record({ type: 'reverted', epoch, verdict: backAgain(here) });
  const late = overdue(here, last?.verdict.reason ?? 'The old answers are not back.');
  // A second run of the same tool is what brought Etsy back: a daemon that does not answer is started again.
  // Where it is the asking that fails, as without a checker, another daemon would fare no better.
  const judged = last !== undefined && last.verdict.code !== 'not_judged';
  const again = judged ? restartAgain(here, restart) : null;
  return late ?? again ?? look('revert', startingPace(restart, here), last, now);
}

/** Says so once when going back takes too long; the trying goes on. */
function overdue(here: ChangeSituation, reason: string): NextStep | null {
  const { change } = here;
  const { epoch, verifyWithinMs } = change.assignment;
  const took = elapsed(change.restart ?? change.since, here);
  if (change.phase !== 'reverting' || took <= verifyWithinMs + BOUNDS.stop) return null;
  return record({ type: 'revertFailed', epoch, verdict: fail('revert_failed', reason) });
}

function causeOf({ change }: ChangeSituation): Verdict {
  return change.cause ?? fail('unknown', 'The change was given up.');
}

function backAgain(here: ChangeSituation): Verdict {
  return pass('old_answers_back', `The old answers are back. Undone because: ${causeOf(here).reason}`);
}
