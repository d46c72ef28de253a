import { fail, formatDuration, type Verdict } from '@breakwater/shared';
import { SWAP_LOST } from './boot-guard.ts';
import { sameProcess } from './daemon.ts';
import { exitFault } from './exit-fault.ts';
import { firstSign, judgeSteady, judgeVerification } from './judge-round.ts';
import { BOUNDS, PACE } from './pace.ts';
import { reloadFault, reloadIfUnproved, whenReloading } from './reloading.ts';
import { restartIfDue } from './restarting.ts';
import {
  type ChangeSituation,
  elapsed,
  look,
  type NextStep,
  orderFor,
  record,
  roundsSince,
  startingPace,
} from './situation.ts';
import { goesBackAfter } from './spread.ts';

type PendingPhase = 'applying' | 'restarting' | 'reloading' | 'verifying' | 'soaking' | 'soaked';

/**
 * Decides for a host that holds an unconfirmed generation. Whatever goes wrong here ends in `failed`, and the
 * host goes back by itself: nobody has to be reachable for it.
 */
export function decidePending(here: ChangeSituation, phase: PendingPhase): NextStep {
  const { epoch } = here.change.assignment;
  const fault = faultOf(here) ?? (startedOn(phase) ? (processFault(here) ?? reloadFault(here)) : null);
  if (fault !== null) return giveUp(here, fault);
  const withdrawn = withdrawal(here);
  if (withdrawn !== null) {
    return record({ type: 'reverting', epoch, verdict: withdrawn, process: here.world.daemon.process });
  }
  const unproved = startedOn(phase) ? reloadIfUnproved(here) : null;
  if (unproved !== null) return unproved;
  switch (phase) {
    case 'applying': {
      const { process, exits } = here.world.daemon;
      // A daemon that does not run cannot read anything: it has to be started.
      const reloads = here.change.assignment.action === 'reload' && process !== null;
      return record(
        reloads
          ? { type: 'reloading', epoch, process, exits }
          : { type: 'restarting', epoch, process, exits },
      );
    }
    case 'restarting':
      return whenRestarting(here);
    case 'reloading':
      return whenReloading(here, giveUp);
    case 'verifying':
      return whenVerifying(here);
    case 'soaking':
      return whenSoaking(here);
    case 'soaked':
      return whenSoaked(here);
    default:
      return phase satisfies never;
  }
}

function startedOn(phase: PendingPhase): boolean {
  return phase === 'verifying' || phase === 'soaking' || phase === 'soaked';
}

/** What ends a pending change in every phase. */
function faultOf(here: ChangeSituation): Verdict | null {
  const { swap, assignment } = here.change;
  if (swap === null) return SWAP_LOST;
  if (swap.boot !== here.world.boot) {
    return fail('rebooted', 'The machine restarted before the change was confirmed.');
  }
  if (here.world.live !== assignment.bundle) {
    return fail('link_moved', 'The managed root no longer leads to the generation that was applied.');
  }
  if (elapsed(swap, here) <= goesBackAfter(assignment, here.world.spread)) return null;
  return fail(
    'unconfirmed',
    `The change was not confirmed within ${formatDuration(assignment.confirmWithinMs)}.`,
  );
}

/** Whether the process that was started on the new generation still runs: every other one is a crash. */
function processFault({ change, world }: ChangeSituation): Verdict | null {
  if (sameProcess(change.process, world.daemon.process)) return null;
  return exitFault('The daemon ended after it had been started on the new generation', world.daemon);
}

function withdrawal(here: ChangeSituation): Verdict | null {
  const order = orderFor(here);
  if (order === 'revert') return fail('called_back', 'The orchestrator called the change back.');
  if (order === 'newer')
    return fail('superseded', 'A newer change waits; an unconfirmed one is undone first.');
  return null;
}

function whenRestarting(here: ChangeSituation): NextStep {
  const { change, world } = here;
  const { epoch, verifyWithinMs } = change.assignment;
  const { process, exits, lastExit } = world.daemon;
  const { restart } = change;
  if (restart === null) return record({ type: 'restarting', epoch, process, exits });
  if (process !== null && !sameProcess(process, restart.process)) {
    return record({ type: 'verifying', epoch, process });
  }
  // The old process ending is one exit; each further one is the new daemon's, which nobody saw running. A count
  // below that of the intent began anew: a driver may lose it when the agent starts again.
  const own = restart.process === null ? 0 : 1;
  const ended = exits < restart.exits ? exits : exits - restart.exits;
  if (ended > own) {
    const verdict = exitFault('The daemon does not stay up on the new generation', { lastExit });
    return giveUp(here, verdict);
  }
  if (elapsed(restart, here) > verifyWithinMs + BOUNDS.stop) {
    const verdict = fail('daemon_not_restarted', 'No new daemon process appeared after the restart.');
    return giveUp(here, verdict);
  }
  return restartIfDue(here, restart) ?? { do: 'wait', forMs: PACE.fast };
}

/** Gives the change up, with the moment of the first sign: the rounds that led to it, or now. */
function giveUp(here: ChangeSituation, verdict: Verdict): NextStep {
  const seenAt = firstSign(roundsSince(here.change.since, here)) ?? here.now;
  return record({ type: 'failed', epoch: here.change.assignment.epoch, verdict, seenAt });
}

function whenVerifying(here: ChangeSituation): NextStep {
  const { change, now } = here;
  const { epoch, verifyWithinMs } = change.assignment;
  const rounds = roundsSince(change.since, here);
  const verdict = judgeVerification(rounds, {
    forMs: elapsed(change.since, here),
    withinMs: verifyWithinMs,
    zones: change.swap?.baseline.length ?? 0,
  });
  if (verdict.verdict === 'pass') return record({ type: 'soaking', epoch });
  if (verdict.verdict === 'pending') {
    return look('verify', startingPace(change.since, here), rounds.at(-1), now);
  }
  return giveUp(here, verdict);
}

function whenSoaking(here: ChangeSituation): NextStep {
  const { change, world, now } = here;
  const { epoch, soakMs } = change.assignment;
  const rounds = roundsSince(change.since, here);
  const verdict = judgeSteady(rounds, change.assignment.failAfter);
  if (verdict.verdict !== 'pass' && verdict.verdict !== 'pending') {
    return giveUp(here, verdict);
  }
  const { healthySince } = world.evidence;
  const last = rounds.at(-1);
  // Healthy from the first round to the end of the newest, not to `now`: between them nobody has looked yet.
  const healthyFor =
    healthySince === null || !last ? -1 : last.endedAt - Math.max(healthySince, change.since.at);
  if (healthyFor >= soakMs) return record({ type: 'soaked', epoch, verdict });
  return look('soak', verdict.verdict === 'pass' ? PACE.soaking : PACE.fast, last, now);
}

function whenSoaked(here: ChangeSituation): NextStep {
  const { change, now } = here;
  const { epoch } = change.assignment;
  const rounds = roundsSince(change.since, here);
  const verdict = judgeSteady(rounds, change.assignment.failAfter);
  if (verdict.verdict !== 'pass' && verdict.verdict !== 'pending') {
    return giveUp(here, verdict);
  }
  // Confirming is for good: it takes a healthy round of this very process, not only the orchestrator's word.
  if (orderFor(here) === 'confirm' && verdict.verdict === 'pass') return record({ type: 'confirmed', epoch });
  return look('soak', verdict.verdict === 'pass' ? PACE.soaking : PACE.fast, rounds.at(-1), now);
}
