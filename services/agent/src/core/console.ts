import { type Digest, fail } from '@breakwater/shared';
import type { ProcessId } from './daemon.ts';
import { type Drift, short } from './drift.ts';
import type { JournalEntry } from './journal-entry.ts';
import { type Change, isPending, type Memory } from './memory.ts';
import { goesBack } from './transitions.ts';

/** What a person on the host may have the agent do. */
export const ORDERS = ['revert', 'restart', 'repair', 'adopt'] as const;
export type OrderVerb = (typeof ORDERS)[number];

/** An order from the console. `reason` is the person's own words, and goes into the journal. */
export interface ConsoleOrder {
  verb: OrderVerb;
  reason: string;
}

/** Exit codes of the command; scripts branch on them. */
export const EXIT = { good: 0, notGood: 1, usage: 2, refused: 3, failed: 4 } as const;

/**
 * What became of an order: `started` goes on by itself and can be followed in the status; `unhealthy` was
 * carried out, and the daemon does not answer as it should.
 */
export const RESULTS = ['done', 'nothing', 'started', 'refused', 'unhealthy', 'failed'] as const;
export interface Outcome {
  result: (typeof RESULTS)[number];
  /** A sentence for a person: what was done or why not, and what to do next. */
  text: string;
}

/** What is known when an order arrives. */
export interface ConsoleScene {
  memory: Memory;
  live: Digest | null;
  process: ProcessId | null;
  /** Monotonic milliseconds. */
  now: number;
}

/** How a revert begins: entries that are written in this order, and the outcome to tell. */
export interface RevertPlan {
  entries: readonly JournalEntry[];
  outcome: Outcome;
}

const STARTED: Outcome = { result: 'started', text: 'Going back to the previous generation.' };

/**
 * Gives up the newest change, wherever it stands. What follows is the ordinary way back of the core. Nothing
 * that begins here can lead forward again in the same epoch: every entry that it writes ends the attempt.
 */
export function planRevert(scene: ConsoleScene, reason: string): RevertPlan {
  const { change } = scene.memory;
  if (change === null)
    return none(
      'refused',
      `There is nothing to go back to: nothing was changed here since the agent took over what it found. ${whatRuns(scene)}`,
    );
  const because = `A person at the console gave the change up: ${reason}`;
  switch (change.phase) {
    case 'accepted':
    case 'ready':
      return callOff(change, because);
    case 'applying':
      return change.swap?.previous === scene.live
        ? callOff(change, because)
        : begin(failed(change, because, scene));
    case 'restarting':
    case 'reloading':
    case 'verifying':
    case 'soaking':
    case 'soaked':
      return begin(failed(change, because, scene));
    case 'confirmed':
      return undoConfirmed(change, because, scene);
    case 'revertFailed': {
      const again = `${change.cause?.reason ?? 'The change was given up.'} A person at the console has it tried again: ${reason}`;
      return begin(reverting(change, again, scene));
    }
    case 'failed':
    case 'reverting':
      return none('started', 'The host is going back already.');
    case 'reverted':
      return none('nothing', `The newest change has been undone already. ${whatRuns(scene)}`);
    case 'rejected':
      return none(
        'refused',
        `There is nothing to undo: the newest change was refused before anything live was touched, and nothing was kept before it that could be taken back. ${whatRuns(scene)}`,
      );
    default:
      return change.phase satisfies never;
  }
}

/** What ends a change that was only staged: it was proved against a tree that somebody is about to replace. */
export function callOffFor({ memory: { change } }: ConsoleScene, reason: string): readonly JournalEntry[] {
  if (change?.phase !== 'accepted' && change?.phase !== 'ready') return [];
  return callOff(change, `A person at the console keeps what is there instead: ${reason}`).entries;
}

function none(result: Outcome['result'], text: string): RevertPlan {
  return { entries: [], outcome: { result, text } };
}

function begin(...entries: JournalEntry[]): RevertPlan {
  return { entries, outcome: STARTED };
}

function callOff({ assignment }: Change, because: string): RevertPlan {
  const verdict = fail('called_off_at_console', because);
  const text = 'The change was called off before anything live was touched; the daemon was left alone.';
  return {
    entries: [{ type: 'rejected', epoch: assignment.epoch, verdict }],
    outcome: { result: 'done', text },
  };
}

/** Told as unhealthy first: a rollout that still lasts must count a kept host that somebody took back as failed. */
function undoConfirmed(change: Change, because: string, scene: ConsoleScene): RevertPlan {
  const { epoch } = change.assignment;
  const verdict = fail('reverted_at_console', because);
  return begin({ type: 'unhealthy', epoch, verdict, seenAt: scene.now }, reverting(change, because, scene));
}

function failed({ assignment }: Change, because: string, { now }: ConsoleScene): JournalEntry {
  return {
    type: 'failed',
    epoch: assignment.epoch,
    verdict: fail('reverted_at_console', because),
    seenAt: now,
  };
}

function reverting({ assignment }: Change, because: string, { process }: ConsoleScene): JournalEntry {
  return {
    type: 'reverting',
    epoch: assignment.epoch,
    verdict: fail('reverted_at_console', because),
    process,
  };
}

function whatRuns({ memory: { lastKnownGood } }: ConsoleScene): string {
  return lastKnownGood === null
    ? 'The agent has not taken the configuration over yet.'
    : `The last known good generation is ${short(lastKnownGood)}.`;
}

/** Why the daemon may not be restarted from the console now, or `null`. */
export function refuseRestart({ memory, live }: ConsoleScene, drift: Drift | null): string | null {
  const { change, lastKnownGood } = memory;
  if (change !== null && isPending(change)) {
    return `${underWay(change)} A restart would look like a crash of the new generation. Wait for it, or undo it with \`breakwater-agent revert\`.`;
  }
  if (lastKnownGood === null || live === null) {
    return drift?.reason ?? 'The agent has not taken the configuration over yet; start the agent first.';
  }
  // What nobody has proved must not be what the daemon reads when somebody only wants it to run again.
  return drift !== null && drift.kind !== 'none' ? drift.reason : null;
}

/** Why the recorded files may not be put back now, or `null`. */
export function refuseRepair({ memory: { change, lastKnownGood } }: ConsoleScene): string | null {
  if (lastKnownGood === null) return 'There is nothing recorded yet that could be put back.';
  if (change === null || !isPending(change) || goesBack(change.phase)) return null;
  return `${underWay(change)} Undo it with \`breakwater-agent revert\`; that puts the previous generation back.`;
}

/** Why what is live may not become the last known good generation now, or `null`. */
export function refuseAdopt({ memory: { change } }: ConsoleScene): string | null {
  // One whose way back has failed is ended by this: what runs may be the best that there is.
  if (change === null || !isPending(change) || change.phase === 'revertFailed') return null;
  return `${underWay(change)} Give it up first with \`breakwater-agent revert\`.`;
}

function underWay({ phase, assignment }: Change): string {
  return `A change is under way (rollout ${assignment.rollout}, epoch ${assignment.epoch}, ${phase}).`;
}
