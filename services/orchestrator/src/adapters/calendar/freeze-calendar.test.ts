import { describe, expect, test } from 'vitest';
import { freezeCalendar } from './freeze-calendar.ts';
import { FreezeWindows } from './settings.ts';

const AMSTERDAM = { name: 'quiet', timeZone: 'Europe/Amsterdam' };
const at = (iso: string): number => Date.parse(iso);
const calendar = (...windows: object[]) => freezeCalendar(FreezeWindows.parse(windows));
const weekly = (days: string[], from: string, to: string) =>
  calendar({ ...AMSTERDAM, weekly: { days, from, to } });

/** When a window is in force, found by asking every five minutes. */
function spans(windows: ReturnType<typeof calendar>, from: string, to: string): string[] {
  const times: string[] = [];
  let was = false;
  for (let now = at(from); now < at(to); now += 300_000) {
    const is = windows.freezeAt(now) !== null;
    if (is !== was) times.push(new Date(now).toISOString().slice(5, 16));
    was = is;
  }
  return times;
}

describe('a window of every week', () => {
  test('is in force on its days, from its first moment until just before its last', () => {
    const office = weekly(['mon'], '09:00', '17:00');
    expect(office.freezeAt(at('2026-11-23T07:59:59Z'))).toBeNull();
    expect(office.freezeAt(at('2026-11-23T08:00:00Z'))).toEqual({
      name: 'quiet',
      until: at('2026-11-23T16:00:00Z'),
      reason: 'frozen by quiet until 2026-11-23T17:00:00+01:00 (Europe/Amsterdam)',
    });
    expect(office.freezeAt(at('2026-11-23T16:00:00Z'))).toBeNull();
    expect(office.freezeAt(at('2026-11-24T10:00:00Z'))).toBeNull();
  });

  test('that goes over midnight belongs to the day on which it begins', () => {
    const night = weekly(['fri'], '22:00', '06:00');
    expect(spans(night, '2026-11-19T00:00Z', '2026-11-23T00:00Z')).toEqual(['11-20T21:00', '11-21T05:00']);
    expect(night.freezeAt(at('2026-11-21T03:00Z'))?.until).toBe(at('2026-11-21T05:00Z'));
  });

  test('whole days that follow each other are one wait', () => {
    const weekend = weekly(['sat', 'sun'], '00:00', '24:00');
    expect(weekend.freezeAt(at('2026-11-21T12:00Z'))?.until).toBe(at('2026-11-22T23:00Z'));
    expect(weekend.freezeAt(at('2026-11-22T23:00Z'))).toBeNull();
  });

  test('that never ends is told all the same', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    expect(weekly(days, '00:00', '24:00').freezeAt(at('2026-11-21T12:00Z'))).not.toBeNull();
  });
});

describe('when the clocks of Amsterdam are changed', () => {
  test('a window stays at the same local time, summer and winter', () => {
    const office = weekly(['mon'], '09:00', '17:00');
    const found = [
      spans(office, '2026-03-22T00:00Z', '2026-03-24T00:00Z'),
      spans(office, '2026-03-29T00:00Z', '2026-03-31T00:00Z'),
    ];
    expect(found).toEqual([
      ['03-23T08:00', '03-23T16:00'],
      ['03-30T07:00', '03-30T15:00'],
    ]);
  });

  test('a window over the hour that is left out ends when the clocks say so', () => {
    expect(spans(weekly(['sat'], '22:00', '06:00'), '2026-03-28T00:00Z', '2026-03-30T00:00Z')).toEqual([
      '03-28T21:00',
      '03-29T04:00',
    ]);
  });

  test('a window within the hour that is left out does not vanish', () => {
    expect(spans(weekly(['sun'], '02:15', '02:45'), '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual([
      '03-29T00:15',
      '03-29T01:45',
    ]);
  });

  test('a window within the hour that comes twice is in force from the first until the second', () => {
    expect(spans(weekly(['sun'], '02:15', '02:45'), '2026-10-24T12:00Z', '2026-10-25T12:00Z')).toEqual([
      '10-25T00:15',
      '10-25T01:45',
    ]);
  });

  test('a single window over both changes keeps its local times', () => {
    const once = { from: '2026-03-01T12:00', to: '2026-11-01T12:00' };
    const summer = calendar({ ...AMSTERDAM, once });
    expect(spans(summer, '2026-03-01T09:00Z', '2026-03-01T15:00Z')).toEqual(['03-01T11:00']);
    expect(summer.freezeAt(at('2026-07-01T00:00Z'))?.until).toBe(at('2026-11-01T11:00Z'));
  });
});

test('of windows in force the one that ends last is named, and one that follows at once is waited for too', () => {
  const both = calendar(
    { ...AMSTERDAM, weekly: { days: ['mon'], from: '09:00', to: '17:00' } },
    { name: 'year end', timeZone: 'UTC', once: { from: '2026-12-20T00:00', to: '2027-01-04T08:00' } },
  );
  expect(both.freezeAt(at('2026-12-21T10:00Z'))).toMatchObject({ name: 'year end' });
  expect(both.freezeAt(at('2027-01-04T07:30Z'))).toMatchObject({
    name: 'year end',
    until: at('2027-01-04T16:00Z'),
  });
});

test('the window that begins next is found, of weekly ones within eight days', () => {
  const both = calendar(
    { ...AMSTERDAM, weekly: { days: ['mon'], from: '09:00', to: '17:00' } },
    { name: 'year end', timeZone: 'UTC', once: { from: '2026-12-20T00:00', to: '2027-01-04T08:00' } },
  );
  const monday = { name: 'quiet', from: at('2026-11-30T08:00Z'), until: at('2026-11-30T16:00Z') };
  // In the middle of one, the next is that of the week after.
  expect(both.nextFreeze(at('2026-11-23T10:00Z'))).toEqual(monday);
  expect(both.nextFreeze(at('2026-12-15T00:00Z'))).toMatchObject({ name: 'year end' });
  expect(calendar().nextFreeze(at('2026-11-23T10:00Z'))).toBeNull();
});
