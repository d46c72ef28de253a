import { fail } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { entryOfGuard, generationToStart } from './boot-guard.ts';
import type { JournalEntry, JournalRecord } from './journal-entry.ts';
import { type Memory, recall } from './memory.ts';
import { assignment, bundleOf, digest, level } from './testing/examples.ts';
import { HostModel } from './testing/host-model.ts';

const OLD = digest('a');
const NEW = bundleOf(1);
const process = { pid: 1, startedAt: 1 };
const verdict = fail('x', 'y');

const STEPS: JournalEntry[] = [
  { type: 'adopted', generation: OLD },
  { type: 'accepted', assignment: assignment(1, 'apply') },
  { type: 'ready', epoch: 1, verdict },
  { type: 'applying', epoch: 1, previous: OLD, baseline: [], process },
  { type: 'restarting', epoch: 1, process, exits: 0 },
  { type: 'verifying', epoch: 1, process },
  { type: 'soaking', epoch: 1 },
  { type: 'soaked', epoch: 1, verdict },
  { type: 'confirmed', epoch: 1 },
];

function memoryOf(entries: readonly JournalEntry[]): Memory {
  return recall(entries.map((entry, at): JournalRecord => ({ ...entry, seq: at + 1, at, boot: 'boot-1' })));
}

function upTo(type: JournalEntry['type']): JournalEntry[] {
  return STEPS.slice(0, STEPS.findIndex((step) => step.type === type) + 1);
}

const PENDING = ['applying', 'restarting', 'verifying', 'soaking', 'soaked'] as const;
const same = { live: NEW, absent: false, boot: 'boot-1', agentAlive: true };
const rebooted = { ...same, boot: 'boot-2' };
const noAgent = { ...same, agentAlive: false };

describe('before the daemon starts', () => {
  test.each(PENDING)('%s: back after a reboot and without an agent, and only then', (phase) => {
    const memory = memoryOf(upTo(phase));
    expect(generationToStart(memory, same)).toBeNull();
    expect(generationToStart(memory, rebooted)).toBe(OLD);
    expect(generationToStart(memory, noAgent)).toBe(OLD);
    expect(generationToStart(memory, { ...noAgent, live: OLD })).toBeNull();
    expect(entryOfGuard(memory, same, 7)).toMatchObject({
      type: 'failed',
      verdict: { code: 'agent_not_running' },
    });
    expect(entryOfGuard(memory, rebooted, 7)).toMatchObject({
      type: 'failed',
      verdict: { code: 'rebooted' },
    });
  });

  test('a change that is given up goes back also while an agent lives', () => {
    const failed = memoryOf([...upTo('soaking'), { type: 'failed', epoch: 1, verdict, seenAt: 0 }]);
    expect(generationToStart(failed, same)).toBe(OLD);
    expect(entryOfGuard(failed, same, 7)).toBeNull();
  });

  test('a confirmed generation stays, whatever happened', () => {
    const memory = memoryOf(STEPS);
    for (const start of [same, rebooted, noAgent]) expect(generationToStart(memory, start)).toBeNull();
  });

  test('an empty journal changes nothing: it may be the first contact', () => {
    for (const start of [same, rebooted, noAgent]) expect(generationToStart(memoryOf([]), start)).toBeNull();
  });

  test('a damaged intent, and so nothing to say what was before, still leads to the last known good', () => {
    const memory = memoryOf(STEPS.slice(0, 6).filter(({ type }) => type !== 'applying'));
    expect(generationToStart(memory, noAgent)).toBe(OLD);
    expect(entryOfGuard(memory, same, 7)).toMatchObject({
      type: 'failed',
      verdict: { code: 'journal_inconsistent', reason: expect.stringContaining('damaged') as string },
    });
  });

  test('a link that is gone is made again, with an agent and without, and not before there is a way back', () => {
    for (const start of [same, rebooted, noAgent]) {
      const gone = { ...start, live: null, absent: true };
      expect(generationToStart(memoryOf(STEPS), gone)).toBe(NEW);
      expect(generationToStart(memoryOf([]), gone)).toBeNull();
    }
    expect(generationToStart(memoryOf(upTo('soaking')), { ...noAgent, live: null, absent: true })).toBe(OLD);
  });

  test('a generation that no record explains is not started, watched or not, and a link made by hand is left alone', () => {
    const memory = memoryOf(upTo('adopted'));
    for (const start of [same, rebooted, noAgent]) {
      expect(generationToStart(memory, start)).toBe(OLD);
      expect(entryOfGuard(memory, start, 7)).toMatchObject({ type: 'unexplained', generation: NEW });
      expect(generationToStart(memory, { ...start, live: null })).toBeNull();
    }
  });
});

test.each(['absence', 'reboot'] as const)(
  'an epoch whose link was switched and put back again is not tried a second time (%s)',
  (what) => {
    const host = new HostModel(OLD, () => 'good');
    for (let steps = 0; steps < 1000 && host.live !== NEW; steps += 1) {
      host.level = level(1, 'apply', host.now);
      const next = host.next();
      if (next.do === 'wait') host.pass(next.forMs);
      else host.perform(next);
    }
    expect(host.journal.at(-1)?.type).toBe('applying');
    host.kill();
    if (what === 'reboot') host.reboot();
    else host.absence(2000);
    expect([host.runs, host.live]).toEqual([OLD, OLD]);
    host.level = level(1, 'apply', host.now);
    host.run(20_000);
    expect(host.memory.change?.phase).toBe('reverted');
    expect(host.switches.filter(({ to }) => to === NEW)).toHaveLength(1);
    expect(host.faults).toEqual([]);
  },
);
