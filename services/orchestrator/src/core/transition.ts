import type { Page } from '@breakwater/shared';
import { endCatchUp, leaveOut } from './absence.ts';
import { command, type Refusal } from './commands.ts';
import type { Context } from './context.ts';
import { expire } from './deadlines.ts';
import { startedPages } from './emergency-pages.ts';
import type { DomainEvent } from './event.ts';
import { eventsBetween } from './events-between.ts';
import { beginGates, takeMeasurement } from './gates.ts';
import { judge, sendBackTolerated } from './halting.ts';
import { trackHold } from './hold.ts';
import type { Input } from './input.ts';
import { duePages, haltKey, markShown, recordPages } from './paging.ts';
import { nextLook } from './next-look.ts';
import { resolutions } from './resolving.ts';
import { receive } from './receive.ts';
import { leaveReleased } from './releasing.ts';
import { rollBackIfAsked, runRollback } from './rollback.ts';
import type { Rollout } from './rollout.ts';
import { leaveOutUnreachable } from './unreachable.ts';
import { askOthers } from './vantage.ts';
import { sayWhyItWaits } from './waiting.ts';
import { confirmSoaked, runPreflight, runWaves } from './waves.ts';

/** What was decided: the new state, the events that say so, what is to be done, and when to look again. */
export interface Decision {
  rollout: Rollout;
  /** Empty exactly when nothing has changed. */
  events: DomainEvent[];
  pages: Page[];
  /** Wall-clock milliseconds; `null` when only news can change anything. */
  nextLookAt: number | null;
}

/** How often the steps are repeated until nothing moves. A plan has far fewer waves than this. */
const MOST_STEPS = 10_000;

function apply(rollout: Rollout, input: Input, context: Context): Rollout | Refusal {
  switch (input.type) {
    case 'look':
      return rollout;
    case 'reports':
      return input.reports.reduce(
        (current, report) => receive(current, input.host, input.journal, report, context.now),
        rollout,
      );
    case 'command':
      return command(rollout, input.command, context);
    case 'measured':
      return takeMeasurement(rollout, input.measurement, context.now);
    case 'pageDelivered':
      // What is delivered late, about a halt that is over, says nothing about this one.
      if (input.dedupKey !== haltKey(rollout)) return rollout;
      return { ...rollout, pagedAt: rollout.pagedAt ?? context.now };
    default:
      return input satisfies never;
  }
}

/** One round of everything that follows by itself. Halting is judged before anything goes forward. */
function advance(rollout: Rollout, context: Context): Rollout {
  const steps = [
    trackHold,
    leaveOut,
    endCatchUp,
    leaveOutUnreachable,
    expire,
    askOthers,
    beginGates,
    judge,
    leaveReleased,
    sendBackTolerated,
    rollBackIfAsked,
    runRollback,
    confirmSoaked,
    runWaves,
    // After the waves: a rollout that has just begun to run is judged as one before it grants anything.
    runPreflight,
    sayWhyItWaits,
  ] as const;
  return steps.reduce((current, step) => step(current, context), rollout);
}

function settle(rollout: Rollout, context: Context): Rollout {
  let current = rollout;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = advance(current, context);
    if (next === current) return current;
    current = next;
  }
  throw new Error(`rollout ${rollout.id} does not come to rest: two rules undo one another`);
}

/**
 * Decides. Pure: the same rollout, input and context always give the same decision, so it may be repeated
 * after a lost race, and a simulation may replay it.
 */
export function transition(before: Rollout, input: Input, context: Context): Decision | Refusal {
  const applied = apply(before, input, context);
  if ('code' in applied) return applied;
  const settled = settle(applied, context);
  const due = duePages(before, settled, context);
  const decided = input.type === 'command' && applied !== before;
  const taken = decided ? resolutions(before, settled, input.command, due, context.now) : [];
  const counted = recordPages(settled, [...due, ...taken], context.now);
  const started = startedPages(before, counted, context.now);
  const after = markShown(counted, started);
  const pages = [...due, ...taken, ...started];
  return {
    rollout: after,
    events: eventsBetween(before, after, input, pages),
    pages,
    nextLookAt: nextLook(after, context),
  };
}
