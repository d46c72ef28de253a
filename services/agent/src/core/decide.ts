import { fail, pass, type Verdict } from '@breakwater/shared';
import { entryOfUnexplained, isUnexplained } from './boot-guard.ts';
import { decideGoingBack } from './decide-going-back.ts';
import { sameProcess } from './daemon.ts';
import { decidePending } from './decide-pending.ts';
import { exitFault } from './exit-fault.ts';
import { firstSign, judgeSteady } from './judge-round.ts';
import { isPending, type Memory, type Moment } from './memory.ts';
import { BOUNDS, PACE } from './pace.ts';
import {
  type ChangeSituation,
  elapsed,
  look,
  type NextStep,
  orderFor,
  record,
  roundsSince,
  type Situation,
} from './situation.ts';
import type { Level, World } from './world.ts';

/**
 * Says what the agent does next, from what it remembers, what is true, and what the orchestrator wants.
 *
 * It knows no difference between going on and starting again: after `kill -9` the same journal and the same
 * world lead to the same step. An intent is recorded before its act, and an act whose outcome is unknown is
 * judged by the world: where the link leads and which process runs.
 */
export function decide(memory: Memory, world: World, level: Level | null, now: number): NextStep {
  const situation: Situation = { memory, world, level, now };
  if (memory.lastKnownGood === null) return { do: 'adopt' };
  if (world.live !== null && isUnexplained(memory, world.live)) {
    return record(entryOfUnexplained(memory, world.live));
  }
  // Somebody removed the link. There is nothing of theirs in its place, and no daemon could start.
  const idle = memory.change === null || !isPending(memory.change);
  if (world.absent === true && idle) return { do: 'switchTo', generation: memory.lastKnownGood };
  if (memory.change === null) return acceptOr(situation, watchIdle(situation));
  const here: ChangeSituation = { ...situation, change: memory.change };
  switch (here.change.phase) {
    case 'accepted':
      return whenAccepted(here);
    case 'ready':
      return whenReady(here);
    case 'rejected':
      return whenUntouched(here) ?? watchIdle(here);
    case 'applying':
      return whenApplying(here);
    case 'restarting':
    case 'reloading':
    case 'verifying':
    case 'soaking':
    case 'soaked':
      return decidePending(here, here.change.phase);
    case 'confirmed':
      return whenConfirmed(here);
    case 'failed':
    case 'reverting':
    case 'revertFailed':
      return decideGoingBack(here);
    case 'reverted':
      return acceptOr(here, watchIdle(here));
    default:
      return here.change.phase satisfies never;
  }
}

/** A newer epoch begins, if there is one and nothing is in the way. */
function acceptOr({ memory, level }: Situation, otherwise: NextStep): NextStep {
  const assignment = level?.assignment ?? null;
  if (assignment === null || assignment.epoch <= memory.highestEpoch) return otherwise;
  return record({ type: 'accepted', assignment });
}

const NEVER_APPLIED = pass('never_applied', 'The change was called back before anything live was touched.');

/** Promise S9: an epoch is applied once, also when nobody remembers whether it was. */
const TRIED = fail(
  'journal_inconsistent',
  'The journal of this host was damaged: it found this generation live without any record of it, and went back. Whether this epoch was applied before cannot be known, so it is not applied again; retry it.',
);

const epochOf = ({ change }: ChangeSituation): number => change.assignment.epoch;

/** What is the same in every phase in which the link was not switched. */
function whenUntouched(here: ChangeSituation): NextStep | null {
  const order = orderFor(here);
  if (order === 'newer') return acceptOr(here, watchIdle(here));
  if (order !== 'revert') return null;
  return record({ type: 'reverted', epoch: here.change.assignment.epoch, verdict: NEVER_APPLIED });
}

function whenAccepted(here: ChangeSituation): NextStep {
  const untouched = whenUntouched(here);
  if (untouched !== null) return untouched;
  if (here.change.lost === 'asked') return record({ type: 'rejected', epoch: epochOf(here), verdict: TRIED });
  const idle = watchIdle(here);
  // Fetching can take long; the host's own health is looked at in between.
  if (orderFor(here) === 'none' || idle.do === 'check') return idle;
  const { assignment } = here.change;
  return here.world.staged === assignment.epoch ? { do: 'prove', assignment } : { do: 'stage', assignment };
}

