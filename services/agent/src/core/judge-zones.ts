import { type Expect, fail, pass, type Verdict } from '@breakwater/shared';
import type { Zone } from './baseline.ts';
import { mayVanish } from './plan-questions.ts';
import { normalName } from './rdata.ts';

/** What preflight compares: the live tree with the staged one. */
export interface Difference {
  zonesBefore: readonly Zone[];
  zonesNow: readonly Zone[];
  /** Whether both trees hold the same files with the same content. */
  sameFiles: boolean;
}

const NAMED_AT_MOST = 20;

/** Judges a staged tree by what the submitter believes about it. */
export function judgeZones({ zonesBefore, zonesNow, sameFiles }: Difference, expect: Expect): Verdict {
  if (expect.noChange && !sameFiles) {
    return fail(
      'change_not_expected',
      'No change was expected, but the staged files differ from the live ones.',
    );
  }
  const now = new Set(zonesNow.map((zone) => normalName(zone.name)));
  const gone = new Set(zonesBefore.map((zone) => normalName(zone.name))).difference(now);
  const unannounced = [...gone].filter((zone) => !mayVanish(zone, expect.zonesRemoved));
  if (unannounced.length > 0) {
    return fail(
      'zone_removed_unannounced',
      `The change removes ${zones(unannounced)} without expect.zonesRemoved saying so.`,
    );
  }
  return pass(
    'zones_as_expected',
    `The staged tree configures ${now.size} zones and removes ${gone.size}, as expected.`,
  );
}

function zones(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_AT_MOST).join(', ');
  const more = names.length - NAMED_AT_MOST;
  return `zone${names.length > 1 ? 's' : ''} ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}
