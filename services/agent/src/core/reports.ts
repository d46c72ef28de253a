import {
  AnswerBefore,
  type Assignment,
  MOST_ANSWERS,
  pass,
  pending,
  type Report,
  type ReportedState,
  type Verdict,
} from '@breakwater/shared';
import type { Baseline } from './baseline.ts';
import type { JournalRecord } from './journal-entry.ts';
import type { Moment } from './memory.ts';
import { spread } from './plan-questions.ts';

/** How many facts one message may carry. */
const AT_ONCE = 100;
const LONGEST_AGO_MS = 31 * 86_400_000;
const ANSWERS_OVER_TCP = 3;
const ANSWERS_AS_CLIENTS = 5;

/**
 * What the orchestrator has not acknowledged yet, oldest first.
 * @param acknowledged the highest sequence number that the orchestrator has stored
 */
export function reportsAfter(records: readonly JournalRecord[], acknowledged: number, now: Moment): Report[] {
  const reports: Report[] = [];
  let assignment: Assignment | null = null;
  for (const record of records) {
    if (record.type === 'accepted') assignment = record.assignment;
    if (record.type === 'unexplained' && record.generation !== assignment?.bundle) assignment = null;
    if (record.seq <= acknowledged || assignment === null) continue;
    // Its acceptance is lost, and the one before it belongs to another rollout.
    if ('epoch' in record && record.epoch !== assignment.epoch) continue;
    const report = reportOf(record, assignment, now);
    if (report !== null) reports.push(report);
    if (reports.length === AT_ONCE) break;
  }
  return reports;
}

/** A journal record in the words of the protocol; `null` for one that only this host needs. */
function reportOf(record: JournalRecord, assignment: Assignment, now: Moment): Report | null {
  const told = tell(record);
  if (told === null) return null;
  // Times of another boot were counted from another zero, so nothing can be said about them.
  const seenAt = 'seenAt' in record ? record.seenAt : record.at;
  const ago = record.boot === now.boot ? Math.max(0, Math.min(now.at - seenAt, LONGEST_AGO_MS)) : 0;
  const { epoch, rollout } = assignment;
  const answers = record.type === 'applying' ? { answers: sampleOf(record.baseline) } : {};
  return { seq: record.seq, epoch, rollout, ...told, observedAgoMs: Math.round(ago), ...answers };
}

/**
 * Some of the answers before a change, spread over all of them, for those who ask this host from elsewhere. What was
 * asked at loopback tells them nothing.
 */
function sampleOf(baseline: Baseline): AnswerBefore[] {
  const open = baseline.flatMap(({ at, ...answer }) => (at === 'loopback' ? [] : [answer]));
  const sendable = open.filter((answer) => AnswerBefore.safeParse(answer).success);
  const tcp = sendable.filter(({ transport }) => transport === 'tcp').slice(0, ANSWERS_OVER_TCP);
  const udp = sendable.filter(({ transport }) => transport === 'udp');
  const asClients = spread(
    udp.filter(({ recursionDesired }) => recursionDesired === true),
    ANSWERS_AS_CLIENTS,
  );
  const plain = udp.filter(({ recursionDesired }) => recursionDesired !== true);
  return [...spread(plain, MOST_ANSWERS - tcp.length - asClients.length), ...asClients, ...tcp];
}

function tell(record: JournalRecord): { state: ReportedState; verdict: Verdict } | null {
  switch (record.type) {
    case 'adopted':
    case 'asked':
    case 'restarted':
    case 'accepted':
    case 'restarting':
    case 'reloading':
      return null;
    case 'rejected':
      return { state: 'failed', verdict: record.verdict };
    case 'applying':
      return { state: 'applying', verdict: pending('applying', 'The change is being applied.') };
    case 'verifying': {
      const { pid } = record.process;
      return {
        state: 'verifying',
        verdict: pending('verifying', `Process ${pid} runs; its answers are awaited.`),
      };
    }
    case 'soaking':
      return { state: 'soaking', verdict: pass('answers_right', 'The new process answers as expected.') };
    case 'unexplained':
      return { state: 'failed', verdict: record.verdict };
    case 'confirmed':
      return { state: 'confirmed', verdict: pass('confirmed', 'The change is kept.') };
    case 'ready':
    case 'soaked':
    case 'unhealthy':
    case 'failed':
    case 'reverting':
    case 'reverted':
    case 'revertFailed':
      return { state: record.type, verdict: record.verdict };
    default:
      return record satisfies never;
  }
}
