import { type Assignment, type Digest, RolloutId, type Verdict } from '@breakwater/shared';
import type { Baseline } from './baseline.ts';
import type { ProcessId } from './daemon.ts';
import type { JournalEntry, JournalRecord } from './journal-entry.ts';
import { goesBack, type Phase, phaseAfter, TRANSITIONS } from './transitions.ts';

/** A moment, on the monotonic clock of one boot. */
export interface Moment {
  at: number;
  boot: string;
}

/** The intent to switch the link, with all that is needed to go back. */
export interface Swap extends Moment {
  previous: Digest;
  baseline: Baseline;
}

/** The intent to restart or reload the daemon, with what ran on the switched link before. */
export interface Restart extends Moment {
  process: ProcessId | null;
  exits: number;
}

/** One attempt to change this host: an epoch. */
export interface Change {
  assignment: Assignment;
  phase: Phase;
  /** When the phase began. */
  since: Moment;
  swap: Swap | null;
  restart: Restart | null;
  /** The process that was started on the new generation. */
  process: ProcessId | null;
  /** Why the change is given up. */
  cause: Verdict | null;
  /** When a confirmed generation was last found unhealthy. */
  unhealthy: Moment | null;
  /**
   * Present when records are lost: `found` stands for whatever brought a generation that was live without a reason, and
   * `asked` is the next epoch that wants that generation, which may be the one that was applied already.
   */
  lost?: 'found' | 'asked';
}

/** All that the agent remembers: the journal, folded. */
export interface Memory {
  highestEpoch: number;
  /** Generations that proved themselves here (or were found here), newest last, each once. */
  confirmed: readonly Digest[];
  /** The newest of them: what this host goes back to. */
  lastKnownGood: Digest | null;
  /** The newest change, finished or not. */
  change: Change | null;
}

export const NO_MEMORY: Memory = { highestEpoch: 0, confirmed: [], lastKnownGood: null, change: null };

/** Whether an entry may be written in this state of memory. */
export function isLegal(memory: Memory, entry: JournalEntry): boolean {
  // Without a way back there must be one, whatever a damaged journal says otherwise.
  if (entry.type === 'adopted' && memory.lastKnownGood === null) return true;
  if (!TRANSITIONS[memory.change?.phase ?? 'none'].includes(entry.type)) return false;
  if (entry.type === 'accepted') return entry.assignment.epoch > memory.highestEpoch;
  if (!('epoch' in entry)) return true;
  return entry.epoch === memory.change?.assignment.epoch;
}

/** What is remembered after one more record. */
export function remember(memory: Memory, record: JournalRecord): Memory {
  if (record.type === 'adopted') return adopt(memory, record);
  if (record.type === 'accepted') return accept(memory, record.assignment, record);
  if (record.type === 'unexplained') return explain(memory, record);
  if ('epoch' in record && record.epoch !== memory.change?.assignment.epoch) {
    // Its acceptance is lost. All that can be known is that this epoch was begun, and must not begin again.
    return { ...memory, highestEpoch: Math.max(memory.highestEpoch, record.epoch) };
  }
  if (memory.change === null) return memory;
  const next = { ...memory, change: advance(memory.change, record) };
  const { bundle } = memory.change.assignment;
  if (record.type === 'confirmed') return withConfirmed(next, [...memory.confirmed, bundle]);
  // What is left is the last known good one at that moment, also when the record that confirmed it is lost.
  if (record.type === 'applying') return withConfirmed(next, [...memory.confirmed, record.previous]);
  // From here on the generation is given up, also when it had been confirmed: a restart must not keep it.
  if (record.type !== 'reverting') return next;
  const previous = next.change.swap?.previous;
  const others = memory.confirmed.filter((known) => known !== bundle);
  const back = previous === undefined ? others : [...others, previous];
  return back.length === 0 ? next : withConfirmed(next, back);
}

/** Folds a whole journal. */
export function recall(records: readonly JournalRecord[]): Memory {
  return records.reduce(remember, NO_MEMORY);
}

function withConfirmed(memory: Memory, generations: readonly Digest[]): Memory {
  const confirmed = generations.filter((known, index) => !generations.includes(known, index + 1));
  return { ...memory, confirmed, lastKnownGood: confirmed.at(-1) ?? null };
}

