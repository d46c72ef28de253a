import { pass } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from './journal-entry.ts';
import { type Change, isLegal, isPending, type Memory, remember } from './memory.ts';
import { assignment, digest } from './testing/examples.ts';
import { PHASES, type Phase, phaseAfter, TRANSITIONS } from './transitions.ts';

const VERDICT = pass('fine', 'Fine.');
const PROCESS = { pid: 1, startedAt: 2 };
const OLD = digest('a');

const ENTRIES: JournalEntry[] = [
  { type: 'accepted', assignment: assignment(2, 'stage') },
  { type: 'ready', epoch: 1, verdict: VERDICT },
  { type: 'rejected', epoch: 1, verdict: VERDICT },
  { type: 'applying', epoch: 1, previous: OLD, baseline: [], process: PROCESS },
  { type: 'restarting', epoch: 1, process: PROCESS, exits: 0 },
  { type: 'reloading', epoch: 1, process: PROCESS, exits: 0 },
  { type: 'verifying', epoch: 1, process: PROCESS },
  { type: 'soaking', epoch: 1 },
  { type: 'soaked', epoch: 1, verdict: VERDICT },
  { type: 'confirmed', epoch: 1 },
  { type: 'unhealthy', epoch: 1, verdict: VERDICT, seenAt: 0 },
  { type: 'failed', epoch: 1, verdict: VERDICT, seenAt: 0 },
  { type: 'reverting', epoch: 1, verdict: VERDICT, process: PROCESS },
  { type: 'reverted', epoch: 1, verdict: VERDICT },
  { type: 'revertFailed', epoch: 1, verdict: VERDICT },
];

function memoryIn(phase: Phase): Memory {
  const moment = { at: 0, boot: 'b' };
  const change: Change = {
    assignment: assignment(1, 'apply'),
    phase,
    since: moment,
    swap: { previous: OLD, baseline: [], ...moment },
    restart: null,
    process: null,
    cause: null,
    unhealthy: null,
  };
  return { highestEpoch: 1, confirmed: [OLD], lastKnownGood: OLD, change };
}

describe.each(PHASES)('in %s', (phase) => {
  test.each(ENTRIES)('$type is legal exactly when the table says so, and leads where it says', (entry) => {
    const memory = memoryIn(phase);
    const legal = TRANSITIONS[phase].includes(entry.type);
    expect(isLegal(memory, entry)).toBe(legal);
    if (!legal) return;
    const after = remember(memory, { ...entry, seq: 1, at: 1, boot: 'b' });
    expect(after.change?.phase).toBe(phaseAfter(phase, entry.type));
  });
});

test('nothing that has failed leads to applying again', () => {
  const reachable = new Set<Phase>();
  const visit = (phase: Phase): void => {
    if (reachable.has(phase)) return;
    reachable.add(phase);
    // A new epoch is a new attempt.
    for (const type of TRANSITIONS[phase]) {
      const next = phaseAfter(phase, type);
      if (type !== 'accepted' && next !== 'none') visit(next);
    }
  };
  visit('failed');
  expect([...reachable].toSorted()).toEqual(['failed', 'revertFailed', 'reverted', 'reverting']);
});

test('every phase of a switched link must end before a new epoch begins', () => {
  const open = PHASES.filter(
    (phase) => isPending(memoryIn(phase).change!) && TRANSITIONS[phase].includes('accepted'),
  );
  // In applying the link itself tells; the decision looks at it.
  expect(open).toEqual(['applying']);
});

test('an entry of another epoch is never legal', () => {
  expect(isLegal(memoryIn('soaked'), { type: 'confirmed', epoch: 2 })).toBe(false);
  expect(isLegal(memoryIn('reverted'), { type: 'accepted', assignment: assignment(1, 'apply') })).toBe(false);
});
