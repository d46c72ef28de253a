import { type Expect, fail, inconclusive, pass, type Verdict } from '@breakwater/shared';
import type { ConfiguredZone } from './configuration.ts';
import { type Difference, HANDFUL, keyOf, sameFiles, viewsOf, type ZoneChange } from './difference.ts';
import { isOwnZone } from './judge-baseline.ts';
import { mayVanish } from './plan-questions.ts';

const NAMED_AT_MOST = 20;
const SHOWN_AT_MOST = 5;

/**
 * Judges what a staged tree would change by what the submitter believes about it. An empty configuration passes every
 * checker and removes every zone and listener of a running daemon, so what is missing counts as much as what is wrong.
 */
export function judgeDifference(difference: Difference, expect: Expect): Verdict {
  if (expect.noChange && !sameFiles(difference.files)) {
    return fail('change_not_expected', `No change was expected, but ${inWords(difference)}.`);
  }
  return (
    emptied(difference, expect) ??
    unannounced(difference, expect) ??
    retyped(difference, expect) ??
    shrunk(difference, expect) ??
    pass('as_expected', `${capital(inWords(difference))}, as expected.`)
  );
}

function emptied({ before, now }: Difference, expect: Expect): Verdict | null {
  const gone = (what: string): Verdict =>
    fail(
      'configuration_emptied',
      `The staged configuration ${what}; is a file missing from the bundle, or empty?`,
    );
  if (before.statements > 0 && now.statements === 0) return gone('holds no statement at all');
  if (before.listeners.length > 0 && now.listeners.length === 0)
    return gone(`no longer says where to listen (before: ${list(before.listeners)})`);
  const kept = before.zones.filter((zone) => !mayVanish(zone.name, expect.zonesRemoved));
  if (kept.length > 1 && now.zones.length === 0)
    return gone(`has none of the ${before.zones.length} zones that are served now`);
  return null;
}

function unannounced(difference: Difference, expect: Expect): Verdict | null {
  const names = goneZones(difference)
    .filter((zone) => !mayVanish(zone.name, expect.zonesRemoved))
    .map(inView);
  if (names.length === 0) return null;
  const what = `zone${names.length > 1 ? 's' : ''} ${list(names, NAMED_AT_MOST)}`;
  return fail(
    'zone_removed_unannounced',
    `The change removes ${what} without expect.zonesRemoved saying so.`,
  );
}

/**
 * A zone that the host has served from its own data, and that the change makes depend on another server while there is no
 * copy of that server's data here: it is answered with SERVFAIL until a transfer succeeds, if one ever does.
 */
function retyped({ before, now }: Difference, expect: Expect): Verdict | null {
  const served = new Set(now.zones.filter((zone) => zone.type === 'primary').map(({ name }) => name));
  const had = before.zones.filter((zone) => isOwnZone(zone) && !served.has(zone.name));
  const lost = had.flatMap((zone) => {
    if (mayVanish(zone.name, expect.zonesRemoved)) return [];
    const found = now.zones.find(({ name, type }) => name === zone.name && type !== 'in-view');
    const kept =
      found === undefined || found.type === zone.type || (isOwnZone(found) && found.hasCopy === true);
    return kept ? [] : [`${inView(zone)} (${zone.type}→${found.type})`];
  });
  if (lost.length === 0) return null;
  return fail(
    'zone_type_changed',
    `The change takes the host's own records of ${list(lost, NAMED_AT_MOST)} away, and no copy of another server's is on this host; ` +
      'bring a copy first, or name the zone in expect.zonesRemoved.',
  );
}

function shrunk({ changed }: Difference, expect: Expect): Verdict | null {
  const watched = changed.filter(({ zone }) => !mayVanish(zone.name, expect.zonesRemoved));
  const uncounted = watched.filter(({ records }) => records !== null && records.now === null);
  if (uncounted.length > 0) {
    const names = list(uncounted.map(({ zone }) => inView(zone)));
    return inconclusive(
      'zones_unreadable',
      `The records of ${names} could not be counted in the staged tree.`,
    );
  }
  const lost = watched.filter(
    ({ records }) => records !== null && lostMost(records.before, records.now ?? 0),
  );
  if (lost.length === 0) return null;
  return fail(
    'zone_shrunk',
    `The change takes most records from ${list(lost.map(change), NAMED_AT_MOST)}; ` +
      'if that is meant, name the zone in expect.zonesRemoved.',
  );
}

/** A zone that could not be loaded before has nothing to lose. */
function lostMost(before: number | null, now: number): boolean {
  if (before === null) return false;
  return before - now > HANDFUL && before - now > before / 2;
}

/** Zones that no view has any more, or that a view has lost which is still there. */
function goneZones({ before, now }: Difference): ConfiguredZone[] {
  const names = new Set(now.zones.map(({ name }) => name));
  const keys = new Set(now.zones.map(keyOf));
  const views = viewsOf(now);
  return before.zones.filter(
    (zone) => !names.has(zone.name) || (views.has(zone.view) && !keys.has(keyOf(zone))),
  );
}

function addedZones({ before, now }: Difference): ConfiguredZone[] {
  const keys = new Set(before.zones.map(keyOf));
  return now.zones.filter((zone) => !keys.has(keyOf(zone)));
}

/** The difference in one line: "2 files changed, 1 added; zones: 1 added (…), 1 changed (example.com 14→15 records)". */
function inWords(difference: Difference): string {
  const { files, before, now, changed } = difference;
  if (sameFiles(files)) return `no file differs; ${now.zones.length} zones`;
  const counted = [
    [files.changed.length, 'changed'],
    [files.added.length, 'added'],
    [files.removed.length, 'removed'],
  ] as const;
  const [first, ...rest] = counted.filter(([count]) => count > 0);
  const fileWords = [
    `${first?.[0]} file${first?.[0] === 1 ? '' : 's'} ${first?.[1]}`,
    ...rest.map(([count, what]) => `${count} ${what}`),
  ].join(', ');
  const zoneWords = [
    some(addedZones(difference).map(inView), 'added'),
    some(goneZones(difference).map(inView), 'removed'),
    some(changed.map(change), 'changed'),
  ].filter((words) => words !== null);
  const missing = (was: readonly string[], is: readonly string[]): string[] =>
    was.filter((each) => !is.includes(each));
  const lostWords = [
    ['listeners', missing(before.listeners, now.listeners)],
    ['control channels', missing(before.controls, now.controls)],
  ] as const;
  return [
    fileWords,
    zoneWords.length === 0 ? `zones: all ${now.zones.length} as before` : `zones: ${zoneWords.join(', ')}`,
    ...lostWords
      .filter(([, gone]) => gone.length > 0)
      .map(([what, gone]) => `${what} no longer there: ${list(gone)}`),
  ].join('; ');
}

function some(names: readonly string[], what: string): string | null {
  return names.length === 0 ? null : `${names.length} ${what} (${list(names)})`;
}

function change({ zone, typeBefore, records }: ZoneChange): string {
  const type = typeBefore === zone.type ? '' : ` ${typeBefore}→${zone.type}`;
  const count = records === null ? '' : ` ${records.before ?? '?'}→${records.now ?? '?'} records`;
  return `${inView(zone)}${type}${count}`;
}

function inView({ name, view }: ConfiguredZone): string {
  return view === '_default' ? name : `${name} in view ${view}`;
}

function list(names: readonly string[], atMost = SHOWN_AT_MOST): string {
  const shown = names.slice(0, atMost).map((name) => (name.length > 80 ? `${name.slice(0, 80)}…` : name));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
