import type { Assignment, Digest, Verdict } from '@breakwater/shared';
import type { DaemonState } from './daemon.ts';
import { type Drift, generationToRun } from './drift.ts';
import type { JournalRecord } from './journal-entry.ts';
import { type Change, isGoingBack, isPending, type Memory, type Moment } from './memory.ts';
import { goesBackAfter } from './spread.ts';
import type { Phase } from './transitions.ts';

/** What a person on the host is shown. Times are milliseconds before now; `null` when they cannot be known. */
export interface ConsoleStatus {
  host: string;
  /** The agent that answered; `null` when none runs and the console looked for itself. */
  agent: { pid: number } | null;
  root: string;
  /** The generation that the root links to, the newest confirmed one, and the one that should be live. */
  generation: Digest | null;
  lastKnownGood: Digest | null;
  shouldRun: Digest | null;
  change: ChangeStatus | null;
  daemon: {
    running: boolean;
    pid: number | null;
    upForMs: number | null;
    restarts: number;
    lastExit: string | null;
  };
  health: Verdict;
  /** How old the newest answers are that `health` speaks of. */
  healthAgeMs: number | null;
  drift: Drift | null;
  /** What is wrong with the journal's file, in a sentence. */
  journalDamage: string | null;
  /** The newest journal entries, newest last. */
  journal: readonly { seq: number; type: string; agoMs: number | null; reason: string | null }[];
}

/** The newest change on this host. */
export interface ChangeStatus {
  epoch: number;
  rollout: Assignment['rollout'];
  bundle: Digest;
  phase: Phase;
  sinceMs: number | null;
  /** Whether the host holds it unconfirmed. */
  pending: boolean;
  /** Why it is given up, once it is. */
  reason: string | null;
  /** How long an unconfirmed change may still last before the host goes back by itself. */
  deadlineInMs: number | null;
}

/** What a status is made of. */
export interface StatusScene {
  host: string;
  root: string;
  agent: { pid: number } | null;
  memory: Memory;
  records: readonly JournalRecord[];
  journalDamage: string | null;
  live: Digest | null;
  daemon: DaemonState;
  health: Verdict;
  healthAgeMs: number | null;
  /** See `World`. */
  spread: number;
  drift: Drift | null;
  now: Moment;
}

const ENTRIES_SHOWN = 5;
/** Linux counts process times in hundredths of a second (`getconf CLK_TCK`), on every architecture it runs on. */
const TICK_MS = 10;

/** Puts together what a person is shown. */
export function consoleStatus(scene: StatusScene): ConsoleStatus {
  const { host, root, agent, memory, live, health, healthAgeMs, drift, journalDamage, now, spread } = scene;
  const shouldRun = generationToRun(memory);
  return {
    host,
    agent,
    root,
    generation: live,
    lastKnownGood: memory.lastKnownGood,
    shouldRun,
    change: memory.change === null ? null : changeStatus(memory.change, now, spread),
    daemon: daemonStatus(scene.daemon, now),
    health,
    healthAgeMs,
    // That all was as recorded when it was last looked at does not hold for a link that leads elsewhere by now.
    drift: drift?.kind === 'none' && live !== shouldRun ? null : drift,
    journalDamage,
    journal: scene.records.slice(-ENTRIES_SHOWN).map((record) => ({
      seq: record.seq,
      type: record.type,
      agoMs: ago(record, now),
      reason: reasonOf(record),
    })),
  };
}

function changeStatus(change: Change, now: Moment, spread: number): ChangeStatus {
  const { assignment, phase, since, swap, cause } = change;
  const pending = isPending(change);
  // Who is going back already waits for nobody's confirmation.
  const held = swap === null || isGoingBack(change) ? null : ago(swap, now);
  return {
    epoch: assignment.epoch,
    rollout: assignment.rollout,
    bundle: assignment.bundle,
    phase,
    sinceMs: ago(since, now),
    pending,
    reason: cause?.reason ?? null,
    deadlineInMs:
      pending && held !== null ? Math.max(0, Math.ceil(goesBackAfter(assignment, spread)) - held) : null,
  };
}

function daemonStatus({ process, exits, lastExit }: DaemonState, now: Moment): ConsoleStatus['daemon'] {
  const upForMs = process === null ? null : Math.max(0, now.at - startOf(process));
  return { running: process !== null, pid: process?.pid ?? null, upForMs, restarts: exits, lastExit };
}

/** When a process started, in monotonic milliseconds; ten milliseconds exactly, as the kernel tells it. */
export function startOf({ startedAt }: { startedAt: number }): number {
  return startedAt * TICK_MS;
}

/** Times of another boot were counted from another zero. */
function ago(moment: Moment, now: Moment): number | null {
  return moment.boot === now.boot ? Math.max(0, now.at - moment.at) : null;
}

function reasonOf(record: JournalRecord): string | null {
  if ('verdict' in record) return record.verdict.reason;
  return 'reason' in record ? (record.reason ?? null) : null;
}
