import type { Configuration, ConfiguredZone } from './configuration.ts';

/** How the files of two trees differ; paths relative to the tree. */
export interface FileDifference {
  added: readonly string[];
  removed: readonly string[];
  changed: readonly {
    path: string;
    /** How many bytes more it has; negative when it is smaller. */
    grewBy: number;
  }[];
}

/** A zone before and after a change. */
export interface ZoneChange {
  zone: ConfiguredZone;
  typeBefore: string;
  /** `null`: not counted. A number is `null` where that tree's zone cannot be loaded. */
  records: { before: number | null; now: number | null } | null;
}

/** The live tree against the staged one. */
export interface Difference {
  files: FileDifference;
  before: Configuration;
  now: Configuration;
  /** Zones in both, whose type, file or content is another one. */
  changed: readonly ZoneChange[];
}

/** A zone in both trees that a change touches: how it was, and how it will be. */
export interface ZonePair {
  before: ConfiguredZone;
  now: ConfiguredZone;
  /** `false`: the zone takes in other files (`$INCLUDE`), and only counting tells whether one of those differs. */
  certain: boolean;
}

/** So many zones are counted whatever their files look like; it takes 10 to 40 ms for each, in each tree. */
const COUNTED_AT_LEAST = 50;

/**
 * A zone of more than this many records fewer is looked at. Nobody writes a record in less than six bytes, so a file that
 * did not lose that much has not lost the records either (but for those in exchange for comments).
 */
export const HANDFUL = 5;
const BYTES_OF_A_HANDFUL = (HANDFUL + 1) * 6;

/** Whether nothing differs. */
export function sameFiles({ added, removed, changed }: FileDifference): boolean {
  return added.length + removed.length + changed.length === 0;
}

/** The zones of both configurations whose type, file or content differs. */
export function touchedZones(files: FileDifference, before: Configuration, now: Configuration): ZonePair[] {
  if (sameFiles(files)) return [];
  const old = new Map(before.zones.map((zone) => [keyOf(zone), zone] as const));
  const different = new Set([...files.added, ...files.removed, ...files.changed.map(({ path }) => path)]);
  const differs = (zone: ConfiguredZone, was: ConfiguredZone): boolean =>
    was.type !== zone.type || was.file !== zone.file || (zone.inTree !== null && different.has(zone.inTree));
  return now.zones.flatMap((zone) => {
    const was = old.get(keyOf(zone));
    if (was === undefined) return [];
    const certain = differs(zone, was);
    const alone = zone.selfContained && was.selfContained;
    return certain || !alone ? [{ before: was, now: zone, certain }] : [];
  });
}

/** Of the zones that a change touches, those whose records are to be counted: all, or where it could matter. */
export function zonesToCount(pairs: readonly ZonePair[], files: FileDifference): ZonePair[] {
  const grew = new Map(files.changed.map(({ path, grewBy }) => [path, grewBy] as const));
  const primaries = pairs.filter(({ before, now }) => before.type === 'primary' && now.type === 'primary');
  const couldShrink = ({ before, now }: ZonePair): boolean => {
    const moved = before.file !== now.file || now.inTree === null;
    const lost = -(grew.get(now.inTree ?? '') ?? 0);
    return moved || !now.selfContained || !before.selfContained || lost >= BYTES_OF_A_HANDFUL;
  };
  return primaries.filter((pair, index) => index < COUNTED_AT_LEAST || couldShrink(pair));
}

/** The zones that changed, once they are counted. @param records for each of `pairs`; `null`: not counted. */
export function changedZones(
  pairs: readonly ZonePair[],
  records: ReadonlyMap<ZonePair, ZoneChange['records']>,
): ZoneChange[] {
  return pairs.flatMap((pair) => {
    const counted = records.get(pair) ?? null;
    const changed = pair.certain || (counted !== null && counted.before !== counted.now);
    return changed ? [{ zone: pair.now, typeBefore: pair.before.type, records: counted }] : [];
  });
}

/** The views of a configuration; one without any has the view `_default`. */
export function viewsOf({ zones }: Configuration): Set<string> {
  return new Set(zones.map(({ view }) => view));
}

/** Tells the same zone in two views apart. */
export function keyOf({ name, view }: ConfiguredZone): string {
  return `${view} ${name}`;
}
