import { fail, pass } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { announcedSwitch } from './helper-rule.ts';
import type { JournalEntry, JournalRecord } from './journal-entry.ts';
import { assignment, bundleOf, digest } from './testing/examples.ts';

const OLD = digest('a');
const NEW = bundleOf(1);
const process = { pid: 1, startedAt: 1 };
const BOOT = 'boot-1';

const ADOPTED: JournalEntry = { type: 'adopted', generation: OLD };
const ACCEPTED: JournalEntry = { type: 'accepted', assignment: assignment(1, 'apply') };
const READY: JournalEntry = { type: 'ready', epoch: 1, verdict: pass('x', 'y') };
const APPLYING: JournalEntry = { type: 'applying', epoch: 1, previous: OLD, baseline: [], process };
const RESTARTING: JournalEntry = { type: 'restarting', epoch: 1, process, exits: 0 };
const REVERTING: JournalEntry = { type: 'reverting', epoch: 1, verdict: fail('x', 'y'), process };

function announcedBy(entries: readonly JournalEntry[], boot = BOOT): string | null {
  const records = entries.map((entry, at): JournalRecord => ({ ...entry, seq: at + 1, at, boot: BOOT }));
  return announcedSwitch(records, boot).switchTo;
}

describe('the root link may be switched', () => {
  test('forward, while the intent to do so stands', () => {
    expect(announcedBy([ADOPTED, ACCEPTED, READY, APPLYING])).toBe(NEW);
    expect(announcedBy([ADOPTED, ACCEPTED, READY])).toBeNull();
    expect(announcedBy([ADOPTED, ACCEPTED, READY, APPLYING, RESTARTING])).toBeNull();
    expect(announcedBy([])).toBeNull();
  });

  test('back, from the intent to do so, and after a reboot in any case', () => {
    expect(announcedBy([ADOPTED, ACCEPTED, READY, APPLYING, RESTARTING, REVERTING])).toBe(OLD);
    expect(announcedBy([ADOPTED, ACCEPTED, READY, APPLYING], 'boot-2')).toBe(OLD);
    expect(announcedBy([ADOPTED, ACCEPTED, READY, APPLYING, RESTARTING], 'boot-2')).toBe(OLD);
  });

  test('back also with a damaged journal, and forward only with every step of the change', () => {
    expect(announcedBy([ADOPTED, ACCEPTED, RESTARTING, REVERTING])).toBe(OLD);
    expect(announcedBy([ADOPTED, ACCEPTED, APPLYING])).toBeNull();
    const failed: JournalEntry = { ...READY, verdict: fail('x', 'y') };
    expect(announcedBy([ADOPTED, ACCEPTED, failed, APPLYING])).toBeNull();
  });

  test('to nothing that is no digest, and a record that no agent writes is no reason to fall over', () => {
    const forged = { ...APPLYING, previous: '../../etc' } as unknown as JournalEntry;
    expect(announcedBy([ADOPTED, ACCEPTED, READY, forged], 'boot-2')).toBeNull();
    const odd = { type: 'accepted', assignment: null } as unknown as JournalEntry;
    expect(announcedBy([ADOPTED, odd, READY, APPLYING])).toBeNull();
  });
});
