import { type Digest, pass, RolloutId } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import type { ChangeStatus, ConsoleStatus } from '../../core/console-status.ts';
import { statusExit, statusText } from './text.ts';

const OLD = 'a'.repeat(64) as Digest;
const NEW = 'b'.repeat(64) as Digest;

const WELL: ConsoleStatus = {
  host: 'ns1.ams',
  agent: { pid: 7 },
  root: '/etc/named',
  generation: OLD,
  lastKnownGood: OLD,
  shouldRun: OLD,
  change: null,
  daemon: { running: true, pid: 8, upForMs: 5000, restarts: 0, lastExit: null },
  health: pass('answered', 'All 6 questions were answered as expected.'),
  healthAgeMs: 300,
  drift: { kind: 'none', reason: 'The live files are those that were recorded.' },
  journalDamage: null,
  journal: [],
};

const CHANGE: ChangeStatus = {
  epoch: 4,
  rollout: RolloutId.parse('r-4'),
  bundle: NEW,
  phase: 'soaking',
  sinceMs: 3000,
  pending: true,
  reason: null,
  deadlineInMs: 60_000,
};

const changed = (change: Partial<ChangeStatus>, more: Partial<ConsoleStatus> = {}): ConsoleStatus => ({
  ...WELL,
  change: { ...CHANGE, ...change },
  ...more,
});

/** The line that says what to do. */
const next = (status: ConsoleStatus): string => /^next +(.*)$/m.exec(statusText(status))?.[1] ?? '';

describe('what a person is told to do', () => {
  test('is nothing when all is well', () => {
    expect(next(WELL)).toBe('Nothing.');
    expect(statusExit(WELL)).toBe(0);
  });

  test('is to wait while the agent has a change in hand, in either direction', () => {
    expect(next(changed({}))).toContain('Wait, or give it up');
    expect(next(changed({ phase: 'reverting', deadlineInMs: null }))).toContain('going back by itself');
    expect(statusExit(changed({}))).toBe(1);
  });

  test('is to start the agent when nobody looks after an unconfirmed change', () => {
    for (const phase of ['soaking', 'failed', 'reverting'] as const) {
      expect(next(changed({ phase }, { agent: null }))).toContain('start the agent, or undo it');
    }
  });

  test('is to look at the disk when only the journal is damaged, which is not well', () => {
    const damaged = { ...WELL, journalDamage: 'damaged and left out: line 3' };
    expect(next(damaged)).toContain('Look at its disk');
    expect(statusExit(damaged)).toBe(1);
  });

  test('is to undo or keep what was changed by hand', () => {
    const drifted: ConsoleStatus = { ...WELL, drift: { kind: 'files', reason: 'named.conf was changed' } };
    expect(next(drifted)).toMatch(/repair.*adopt/);
    expect(statusExit(drifted)).toBe(1);
  });
});

test('answers that are not of this moment are shown with their age', () => {
  expect(statusText(WELL)).toMatch(/as expected\.$/m);
  expect(statusText({ ...WELL, healthAgeMs: 8200 })).toMatch(/as expected\. \(seen 8\.2s ago\)$/m);
});