function whenReady(here: ChangeSituation): NextStep {
  const { memory, world, change } = here;
  const untouched = whenUntouched(here);
  if (untouched !== null) return untouched;
  if (orderFor(here) !== 'apply') return watchIdle(here);
  const previous = memory.lastKnownGood;
  if (previous === null || world.live !== previous) {
    const verdict = fail(
      'live_tree_drifted',
      'The managed root does not lead to the last known good generation.',
    );
    return record({ type: 'rejected', epoch: change.assignment.epoch, verdict });
  }
  return { do: 'takeBaseline', assignment: change.assignment, previous };
}

/** The intent is durable; whether the link was switched, only the link itself can tell. */
function whenApplying(here: ChangeSituation): NextStep {
  const { change, world } = here;
  const { swap, assignment } = change;
  if (swap === null || world.live !== swap.previous) return decidePending(here, 'applying');
  const untouched = whenUntouched(here);
  if (untouched !== null) return untouched;
  // Not switched. An intent is no grant: without one, the host is where it was when it was ready.
  if (orderFor(here) !== 'apply') return watchIdle(here);
  const tooOld = swap.boot !== world.boot || elapsed(swap, here) > BOUNDS.intent;
  if (tooOld) return { do: 'takeBaseline', assignment, previous: swap.previous };
  if (assignment.bundle !== swap.previous) return { do: 'switchTo', generation: assignment.bundle };
  // The generation is live already, and only has to prove itself again: a push that was "supposed to do
  // nothing" and restarted every server nevertheless is how Etsy lost its site in 2016.
  const { process, exits } = world.daemon;
  const { epoch } = assignment;
  return record(
    process ? { type: 'verifying', epoch, process } : { type: 'restarting', epoch, process, exits },
  );
}

/** Kept by the orchestrator's word: the host watches and tells, and does nothing more by itself. */
function whenConfirmed(here: ChangeSituation): NextStep {
  const { change, world, now } = here;
  const { epoch } = change.assignment;
  const order = orderFor(here);
  if (order === 'newer') return acceptOr(here, watchIdle(here));
  if (order === 'revert') {
    const verdict = fail('called_back', 'The confirmed change was called back.');
    return record({ type: 'reverting', epoch, verdict, process: world.daemon.process });
  }
  if (order === 'none') return watchIdle(here);
  const { process } = world.daemon;
  if (change.unhealthy === null && !sameProcess(change.process, process)) {
    const verdict = exitFault('The daemon ended after the change was confirmed', world.daemon);
    return record({ type: 'unhealthy', epoch, verdict, seenAt: now });
  }
  const rounds = roundsSince(change.since, here);
  const verdict = judgeSteady(rounds, change.assignment.failAfter);
  const told = change.unhealthy !== null && !recoveredSince(change.unhealthy, world);
  if (verdict.verdict !== 'pass' && verdict.verdict !== 'pending' && !told) {
    return record({ type: 'unhealthy', epoch, verdict, seenAt: firstSign(rounds) ?? now });
  }
  // What is not certain yet is asked again at once; what was told is asked for as long as it lasts.
  const pace = verdict.verdict === 'pending' ? PACE.fast : paceOf(rounds.at(-1)?.verdict, PACE.watching);
  return look('soak', pace, rounds.at(-1), now);
}

function recoveredSince(unhealthy: Moment, world: World): boolean {
  const { lastPassAt } = world.evidence;
  return lastPassAt !== null && (unhealthy.boot !== world.boot || lastPassAt > unhealthy.at);
}

/** Nothing is under way: the host's health is looked at now and then, so that the orchestrator knows it. */
function watchIdle({ world, now }: Situation): NextStep {
  const last = world.evidence.rounds.at(-1);
  return look('idle', paceOf(last?.verdict, PACE.idle), last, now);
}

/** What did not pass is asked again soon, but no faster than a broken daemon can bear for hours. */
function paceOf(verdict: Verdict | undefined, everyMs: number): number {
  return verdict === undefined || verdict.verdict === 'pass' ? everyMs : Math.min(everyMs, PACE.watching);
}
