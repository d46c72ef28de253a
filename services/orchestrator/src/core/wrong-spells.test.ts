import { fail, noData } from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import type { HostRow } from './rollout.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';
import { closed, opened } from './wrong-spells.ts';

const wrong = fail('wrong_rcode', 'SERVFAIL');
const lost = fail('host_silent', 'it says nothing');

function row(wrongSpells: HostRow['wrong'] = [], grantedAt: number | null = 1): HostRow {
  const [planned] = Object.values(rolloutOver(evenFleet(['ams'], 3)).hosts);
  if (!planned) throw new Error('a plan without hosts');
  return { ...planned, grantedAt, wrong: wrongSpells };
}

describe('the time in which a host answers wrongly', () => {
  test('begins when it was seen, and ends when the host has proved that it is well', () => {
    const open = opened(row(), wrong, 100);
    expect(open).toEqual([{ from: 100, until: null }]);
    expect(closed(open, 'reverting', 150)).toBe(open);
    expect(closed(open, 'reverted', 200)).toEqual([{ from: 100, until: 200 }]);
  });

  test('is not begun by a host that was never granted the change, nor by one that was only called back', () => {
    expect(opened(row([], null), wrong, 100)).toEqual([]);
    expect(opened(row(), fail('called_back', 'stopped'), 100)).toEqual([]);
  });

  test('has an unknown beginning where nobody saw it, until the host says it itself', () => {
    const open = opened(row(), lost, 100);
    expect(open).toEqual([{ from: null, until: null }]);
    expect(opened(row(open), noData('a_reason_to_come', 'x'), 110)).toBe(open);
    expect(opened(row(open), wrong, 50)).toEqual([{ from: 50, until: null }]);
    expect(closed(open, 'reverted', 200)).toEqual([{ from: null, until: 200 }]);
  });

  test('keeps its first beginning, and a second one is a spell of its own', () => {
    const open = opened(row(), wrong, 100);
    expect(opened(row(open), wrong, 120)).toBe(open);
    expect(opened(row(closed(open, 'reverted', 130)), wrong, 200)).toEqual([
      { from: 100, until: 130 },
      { from: 200, until: null },
    ]);
  });

  test('never ends before it began, however the reports are dated', () => {
    expect(closed([{ from: 100, until: null }], 'reverted', 90)).toEqual([{ from: 100, until: 100 }]);
  });
});
