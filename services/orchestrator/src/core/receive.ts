import { fail, type HostId, type HostState, type Report } from '@breakwater/shared';
import { enter, failAs, goBack } from './host-row.ts';
import { type HostRow, type Rollout, rowOf } from './rollout.ts';
import { closed, opened } from './wrong-spells.ts';

/** States from which each kind of report may move a host on; from any other state it changes nothing. */
const FROM = {
  ready: ['staging'],
  // `ready` too: the host may have taken a grant in the moment in which it was withdrawn.
  applying: ['ready', 'applying'],
  verifying: ['applying'],
  soaking: ['applying', 'verifying'],
  soaked: ['soaking'],
  confirmed: ['soaking'],
  unhealthy: ['confirmed'],
  failed: ['staging', 'ready', 'applying', 'verifying', 'soaking', 'confirmed', 'lost'],
  reverting: ['applying', 'verifying', 'soaking', 'confirmed', 'failed', 'lost', 'revertFailed'],
  reverted: ['applying', 'verifying', 'soaking', 'confirmed', 'failed', 'reverting', 'lost', 'revertFailed'],
  revertFailed: ['applying', 'verifying', 'soaking', 'confirmed', 'failed', 'reverting', 'lost'],
} as const satisfies Record<Report['state'], readonly HostState[]>;

/** Whether a report is news: of this attempt, and not taken in before. */
function isNews(row: HostRow, journal: string, report: Report): boolean {
  if (report.epoch !== row.epoch) return false;
  return row.heard?.journal !== journal || report.seq > row.heard.seq;
}

function moved(row: HostRow, report: Report, now: number, seenAt: number): HostRow {
  const from: readonly HostState[] = FROM[report.state];
  // A host that was never granted anything has nothing to go back from, whatever it says.
  const groundless = row.grantedAt === null && report.state.startsWith('revert');
  if (groundless || !from.includes(row.state)) return strayed(row, report, seenAt);
  const { verdict } = report;
  switch (report.state) {
    case 'ready':
    case 'verifying':
    case 'soaking':
      return { ...enter(row, report.state, now, verdict), taken: row.taken || report.state !== 'ready' };
    case 'applying':
      if (row.grantedAt === null)
        return failAs(
          row,
          'failed',
          now,
          fail('applied_without_grant', `${row.id} says that it applies a change that it was not granted`),
        );
      return { ...enter(row, 'applying', now, verdict), taken: true, answers: report.answers ?? row.answers };
    case 'soaked':
      return { ...row, soaked: true, verdict };
    case 'confirmed':
      // Nobody confirms himself: without our word this is a bug or a lie, and the deadline will judge it.
      return row.confirming ? { ...enter(row, 'confirmed', now, verdict), changed: true } : row;
    case 'unhealthy':
    case 'failed':
      return failAs(row, 'failed', now, verdict, seenAt);
    case 'reverting':
      return goBack(wentBack(row, report, seenAt), now, verdict);
    case 'reverted':
      return {
        ...enter(wentBack(row, report, seenAt), 'reverted', now, verdict),
        grantedAt: null,
        changed: false,
        confirming: false,
      };
    case 'revertFailed':
      return failAs(row, 'revertFailed', now, verdict, seenAt);
    default:
      return report.state satisfies never;
  }
}

/** States of a host that nobody has told to go back. */
const FORWARD: readonly HostState[] = ['applying', 'verifying', 'soaking', 'confirmed'];

/** A host that goes back unasked has failed, also if it never said so: nobody would notice that it lacks the change. */
function wentBack(row: HostRow, { state, verdict }: Report, seenAt: number): HostRow {
  if (!FORWARD.includes(row.state)) return row;
  const why =
    verdict.verdict === 'fail' ? verdict : fail('went_back', `${row.id} was ${row.state} and is ${state}`);
  return { ...row, failure: row.failure ?? why, wrong: opened(row, why, seenAt) };
}

/** A report that came too late to move the host, but still tells something that must not be lost. */
function strayed(row: HostRow, report: Report, seenAt: number): HostRow {
  // Called back at the very moment at which it kept the change: it has the new generation until it is back.
  if (report.state === 'confirmed' && row.state === 'reverting') return { ...row, changed: true };
  // Called back for another host's failure, and found to have failed itself.
  if (report.state === 'failed' && row.state === 'reverting') {
    const { verdict } = report;
    return { ...row, failure: row.failure ?? verdict, wrong: opened(row, verdict, seenAt) };
  }
  return row;
}

/**
 * Takes one host's report in. A report changes only the row of the host that sent it, and one that was taken
 * in before, or that belongs to another attempt, changes nothing.
 */
export function receive(
  rollout: Rollout,
  host: HostId,
  journal: string,
  report: Report,
  now: number,
): Rollout {
  const row = rowOf(rollout, host);
  if (!isNews(row, journal, report)) return rollout;
  const seenAt = now - report.observedAgoMs;
  const after = moved(row, report, now, seenAt);
  const wrong = closed(after.wrong, report.state, seenAt);
  const next: HostRow = { ...after, wrong, heard: { journal, seq: report.seq } };
  const failedNow = next.failure !== null && row.failure === null;
  return {
    ...rollout,
    hosts: { ...rollout.hosts, [host]: next },
    detectedAt: rollout.detectedAt ?? (failedNow ? seenAt : null),
  };
}
