import { expect, test } from 'vitest';
import { countWritten } from './written-records.ts';

const count = (text: string) => countWritten(text)?.records;

test.each([
  ['', 0],
  ['\n \n\t; nothing\n', 0],
  ['$TTL 60\n$ORIGIN a.example.\n@ SOA a b 1 2 3 4 5\n@ NS a\n', 2],
  ['@ SOA a b ( 1 ; serial\n 2 3\n\n 4 5 ) ; end\n@ NS a', 2],
  ['a A 192.0.2.1\n  A 192.0.2.2\n', 2],
  ['a TXT "one ; two ( three" ; four\nb TXT "a \\" ; b"\nc A 192.0.2.1\n', 3],
  ['a TXT one\\;two\\(\nb A 192.0.2.1\n', 2],
  ['a TXT "two\nlines"\nb A 192.0.2.1\n', 2],
  [';a A 192.0.2.1\n; b A 192.0.2.2\nc A 192.0.2.3\n', 1],
  ['$GENERATE 1-10 a$ A 192.0.2.$\n', 10],
  ['$generate 0-10/3 a$ A 192.0.2.1 ; four\n', 4],
  [`a TXT ${'x'.repeat(8 << 20)}\nb TXT "${'y'.repeat(8 << 20)}"\n`, 2],
  ['a A 192.0.2.1\r\nb A 192.0.2.2\r\n', 2],
])('the records of a zone file are counted as written (%#)', (text, records) =>
  expect(count(text)).toBe(records),
);

test('what a zone file takes in is told apart from its records', () => {
  const text = '$INCLUDE "one two" a.example. ; why\n$include three\n$INCLUDEX four\na A 192.0.2.1\n';
  expect(countWritten(text)).toEqual({ records: 1, includes: ['one two', 'three'] });
});

test('a range that cannot be read is not guessed', () => {
  expect(countWritten('$GENERATE x a$ A 192.0.2.1\n')).toBeNull();
  expect(countWritten('$GENERATE 1-9/0 a$ A 192.0.2.1\n')).toBeNull();
});
