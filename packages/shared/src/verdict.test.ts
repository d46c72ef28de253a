import { describe, expect, test } from 'vitest';
import { refusals } from './testing/faults-of.ts';
import { fail, inconclusive, LocatedVerdict, noData, pass, pending, Verdict, VERDICTS } from './verdict.ts';

const HELPERS = { pass, fail, inconclusive, noData, pending };
const PASS = pass('answers', 'It answers.');

test('there is a helper for each outcome, and no other', () => {
  expect(Object.keys(HELPERS).toSorted()).toEqual([...VERDICTS].toSorted());
});

test.each(VERDICTS)('%s() makes the verdict of its name', (verdict) => {
  const made = HELPERS[verdict]('some_code', 'Some reason.');
  expect(made).toEqual({ verdict, code: 'some_code', reason: 'Some reason.' });
  expect(Verdict.parse(made)).toEqual(made);
});

test('only "pass" is a pass: nothing that could not be told is taken for one', () => {
  const passing = Object.values(HELPERS).filter((make) => make('a', '').verdict === 'pass');
  expect(passing).toEqual([pass]);
});

describe('Verdict', () => {
  test.each(['a', 'a1', 'wrong_answers', 'a'.repeat(64)])('accepts the code %s', (code) => {
    expect(refusals(Verdict, { ...PASS, code })).toEqual([]);
  });

  test.each(['', '1a', '_a', 'A', 'wrongAnswers', 'wrong-answers', 'a b', 'a\n', 'a'.repeat(65)])(
    'refuses the code %j',
    (code) => {
      expect(refusals(Verdict, { ...PASS, code })).toEqual(['/code invalid_value']);
    },
  );

  test.each([
    ['a boolean', true, ' invalid_value'],
    ['an outcome that is none', { ...PASS, verdict: 'ok' }, '/verdict invalid_value'],
    ['a verdict without a reason', { ...PASS, reason: undefined }, '/reason invalid_value'],
    ['a reason that is too long', { ...PASS, reason: 'x'.repeat(2001) }, '/reason invalid_value'],
    ['an unknown field', { ...PASS, evidence: [] }, '/evidence unknown_field'],
    ['a place, which only a located verdict has', { ...PASS, host: 'ns1' }, '/host unknown_field'],
  ])('refuses %s', (_, value, refusal) => {
    expect(refusals(Verdict, value)).toEqual([refusal]);
  });

  test('accepts a reason of 2000 characters', () => {
    expect(refusals(Verdict, { ...PASS, reason: 'x'.repeat(2000) })).toEqual([]);
  });
});

test('a located verdict may say where it arose', () => {
  expect(LocatedVerdict.parse(PASS)).toEqual(PASS);
  expect(LocatedVerdict.parse({ ...PASS, host: 'ns1', wave: 'canary' })).toEqual({
    ...PASS,
    host: 'ns1',
    wave: 'canary',
  });
  expect(refusals(LocatedVerdict, { ...PASS, at: 1 })).toEqual(['/at unknown_field']);
});
