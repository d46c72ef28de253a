import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Duration, formatDuration, parseDuration } from './duration.ts';
import { faultsOf, refusals } from './testing/faults-of.ts';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST = 30 * UNITS.d;

describe('parseDuration', () => {
  test.each([
    ['0ms', 0],
    ['0s', 0],
    ['1ms', 1],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['30d', LONGEST],
    ['720h', LONGEST],
    ['2592000s', LONGEST],
    ['999999999ms', 999_999_999],
  ])('reads %s as %i milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    '',
    '10',
    's',
    'ms',
    '-1s',
    '+1s',
    '1.5s',
    '1,5s',
    '1e3s',
    '0x1s',
    '01s',
    '00s',
    ' 1s',
    '1s ',
    '1s\n',
    '1 s',
    '1S',
    '1M',
    '1sec',
    '1m30s',
    '4m 10s',
    '1w',
    '1y',
    '1us',
    '١s',
    'Infinitys',
    'NaNs',
    '31d',
    '721h',
    '2592001s',
    '1000000000ms',
    '9999999999999999999999d',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test('is the number times the unit up to 30 days, and refuses whatever is longer', () => {
    const anyUnit = fc.constantFrom(...(Object.keys(UNITS) as (keyof typeof UNITS)[]));
    fc.assert(
      fc.property(fc.nat(999_999_999), anyUnit, (n, unit) => {
        const ms = n * UNITS[unit];
        expect(parseDuration(`${n}${unit}`)).toBe(ms <= LONGEST ? ms : null);
      }),
    );
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0ms'],
    [0.4, '0ms'],
    [850, '850ms'],
    [999, '999ms'],
    [999.9, '1s'],
    [1000, '1s'],
    [1099, '1s'],
    [12_300, '12.3s'],
    [12_399, '12.3s'],
    [59_000, '59s'],
    [59_999, '59.9s'],
    [59_999.9, '1m'],
    [60_000, '1m'],
    [61_999, '1m 1s'],
    [250_000, '4m 10s'],
    [3_599_999, '59m 59s'],
    [3_600_000, '1h'],
    [3_659_999, '1h'],
    [7_500_000, '2h 5m'],
    [86_400_000, '24h'],
    [LONGEST, '720h'],
  ])('writes %d milliseconds as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('parseDuration gives back whatever was written in one whole unit', () => {
    const whole = fc.oneof(
      fc.nat(999),
      fc.integer({ min: 1, max: 59 }).map((n) => n * UNITS.s),
      fc.integer({ min: 1, max: 59 }).map((n) => n * UNITS.m),
      fc.integer({ min: 1, max: 720 }).map((n) => n * UNITS.h),
    );
    fc.assert(
      fc.property(whole, (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  test('never writes more than there is, and leaves out less than one of its smallest unit', () => {
    fc.assert(
      fc.property(fc.nat(LONGEST), (ms) => {
        const precision = ms < 1000 ? 1 : ms < UNITS.m ? 100 : ms < UNITS.h ? UNITS.s : UNITS.m;
        const written = formatDuration(ms)
          .split(' ')
          .map((part) => Math.round(Number.parseFloat(part) * UNITS[/[a-z]+/.exec(part)?.[0] as 'ms']))
          .reduce((sum, part) => sum + part, 0);
        expect(written).toBeLessThanOrEqual(ms);
        expect(ms - written).toBeLessThan(precision);
      }),
    );
  });
});

describe('Duration', () => {
  test('is read as milliseconds', () => {
    expect(Duration.parse('90s')).toBe(90_000);
  });

  test('names its own fault, and says how to write one', () => {
    const [fault, ...others] = faultsOf(Duration, '10');
    expect(fault).toMatchObject({ path: '', code: 'duration_invalid' });
    expect(fault?.message).toContain('"30s"');
    expect(others).toEqual([]);
  });

  test.each([[10], [null], [undefined], [['1s']], [{}]])('refuses %j, which is no text', (value) => {
    expect(refusals(Duration, value)).toEqual([' invalid_value']);
  });
});
