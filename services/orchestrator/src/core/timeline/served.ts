import type { HostId } from '@breakwater/shared';
import { inFlight } from '../host-row.ts';
import { type HostRow, type Rollout, waveName, waveOf } from '../rollout.ts';

/** A time in which a host answered wrongly because of a rollout; what is `null` is not known, or not over. */
export interface ServedWrongly {
  host: HostId;
  wave: string;
  from: number | null;
  until: number | null;
  /** `null` where an end is missing: an interval that is not known is never 0. */
  ms: number | null;
  /** `over`: both ends are known. `still`: it has begun, and no host has said that it is over. `unknown`: nobody saw it begin. */
  known: 'over' | 'still' | 'unknown';
}

export interface Served {
  spells: readonly ServedWrongly[];
  /** How many hosts are known to have answered wrongly. */
  hosts: number;
  /** The sum of all intervals that are known. */
  knownMs: number;
  /** How many intervals are not known, or not over. */
  unknown: number;
}

/** Where the times come from, and what they leave out: whoever publishes them publishes that with them. */
export const DERIVED =
  'From the first observation that a changed host answers wrongly, or not at all (its own checks several times a second, and those of other hosts), until it proved that the right answers are back.';
export const NOT_KNOWN: readonly string[] = [
  'How many questions of clients fell into these intervals: only the name servers’ own logs have that.',
  'The moments in which a daemon was restarted: they are no fault, and they are not counted.',
  'What happened between two checks of a host, and what no check asks for.',
];

/** Which hosts answered wrongly because of a rollout, when, and for how long. */
export function servedWrongly(rollout: Rollout): Served {
  const spells = Object.values(rollout.hosts).flatMap((row) => spellsOf(rollout, row));
  const ordered = spells.toSorted((a, b) => (a.from ?? Infinity) - (b.from ?? Infinity));
  const seen = ordered.filter(({ known }) => known !== 'unknown');
  return {
    spells: ordered,
    hosts: new Set(seen.map(({ host }) => host)).size,
    knownMs: ordered.reduce((sum, { ms }) => sum + (ms ?? 0), 0),
    unknown: ordered.filter(({ ms }) => ms === null).length,
  };
}

function spellsOf(rollout: Rollout, row: HostRow): ServedWrongly[] {
  const place = { host: row.id, wave: waveName(waveOf(rollout, row.id)) };
  const spells = row.wrong.map(({ from, until }): ServedWrongly => {
    if (from === null) return { ...place, from, until, ms: null, known: 'unknown' };
    if (until === null) return { ...place, from, until, ms: null, known: 'still' };
    return { ...place, from, until, ms: until - from, known: 'over' };
  });
  const unseen = spells.length === 0 && row.failure !== null && inFlight(row);
  // In flight and failed, and nobody said by what it answers: that is not the same as well.
  return unseen ? [{ ...place, from: null, until: null, ms: null, known: 'unknown' }] : spells;
}
