import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { BreakwaterError } from './errors.ts';
import { parse, toFaults } from './parse.ts';
import { faultsOf, refusals } from './testing/faults-of.ts';

const Host = z.strictObject({ id: z.string(), port: z.int().min(1).default(53) });

/** Follows a JSON pointer by the rules of RFC 6901 section 4. */
function follow(document: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((value, key) => (value as Record<string, unknown>)[key], document);
}

describe('parse', () => {
  test('gives the value with its defaults', () => {
    expect(parse(Host, { id: 'ns1' })).toEqual({ id: 'ns1', port: 53 });
  });

  test('throws all faults at once, as an error that a person can act on', () => {
    let thrown: unknown;
    try {
      parse(Host, { port: 0, ip: 1, ttl: 2 });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BreakwaterError);
    expect(thrown).toMatchObject({
      code: 'several_faults',
      faults: [
        { path: '/id', code: 'invalid_value' },
        { path: '/port', code: 'invalid_value' },
        { path: '/ip', code: 'unknown_field', message: 'is not a field of this object' },
        { path: '/ttl', code: 'unknown_field' },
      ],
    });
  });

  test('faults of one kind are thrown under their common code', () => {
    expect(() => parse(Host, { id: 'a', x: 1, y: 2 })).toThrow(
      expect.objectContaining({ code: 'unknown_field', faults: [expect.anything(), expect.anything()] }),
    );
  });
});

describe('the path of a fault', () => {
  test.each([
    ['a/b', '/a~1b'],
    ['m~n', '/m~0n'],
    ['~1', '/~01'],
    ['~0/', '/~00~1'],
    ['', '/'],
    [' ', '/ '],
    ['"\\', '/"\\'],
    ['\u00fc', '/\u00fc'],
    ['constructor', '/constructor'],
  ])('for the key %j is %s (RFC 6901)', (key, path) => {
    expect(refusals(z.record(z.string(), z.number()), { [key]: 'x' })).toEqual([`${path} invalid_value`]);
    expect(refusals(z.strictObject({}), { [key]: 'x' })).toEqual([`${path} unknown_field`]);
  });

  test('of the whole document is empty', () => {
    expect(refusals(Host, null)).toEqual([' invalid_value']);
  });

  test('counts the items of a list from 0', () => {
    expect(refusals(z.array(z.array(z.number())), [[1], [2, 'x']])).toEqual(['/1/1 invalid_value']);
  });

  test('leads to the value, whatever the keys above it are', () => {
    const key = fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a', '\u20ac'), maxLength: 6 });
    const schema = z.record(z.string(), z.record(z.string(), z.number()));
    fc.assert(
      fc.property(key, key, (outer, inner) => {
        const document = { [outer]: { [inner]: 'the culprit' } };
        expect(faultsOf(schema, document).map(({ path }) => follow(document, path))).toEqual(['the culprit']);
      }),
    );
  });
});

describe('the code of a fault', () => {
  const failing = (params: Record<string, unknown> | undefined) =>
    z
      .string()
      .superRefine((_, ctx) => ctx.addIssue({ code: 'custom', message: 'no', ...(params && { params }) }));

  test('is the one that the schema names', () => {
    expect(faultsOf(failing({ fault: 'strategy_unsafe' }), 'x')).toEqual([
      { path: '', code: 'strategy_unsafe', message: 'no' },
    ]);
  });

  test.each([[undefined], [{}], [{ fault: 'no_such_code' }], [{ fault: 7 }], [{ fault: 'toString' }]])(
    'is invalid_value for params %j',
    (params) => {
      expect(refusals(failing(params), 'x')).toEqual([' invalid_value']);
    },
  );
});

describe('a value that fits no member of a union', () => {
  const Source = z.union([
    z.strictObject({ file: z.string(), size: z.number(), mode: z.number() }),
    z.strictObject({ digest: z.string() }),
  ]);
  const Limit = z.union([
    z.int().min(1),
    z.string().regex(/^[0-9]+%$/, 'write a percentage'),
    z.array(z.string()),
  ]);

  test('is explained by the member that knows its fields, even when that one has more to say', () => {
    expect(refusals(Source, { file: 1, size: 'x', mode: 'y' })).toEqual([
      '/file invalid_value',
      '/size invalid_value',
      '/mode invalid_value',
    ]);
    expect(refusals(Source, { digest: 7 })).toEqual(['/digest invalid_value']);
  });

  test('is explained by the member with the fewest faults, when no field decides', () => {
    expect(refusals(Source, {})).toEqual(['/digest invalid_value']);
  });

  test('is explained by the member of its type', () => {
    expect(faultsOf(Limit, '20')).toEqual([
      { path: '', code: 'invalid_value', message: 'write a percentage' },
    ]);
    expect(faultsOf(Limit, 0)[0]?.message).toContain('>=1');
    expect(faultsOf(Limit, 1.5)[0]?.message).toBe('Invalid input: expected int, received number');
    expect(refusals(Limit, ['a', 1])).toEqual(['/1 invalid_value']);
  });

  test('is told what would fit, when it is of no type that does', () => {
    const [fault, ...others] = faultsOf(Limit, true);
    expect(fault?.message).toMatch(/number.*; or .*string.*; or .*array/);
    expect(others).toEqual([]);
    expect(faultsOf(z.union([z.literal('a'), z.literal('b')]), 'c')[0]?.message).toMatch(/"a".*"b"/);
  });

  test('hears a reason once that all members give', () => {
    const message = faultsOf(z.union([z.int().min(1), z.int().max(-1)]), 'x')[0]?.message;
    expect(message?.split('; or ')).toHaveLength(1);
  });

  test('has its path in the document, through a union in a union', () => {
    const schema = z.strictObject({ list: z.array(z.union([z.strictObject({ limit: Limit }), z.null()])) });
    expect(refusals(schema, { list: [null, { limit: '%' }] })).toEqual(['/list/1/limit invalid_value']);
    expect(refusals(schema, { list: [null, { limit: true }] })).toEqual(['/list/1/limit invalid_value']);
    expect(refusals(schema, { list: [{ limit: 1, x: 2 }] })).toEqual(['/list/0/x unknown_field']);
  });
});

test('a bad key of a record is a fault at that key, with the message of its rule', () => {
  const schema = z.record(z.string().regex(/^[a-z]$/, 'one letter'), z.number());
  expect(faultsOf(schema, { a: 1, 'B/': 2 })).toEqual([
    { path: '/B~1', code: 'invalid_value', message: 'one letter' },
  ]);
});

test('even an error without issues is a fault', () => {
  expect(toFaults(new z.ZodError([]))).toHaveLength(1);
});
