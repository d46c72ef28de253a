import { fail, Report } from '@breakwater/shared';
import { expect, test } from 'vitest';
import type { JournalEntry, JournalRecord } from './journal-entry.ts';
import { NO_MEMORY, recall } from './memory.ts';
import { refusal } from './refusal.ts';
import { reportsAfter } from './reports.ts';
import { keptGenerations } from './retention.ts';
import { clipped, healthOf } from './status.ts';
import { assignment, bundleOf, digest } from './testing/examples.ts';
import { NO_EVIDENCE } from './world.ts';

const BOOT = 'boot-1';
const NO = fail('wrong_rcode', 'Wrong.');

function journalOf(...entries: JournalEntry[]): JournalRecord[] {
  return entries.map((entry, index) => ({ ...entry, seq: index + 1, at: 1000 + index, boot: BOOT }));
}

function confirmedEpoch(epoch: number, previous: ReturnType<typeof digest>): JournalEntry[] {
  const process = { pid: epoch, startedAt: epoch };
  return [
    { type: 'accepted', assignment: assignment(epoch, 'stage') },
    { type: 'applying', epoch, previous, baseline: [], process: null },
    { type: 'restarting', epoch, process: null, exits: 0 },
    { type: 'verifying', epoch, process },
    { type: 'confirmed', epoch },
  ];
}

const ADOPTED: JournalEntry = { type: 'adopted', generation: digest('a') };

test('what the orchestrator need not hear is not told; the rest carries epoch, rollout and age', () => {
  const records = journalOf(ADOPTED, ...confirmedEpoch(1, digest('a')));
  const reports = reportsAfter(records, 0, { at: 2000, boot: BOOT });
  expect(reports.map(({ seq, state }) => [seq, state])).toEqual([
    [3, 'applying'],
    [5, 'verifying'],
    [6, 'confirmed'],
  ]);
  expect(reports[0]).toMatchObject({ epoch: 1, rollout: 'r-1', observedAgoMs: 998 });
  for (const report of reports) expect(Report.safeParse(report).success).toBe(true);
});

test('a failure is as old as its first sign, not as the certainty about it', () => {
  const failed: JournalEntry = { type: 'failed', epoch: 1, verdict: NO, seenAt: 700 };
  const records = journalOf({ type: 'accepted', assignment: assignment(1, 'stage') }, failed);
  expect(reportsAfter(records, 0, { at: 1001, boot: BOOT })).toMatchObject([{ observedAgoMs: 301 }]);
});

test('what is acknowledged is not told again, and a message never carries more than 100', () => {
  const records = journalOf(
    { type: 'accepted', assignment: assignment(1, 'stage') },
    ...Array.from(
      { length: 250 },
      (): JournalEntry => ({ type: 'unhealthy', epoch: 1, verdict: NO, seenAt: 0 }),
    ),
  );
  const reports = reportsAfter(records, 50, { at: 5000, boot: BOOT });
  expect([reports.length, reports[0]?.seq, reports.at(-1)?.seq]).toEqual([100, 51, 150]);
});

test('a time of another boot is not told, since it was counted from another zero', () => {
  const records = journalOf(...confirmedEpoch(1, digest('a')));
  expect(reportsAfter(records, 0, { at: 9_000_000, boot: 'other' })[0]?.observedAgoMs).toBe(0);
});

test('a rejected proof is a failure to the orchestrator', () => {
  const records = journalOf(
    { type: 'accepted', assignment: assignment(1, 'stage') },
    { type: 'rejected', epoch: 1, verdict: NO },
  );
  expect(reportsAfter(records, 0, { at: 0, boot: BOOT })).toMatchObject([{ state: 'failed', verdict: NO }]);
});

test('clean-up keeps the last three confirmed, the previous and the live generation', () => {
  const epochs = [1, 2, 3, 4].flatMap((epoch) =>
    confirmedEpoch(epoch, epoch === 1 ? digest('a') : bundleOf(epoch - 1)),
  );
  const kept = keptGenerations(recall(journalOf(ADOPTED, ...epochs)), digest('e'));
  expect(kept.toSorted()).toEqual([bundleOf(2), bundleOf(3), bundleOf(4), digest('e')].toSorted());
});

test('an orchestrator that has lost its memory is refused', () => {
  const memory = recall(journalOf({ type: 'accepted', assignment: assignment(7, 'stage') }));
  expect(refusal(memory, assignment(6, 'apply'))).toContain('below 7');
  expect(refusal(memory, assignment(7, 'apply', { bundle: digest('f') }))).toContain('another bundle');
  expect(refusal(memory, assignment(7, 'apply'))).toBeNull();
  expect(refusal(NO_MEMORY, assignment(1, 'stage'))).toBeNull();
});

test('unknown is never healthy', () => {
  const process = { pid: 1, startedAt: 1 };
  const daemon = { process, exits: 0, lastExit: null };
  const world = {
    live: null,
    daemon,
    boot: BOOT,
    evidence: NO_EVIDENCE,
    staged: null,
    spread: 0,
    restartAskedAt: null,
    reload: null,
  };
  const passed = {
    verdict: { verdict: 'pass', code: 'x', reason: '' },
    startedAt: 0,
    endedAt: 0,
    turn: 0,
    process,
    exits: 0,
  } as const;
  const seen = { ...world, evidence: { ...NO_EVIDENCE, rounds: [passed] } };
  expect(healthOf(world, 0).verdict).toBe('pending');
  expect(healthOf(seen, 1000).verdict).toBe('pass');
  expect(healthOf(seen, 31_000)).toMatchObject({ verdict: 'noData', code: 'health_stale' });
  expect(healthOf({ ...seen, daemon: { ...daemon, process: null } }, 1000).verdict).toBe('fail');
});

test('a reason is cut to what a message may carry, without control characters', () => {
  expect(clipped(fail('x', 'y'.repeat(5000))).reason).toHaveLength(2000);
  expect(clipped(fail('x', 'one\r\ntwo\u001b[2J')).reason).toBe('one two [2J');
});

test('of an epoch whose acceptance is lost nothing is told under the name of another, and it never begins again', () => {
  const records = journalOf(
    ADOPTED,
    ...confirmedEpoch(1, digest('a')),
    { type: 'soaking', epoch: 2 },
    { type: 'unexplained', generation: bundleOf(2), verdict: NO },
    { type: 'reverted', epoch: 2, verdict: NO },
  );
  const reports = reportsAfter(records, 6, { at: 2000, boot: BOOT });
  expect(reports).toEqual([]);
  const memory = recall(records);
  expect(memory).toMatchObject({ highestEpoch: 2, lastKnownGood: bundleOf(1) });
  expect(memory.change?.phase).toBe('reverted');
});

test('a generation found live without its intent is told as the failure of the epoch that it belongs to', () => {
  const accepted: JournalEntry = { type: 'accepted', assignment: assignment(1, 'stage') };
  const unexplained: JournalEntry = { type: 'unexplained', generation: bundleOf(1), verdict: NO };
  const reports = reportsAfter(journalOf(ADOPTED, accepted, unexplained), 0, { at: 2000, boot: BOOT });
  expect(reports).toMatchObject([{ state: 'failed', epoch: 1 }]);
});
