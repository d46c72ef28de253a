import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareNames,
  DatacenterName,
  Digest,
  Epoch,
  GroupName,
  HostId,
  LabelName,
  Labels,
  OperatorName,
  RolloutId,
} from './ids.ts';
import { faultsOf, refusals } from './testing/faults-of.ts';

const NAMES = { HostId, DatacenterName, GroupName, OperatorName, LabelName };
const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

describe.each(Object.entries(NAMES))('%s', (_, schema) => {
  test.each(['a', '7', 'ns1', 'ns1.ams-2.example', 'a'.repeat(63), 'xn--nxasmq6b', '192.0.2.1'])(
    'accepts %s',
    (name) => {
      expect(accepts(schema, name)).toBe(true);
    },
  );

  test.each([
    ['nothing', ''],
    ['a property of every object', 'constructor'],
    ['64 characters', 'a'.repeat(64)],
    ['upper case', 'NS1'],
    ['a hyphen in front', '-ns1'],
    ['a hyphen behind', 'ns1-'],
    ['a dot in front', '.ns1'],
    ['a dot behind', 'ns1.'],
    ['the folder above', '..'],
    ['a slash', 'ns1/ams'],
    ['an underscore', 'ns_1'],
    ['a space', 'ns 1'],
    ['a line break behind', 'ns1\n'],
    ['a NUL', 'ns1\0'],
    ['a colon, which separates keys in Redis', 'ns1:2'],
    ['a Cyrillic look-alike', 'n\u04551'],
    ['a full-width look-alike', '\uff4es1'],
    ['a letter that becomes ASCII in lower case (Kelvin sign)', '\u212a1'],
    ['a combining accent', 'ns1\u0301a'],
    ['an invisible joiner', 'ns\u200d1'],
    ['a digit of another script', 'ns\u0661'],
    ['a number', 1],
    ['null', null],
  ])('refuses %s', (_why, name) => {
    expect(refusals(schema, name)).toEqual([' invalid_value']);
  });

  test('is only ever lower-case ASCII that is safe in file names and keys', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.stringMatching(/^[a-z0-9A_.-]{0,70}$/)),
        (text) => {
          expect(accepts(schema, text)).toBe(/^[a-z0-9.-]{1,63}$/.test(text) && !/^[.-]|[.-]$/.test(text));
        },
      ),
    );
  });
});

describe('RolloutId', () => {
  test.each(['r-1', 'r-42', `r-${'9'.repeat(15)}`])('accepts %s', (id) => {
    expect(accepts(RolloutId, id)).toBe(true);
  });

  test.each([
    'r-0',
    'r-01',
    'r-',
    'r42',
    '42',
    'R-1',
    'r--1',
    'r-1.5',
    'r-1 ',
    `r-1${'0'.repeat(15)}`,
    'r-١',
  ])('refuses %s', (id) => {
    expect(accepts(RolloutId, id)).toBe(false);
  });
});

describe('Digest', () => {
  test.each([
    ['64 hexadecimal digits', '0123456789abcdef'.repeat(4), true],
    ['63 of them', 'a'.repeat(63), false],
    ['65 of them', 'a'.repeat(65), false],
    ['upper case, which would be a second name of the same bundle', 'A'.repeat(64), false],
    ['another letter', 'g'.repeat(64), false],
    ['a line break behind', `${'a'.repeat(64)}\n`, false],
    ['a path', `../${'a'.repeat(61)}`, false],
  ])('%s', (_, digest, accepted) => {
    expect(accepts(Digest, digest)).toBe(accepted);
  });
});

test.each([
  [0, true],
  [1, true],
  [Number.MAX_SAFE_INTEGER, true],
  [-1, false],
  [1.5, false],
  [Number.MAX_SAFE_INTEGER + 1, false],
  [Number.NaN, false],
  [Number.POSITIVE_INFINITY, false],
  ['1', false],
])('an epoch of %j is accepted: %j', (epoch, accepted) => {
  expect(accepts(Epoch, epoch)).toBe(accepted);
});

describe('Labels', () => {
  test('are names with values of 1 to 100 characters', () => {
    expect(Labels.parse({ role: 'canary', 'tier.of-host': 'x'.repeat(100) })).toEqual({
      role: 'canary',
      'tier.of-host': 'x'.repeat(100),
    });
  });

  test('each fault is at its label, with the slash of its name escaped', () => {
    expect(refusals(Labels, { a: '', b: 'x'.repeat(101), 'C/d': 'x', e: 1, f: 'fine' }).toSorted()).toEqual([
      '/C~1d invalid_value',
      '/a invalid_value',
      '/b invalid_value',
      '/e invalid_value',
    ]);
  });

  test('the fault of a name says what a name is', () => {
    expect(faultsOf(Labels, { 'A b': 'x' })[0]?.message).toContain(
      'a label name is 1 to 63 lower-case letters',
    );
  });
});

describe('compareNames', () => {
  test('puts ns2 before ns10', () => {
    const names = ['ns10.ams', 'ns2.ams', 'ns1.fra', 'ns1.ams', 'b', 'a'];
    expect(names.toSorted(compareNames)).toEqual(['a', 'b', 'ns1.ams', 'ns1.fra', 'ns2.ams', 'ns10.ams']);
  });

  test('two names that differ are never equal, so that a plan does not depend on the order of its hosts', () => {
    expect(compareNames('ns1', 'ns01')).not.toBe(0);
    expect(compareNames('ns1', 'ns01')).toBe(-compareNames('ns01', 'ns1'));
  });

  test('sorts any set of names in one way', () => {
    const name = fc.stringMatching(/^[a-c01.-]{1,5}$/).filter((text) => accepts(HostId, text));
    const shuffled = fc
      .uniqueArray(name, { maxLength: 12 })
      .chain((names) =>
        fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })),
      );
    fc.assert(
      fc.property(shuffled, ([names, others]) => {
        expect(others.toSorted(compareNames)).toEqual(names.toSorted(compareNames));
      }),
    );
  });
});
