import type { Configuration, ConfiguredZone } from './configuration.ts';

/** How the files of two trees differ; paths relative to the tree. */
export interface FileDifference {
  added: readonly string[];
  removed: readonly string[];
  changed: readonly string[];
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

/** A zone of at most this many records fewer has not shrunk. */
export const HANDFUL = 5;

/** Whether nothing differs. */
export function sameFiles({ added, removed, changed }: FileDifference): boolean {
  return added.length + removed.length + changed.length === 0;
}

/** The zones of both configurations whose type, file or content differs. */
export function touchedZones(files: FileDifference, before: Configuration, now: Configuration): ZonePair[] {
  if (sameFiles(files)) return [];
  const old = new Map(before.zones.map((zone) => [keyOf(zone), zone] as const));
  const different = new Set([...files.added, ...files.removed, ...files.changed]);
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

/** Of the zones that a change touches, those whose records are to be counted: the others have none of their own. */
export function zonesToCount(pairs: readonly ZonePair[]): ZonePair[] {
  return pairs.filter(({ before, now }) => before.type === 'primary' && now.type === 'primary');
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
