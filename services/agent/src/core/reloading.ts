import { fail, formatDuration, type Verdict } from '@breakwater/shared';
import { sameProcess } from './daemon.ts';
import { exitFault } from './exit-fault.ts';
import { BOUNDS, PACE } from './pace.ts';
import { type ChangeSituation, elapsed, type NextStep, record } from './situation.ts';

/**
 * Asks for the announced reload and waits until the daemon has said that it took it. A failed reload is half
 * applied, and the daemon goes on answering from its old copy: neither a process that runs nor right answers
 * prove anything, so that silence counts as failure once the time is over.
 *
 * After a crash of the agent it is unknown whether the reload was asked for; asking again does no harm.
 * @param giveUp what ends the change, with its reason
 */
export function whenReloading(
  here: ChangeSituation,
  giveUp: (here: ChangeSituation, verdict: Verdict) => NextStep,
): NextStep {
  const { change, world } = here;
  const { restart, assignment } = change;
  if (restart === null || restart.process === null) {
    return giveUp(
      here,
      fail('journal_inconsistent', 'The journal holds no intent for the reload under way.'),
    );
  }
  if (!sameProcess(restart.process, world.daemon.process)) {
    return giveUp(here, exitFault('The daemon ended while it was to reload', world.daemon));
  }
  const fault = reloadFault(here);
  if (fault !== null) return giveUp(here, fault);
  const reload = reloadOf(here);
  if (reload?.verdict.verdict === 'pass') {
    return record({ type: 'verifying', epoch: assignment.epoch, process: restart.process });
  }
  const patience = patienceOf(here);
  if (elapsed(restart, here) > patience) return giveUp(here, unproved(patience, reload?.verdict));
  return reload === null ? { do: 'reload', generation: assignment.bundle } : { do: 'wait', forMs: PACE.fast };
}

/**
 * What the daemon has said against the reload. It is looked at until the change is confirmed: named says "all
 * zones loaded" and "running" first, and "not loaded due to errors" of single zones afterwards.
 */
export function reloadFault(here: ChangeSituation): Verdict | null {
  const reload = reloadOf(here);
  if (reload === null || reload.verdict.verdict === 'pass') return null;
  if (reload.verdict.verdict === 'fail') return reload.verdict;
  const patience = patienceOf(here);
  return here.now - reload.askedAt > patience ? unproved(patience, reload.verdict) : null;
}

/** As long as a daemon may take to start: it loads the same zones. */
function patienceOf({ change }: ChangeSituation): number {
  return change.assignment.verifyWithinMs + BOUNDS.stop;
}

/**
 * After a crash of the agent nobody knows what the daemon said of the reload since, so it is asked for again, and
 * nothing goes on before it has been proved.
 */
export function reloadIfUnproved(here: ChangeSituation): NextStep | null {
  const { assignment, restart, process } = here.change;
  if (assignment.action !== 'reload' || !sameProcess(restart?.process ?? null, process)) return null;
  const reload = reloadOf(here);
  if (reload === null) return { do: 'reload', generation: assignment.bundle };
  return reload.verdict.verdict === 'pass' ? null : { do: 'wait', forMs: PACE.fast };
}

/** The reload of this change, as far as this agent process asked for it. */
function reloadOf({ change, world }: ChangeSituation): ChangeSituation['world']['reload'] {
  const { reload } = world;
  const { restart } = change;
  return reload !== null && restart !== null && reload.askedAt >= restart.at ? reload : null;
}

function unproved(patienceMs: number, last: Verdict | undefined): Verdict {
  const said = last?.reason ?? 'The reload could not be asked for.';
  const hint = "Its log must reach the file that the agent's configuration names, at level info.";
  return fail(
    'reload_unproved',
    `No word of a finished reload within ${formatDuration(patienceMs)}. ${said} ${hint}`,
  );
}