/** A change that is on its way back leads to what was adopted: that is what the host is to be at from now on. */
function adopt(memory: Memory, { generation, insteadOf }: AdoptedRecord): Memory {
  const { change } = memory;
  const kept = memory.confirmed.filter((known) => known !== insteadOf);
  const next = withConfirmed(memory, [...kept, generation]);
  if (change === null || change.swap === null || !isPending(change)) return next;
  return { ...next, change: { ...change, swap: { ...change.swap, previous: generation } } };
}

const NOTHING_YET = { swap: null, restart: null, process: null, cause: null, unhealthy: null };

function accept(memory: Memory, assignment: Assignment, { at, boot }: Moment): Memory {
  const highestEpoch = Math.max(memory.highestEpoch, assignment.epoch);
  const before = memory.change;
  const again = before?.lost === 'found' && before.assignment.bundle === assignment.bundle;
  const lost = again ? ({ lost: 'asked' } as const) : {};
  const since = { at, boot };
  return {
    ...memory,
    highestEpoch,
    change: { ...NOTHING_YET, ...lost, assignment, phase: 'accepted', since },
  };
}

/** A live generation whose records are lost is undone like a change: the one it belongs to, or one that stands for it. */
function explain(memory: Memory, { generation, verdict, at, boot }: UnexplainedRecord): Memory {
  const { change, highestEpoch } = memory;
  const known = change?.assignment.bundle === generation ? change.assignment : null;
  const assignment = known ?? { ...UNKNOWN, epoch: highestEpoch, bundle: generation };
  const lost = known === null ? ({ lost: 'found' } as const) : {};
  const since = { at, boot };
  return {
    ...memory,
    change: { ...NOTHING_YET, ...lost, assignment, phase: 'reverting', since, cause: verdict },
  };
}

/** What is not known of a change whose acceptance is lost; of these only the time to answer after a restart is used. */
const UNKNOWN: Omit<Assignment, 'epoch' | 'bundle'> = {
  rollout: RolloutId.parse('r-1'),
  step: 'revert',
  checks: [],
  expect: { noChange: false, zonesRemoved: [] },
  soakMs: 0,
  confirmWithinMs: 0,
  verifyWithinMs: 30_000,
  action: 'restart',
  failAfter: 1,
};

type AdoptedRecord = Extract<JournalRecord, { type: 'adopted' }>;
type UnexplainedRecord = Extract<JournalRecord, { type: 'unexplained' }>;
type ChangeRecord = Exclude<JournalRecord, { type: 'adopted' | 'accepted' | 'unexplained' }>;

function advance(change: Change, record: ChangeRecord): Change {
  const moment = { at: record.at, boot: record.boot };
  const phase = phaseAfter(change.phase, record.type);
  if (phase === 'none') return change;
  const next = {
    ...change,
    phase,
    since: phase === change.phase && record.type !== 'applying' ? change.since : moment,
  };
  switch (record.type) {
    case 'applying':
      return {
        ...next,
        swap: { previous: record.previous, baseline: record.baseline, ...moment },
        restart: null,
      };
    case 'restarting':
    case 'reloading':
      return { ...next, restart: { process: record.process, exits: record.exits, ...moment } };
    case 'verifying':
      return { ...next, process: record.process };
    case 'unhealthy':
      return { ...next, unhealthy: moment };
    case 'restarted':
      return { ...next, process: record.process };
    case 'failed':
    case 'rejected':
      return { ...next, cause: record.verdict };
    case 'reverting':
      return { ...next, cause: record.verdict, restart: null };
    case 'ready':
    case 'soaking':
    case 'soaked':
    case 'confirmed':
    case 'reverted':
    case 'revertFailed':
    case 'asked':
      return next;
    default:
      return record satisfies never;
  }
}

/** Whether the host holds a generation that is neither confirmed nor known to be gone. */
export function isPending(change: Change): boolean {
  switch (change.phase) {
    case 'accepted':
    case 'ready':
    case 'rejected':
    case 'confirmed':
    case 'reverted':
      return false;
    case 'applying':
    case 'restarting':
    case 'reloading':
    case 'verifying':
    case 'soaking':
    case 'soaked':
    case 'failed':
    case 'reverting':
    case 'revertFailed':
      return true;
    default:
      return change.phase satisfies never;
  }
}

/** Whether the change is being undone. */
export function isGoingBack(change: Change): boolean {
  return goesBack(change.phase) || change.phase === 'failed';
}
