import { expect, test } from 'vitest';
import type { Configuration, ConfiguredZone } from './configuration.ts';
import { type Difference, touchedZones, zonesToCount } from './difference.ts';
import { judgeDifference } from './judge-difference.ts';

const zone = (name: string, more: Partial<ConfiguredZone> = {}): ConfiguredZone => ({
  name,
  type: 'primary',
  view: '_default',
  file: `/root/${name}`,
  inTree: name,
  format: 'text',
  selfContained: true,
  ...more,
});
const [A, B] = [zone('a.example'), zone('b.example')];
const configured = (zones: ConfiguredZone[], more: Partial<Configuration> = {}): Configuration => ({
  statements: 3,
  zones,
  listeners: ['listen-on { 192.0.2.1; }'],
  controls: ['inet 127.0.0.1'],
  ...more,
});
const NONE = { noChange: false, zonesRemoved: [] };
const FILES = { added: ['new'], removed: [], changed: ['a.example'] };

function judge(before: Configuration, now: Configuration, expectation = {}, more: Partial<Difference> = {}) {
  return judgeDifference({ files: FILES, before, now, changed: [], ...more }, { ...NONE, ...expectation });
}
const records = (before: number | null, now: number | null) => ({
  changed: [{ zone: A, typeBefore: 'primary', records: { before, now } }],
});

test.each([
  ['the same zones', [A, B], [A, B], {}, 'as_expected'],
  ['a new zone', [A], [A, B], {}, 'as_expected'],
  ['a zone that vanishes', [A, B], [A], {}, 'zone_removed_unannounced'],
  ['one that was announced', [A, B], [A], { zonesRemoved: ['B.Example.'] }, 'as_expected'],
  [
    'one where another was announced',
    [A, B],
    [A],
    { zonesRemoved: ['c.example'] },
    'zone_removed_unannounced',
  ],
  [
    'a primary that would come from elsewhere',
    [A, B],
    [A, zone('b.example', { type: 'secondary' })],
    {},
    'zone_type_changed',
  ],
  ['one that is forwarded', [A, B], [A, zone('b.example', { type: 'forward' })], {}, 'zone_type_changed'],
  [
    'one that would come from elsewhere in a view that is new',
    [A, B],
    [zone('a.example', { view: 'x' }), zone('b.example', { view: 'x', type: 'stub' })],
    {},
    'zone_type_changed',
  ],
  [
    'a secondary that is forwarded',
    [zone('c', { type: 'secondary' })],
    [zone('c', { type: 'forward', hasCopy: true })],
    {},
    'zone_type_changed',
  ],
  [
    'one of which there is a copy',
    [A, B],
    [A, zone('b.example', { type: 'secondary', hasCopy: true })],
    {},
    'as_expected',
  ],
  [
    'one that was announced',
    [A, B],
    [A, zone('b.example', { type: 'secondary' })],
    { zonesRemoved: ['b.example'] },
    'as_expected',
  ],
  ['a secondary that becomes primary', [zone('c', { type: 'secondary' })], [zone('c')], {}, 'as_expected'],
  [
    'a secondary that stays one',
    [zone('c', { type: 'secondary' })],
    [zone('c', { type: 'secondary' })],
    {},
    'as_expected',
  ],
  ['everything, announced', [A, B], [], { zonesRemoved: '*' }, 'as_expected'],
  ['everything, unannounced', [A, B], [], {}, 'configuration_emptied'],
  ['a change where none was expected', [A], [A], { noChange: true }, 'change_not_expected'],
  [
    'a zone that one of two views loses',
    [zone('a', { view: 'x' }), zone('a', { view: 'y' }), zone('b', { view: 'y' })],
    [zone('a', { view: 'x' }), zone('b', { view: 'y' })],
    {},
    'zone_removed_unannounced',
  ],
])('%s', (_, before, now, expectation, code) => {
  expect(judge(configured(before), configured(now), expectation).code).toBe(code);
});

test('a configuration without a statement, or without a listener, is never what was meant', () => {
  const anything = { zonesRemoved: '*' };
  const empty = configured([], { statements: 0, listeners: [], controls: [] });
  expect(judge(configured([A]), empty, anything).code).toBe('configuration_emptied');
  expect(judge(configured([A]), configured([A], { listeners: [] })).code).toBe('configuration_emptied');
});

test.each([
  ['14 of 20', 20, 6, 'zone_shrunk'],
  ['half', 20, 10, 'as_expected'],
  ['a handful', 6, 1, 'as_expected'],
  ['six of eight', 8, 2, 'zone_shrunk'],
  ['all of a zone that could not be loaded', null, 2, 'as_expected'],
  ['nobody knows how many', 20, null, 'zones_unreadable'],
])('a zone that loses %s of its records', (_, before, now, code) => {
  expect(judge(configured([A]), configured([A]), {}, records(before, now)).code).toBe(code);
  const announced = judge(
    configured([A]),
    configured([A]),
    { zonesRemoved: ['a.example'] },
    records(before, now),
  );
  expect(announced.code).toBe('as_expected');
});

test('says the difference in one line', () => {
  const now = configured([A, B], { controls: [] });
  expect(judge(configured([A]), now, {}, records(14, 15)).reason).toBe(
    '1 file changed, 1 added; zones: 1 added (b.example), 1 changed (a.example 14→15 records); ' +
      'control channels no longer there: inet 127.0.0.1, as expected.',
  );
});

test('a zone is touched when its file differs, or when it takes in others', () => {
  const names = (zones: ConfiguredZone[]) =>
    touchedZones(FILES, configured(zones), configured(zones)).map(({ now }) => now.name);
  expect(names([A, B])).toEqual(['a.example']);
  expect(names([A, zone('b.example', { selfContained: false })])).toEqual(['a.example', 'b.example']);
});

test('every primary zone that a change touches is counted, and no other kind', () => {
  const zones = Array.from({ length: 300 }, (_, n) => zone(`z${n}`));
  const others = [zone('copy', { type: 'secondary' }), zone('forward', { type: 'forward' })];
  const files = { added: [], removed: [], changed: [...zones, ...others].map(({ name }) => name) };
  const both = configured([...zones, ...others]);
  const counted = zonesToCount(touchedZones(files, both, both));
  expect(counted.map(({ now }) => now.name)).toEqual(zones.map(({ name }) => name));
});
