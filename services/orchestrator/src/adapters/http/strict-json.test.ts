import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DEPTH, parseStrictJson } from './strict-json.ts';

const read = (text: string): unknown => parseStrictJson(Buffer.from(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
/** Keys of the arbitrary values must not be the refused ones. */
const safe = (value: unknown): boolean =>
  !/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(value));

describe('strict JSON', () => {
  test('reads every JSON value as JSON.parse does', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'binary' }).filter(safe),
        fc.constantFrom(undefined, 1, '\t'),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          expect(read(text)).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('accepts a damaged text only if JSON.parse does', () => {
    const damaged = fc
      .tuple(
        fc.jsonValue().filter(safe),
        fc.nat(),
        fc.constantFrom('', '"', '{', '}', ']', ',', ':', '\\', '0', '-', '.', 'e', 'x', '\n', '\0'),
      )
      .map(([value, at, splinter]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + splinter + text.slice(cut + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        const strict = attempt(() => read(text));
        const plain = attempt(() => JSON.parse(text));
        if (strict.ok) expect(plain).toEqual(strict);
        // It may refuse more than JSON.parse: a cut can make two keys equal.
        else if (plain.ok) expect(strict.message).toMatch(/^A key is/);
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses a repeated key wherever it is, however it is written', () => {
    const key = fc.string({ minLength: 1 }).filter((text) => safe({ [text]: 0 }));
    const escaped = (text: string): string =>
      `"${text
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('')}"`;
    fc.assert(
      fc.property(key, fc.jsonValue().filter(safe), fc.boolean(), (name, value, escape) => {
        const again = escape ? escaped(name) : JSON.stringify(name);
        const twin = `{${JSON.stringify(name)}:${JSON.stringify(value)}, ${again}:1}`;
        expect(() => read(`[{"a":${twin}}]`)).toThrow(/^A key is repeated/);
      }),
    );
  });

  test.each([
    ['a key that is repeated', '{"a":1,\n "a":2}', 'A key is repeated at line 2, column 2.'],
    ['a prototype', '{"__proto__":{}}', 'A key is not allowed at line 1, column 2.'],
    [
      'a prototype in escapes',
      String.raw`{"\u005f_proto__":{}}`,
      'A key is not allowed at line 1, column 2.',
    ],
    ['a constructor', '{"a":{"constructor":{"prototype":{}}}}', 'A key is not allowed at line 1, column 7.'],
    ['nothing', '', 'The text ends too early at line 1, column 1.'],
    ['an open object', '{"a":', 'The text ends too early at line 1, column 6.'],
    ['an open string', '"abc', 'The text ends within a string at line 1, column 5.'],
    ['a NUL', '"a\0b"', 'A string contains a control character at line 1, column 3.'],
    ['a line break in a string', '"a\nb"', 'A string contains a control character at line 1, column 3.'],
    ['an unknown escape', String.raw`"\x"`, 'A string contains an unknown escape at line 1, column 2.'],
    ['a comma too many', '[1,]', 'A value was expected at line 1, column 4.'],
    ['a comment', '{} // x', 'Something follows the end of the value at line 1, column 4.'],
    ['two values', '{} {}', 'Something follows the end of the value at line 1, column 4.'],
    ['a number with a leading zero', '01', 'Something follows the end of the value at line 1, column 2.'],
    ['NaN', 'NaN', 'A value was expected at line 1, column 1.'],
    ['a byte order mark', '\u{feff}{}', 'A value was expected at line 1, column 1.'],
    ['deep nesting', nested(MAX_DEPTH + 1), `The nesting is deeper than ${MAX_DEPTH} at line 1, column 65.`],
    [
      'very deep nesting',
      '['.repeat(1_000_000),
      `The nesting is deeper than ${MAX_DEPTH} at line 1, column 65.`,
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'malformed_json', message }));
  });

  test.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['half a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('refuses %s as bytes that are not UTF-8', (_what, bytes) => {
    expect(() => parseStrictJson(Uint8Array.from(bytes))).toThrow('The body is not UTF-8.');
  });

  test('goes as deep as is allowed', () => {
    expect(read(nested(MAX_DEPTH))).toBeInstanceOf(Array);
  });

  test('reads megabytes in one string, one number and one stretch of space', () => {
    const size = 1 << 22;
    expect(read(JSON.stringify('\n'.repeat(size)))).toHaveLength(size);
    expect(read('1'.repeat(size))).toBe(Number.POSITIVE_INFINITY);
    expect(read(`${' '.repeat(size)}1`)).toBe(1);
  });
});

function attempt(run: () => unknown): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  }
}
