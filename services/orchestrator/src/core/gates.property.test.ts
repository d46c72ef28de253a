import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Drive } from './testing/drive.ts';
import { BAD, canaryOf, gated, GOOD, measure, NOTHING, SOAK, soaking, UNCLEAR } from './testing/gated.ts';

const KINDS = { GOOD, BAD, NOTHING, UNCLEAR, SILENCE: null } as const;
type Kind = keyof typeof KINDS;

/** What a canary's gate has told so far, counted apart from the code that is tested. */
class Tally {
  passedAt = -1;
  toldAt: number;
  missed = 0;

  constructor(begunAt: number) {
    this.toldAt = begunAt;
  }

  note(kind: Kind, now: number): void {
    if (kind === 'GOOD') this.passedAt = now;
    if (kind === 'BAD') this.missed += 1;
    if (kind === 'GOOD' || kind === 'BAD') this.toldAt = now;
  }
}

/** One second: the canary says that it has soaked, and what is due is measured. */
function second(drive: Drive, tally: Tally, kind: Kind): void {
  const canary = canaryOf(drive);
  drive.wait(1000);
  const row = drive.row(canary);
  if (row.state === 'soaking' && !row.soaked) drive.report(canary, 'soaked');
  const verdict = KINDS[kind];
  if (row.confirming || verdict === null) return;
  const before = drive.rollout.gates['canary']?.[0]?.at;
  measure(drive, verdict);
  if (drive.rollout.gates['canary']?.[0]?.at !== before) tally.note(kind, drive.now);
}

type End = 'kept' | 'failed' | 'unclear' | 'open';

function play(seconds: readonly Kind[], tolerate: number): End {
  const drive = soaking(gated({ during: ['canary', 'datacenter', 'global'], tolerate }));
  const tally = new Tally(drive.now);
  for (const kind of seconds) {
    second(drive, tally, kind);
    if (drive.row(canaryOf(drive)).confirming) {
      expect(tally.passedAt).toBeGreaterThanOrEqual(SOAK - 10_000);
      expect(drive.now - tally.passedAt).toBeLessThanOrEqual(30_000);
      expect(tally.missed).toBeLessThanOrEqual(tolerate);
      return 'kept';
    }
    if (drive.rollout.state !== 'halted') continue;
    if (drive.rollout.verdict.code === 'gate_failed') {
      expect(tally.missed).toBeGreaterThan(tolerate);
      return 'failed';
    }
    expect(drive.rollout.verdict.code).toBe('gate_unclear');
    expect(drive.now - tally.toldAt).toBeGreaterThanOrEqual(70_000);
    return 'unclear';
  }
  expect(tally.missed).toBeLessThanOrEqual(tolerate);
  return 'open';
}

test('no host is kept without a gate that passed at the end of its soak, whatever is measured, and every failure halts', () => {
  const kind = fc.constantFrom<Kind[]>('GOOD', 'GOOD', 'GOOD', 'BAD', 'NOTHING', 'UNCLEAR', 'SILENCE');
  const spell = fc.tuple(kind, fc.integer({ min: 1, max: 60 }));
  const history = fc
    .array(spell, { maxLength: 12 })
    .map((spells) => spells.flatMap(([one, length]) => Array.from({ length }, () => one)));
  const ends: Record<End, number> = { kept: 0, failed: 0, unclear: 0, open: 0 };
  fc.assert(
    fc.property(history, fc.integer({ min: 0, max: 3 }), (seconds, tolerate) => {
      ends[play(seconds, tolerate)] += 1;
    }),
    { seed: 7, numRuns: 300 },
  );
  expect(Object.values(ends).every((count) => count > 10)).toBe(true);
});
