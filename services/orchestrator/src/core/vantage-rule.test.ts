import { describe, expect, test } from 'vitest';
import { type Outcome, ruleOf, type Tally } from './vantage-rule.ts';

const counts = [0, 1, 2, 3];
const either = [false, true];

/** Every combination of what points can say. */
const TALLIES: Tally[] = counts.flatMap((wrong) =>
  counts.flatMap((unreached) =>
    counts.flatMap((letGo) =>
      either.flatMap((spare) => either.map((enough) => ({ wrong, unreached, letGo, spare, enough }))),
    ),
  ),
);

const outcomes = (fits: (tally: Tally) => boolean): Outcome[] => [
  ...new Set(TALLIES.filter(fits).map((tally) => ruleOf(tally))),
];

describe('over every combination of what others have found', () => {
  test('one wrong answer fails the host, whatever else was said', () => {
    expect(outcomes(({ wrong }) => wrong > 0)).toEqual(['fails']);
  });

  test('two who got nothing fail it, one of them already replaced or not', () => {
    expect(outcomes(({ unreached, letGo }) => unreached + letGo >= 2)).toEqual(['fails']);
  });

  test('one who got nothing is replaced while there is somebody else, and alone never fails the host', () => {
    const one = (tally: Tally) => tally.wrong === 0 && tally.unreached === 1 && tally.letGo === 0;
    expect(outcomes((tally) => one(tally) && tally.spare)).toEqual(['replaces']);
    expect(outcomes((tally) => one(tally) && !tally.spare && !tally.enough)).toEqual(['waits']);
  });

  test('nothing is vouched for without enough who found it well', () => {
    expect(outcomes(({ enough }) => !enough)).not.toContain('vouched');
  });

  test('enough who found it well are enough, also when one was replaced before', () => {
    const well = ({ wrong, unreached, letGo, enough }: Tally) =>
      enough && wrong === 0 && unreached === 0 && letGo <= 1;
    expect(outcomes(well)).toEqual(['vouched']);
  });

  test('who is replaced once is not replaced again: the second one counts', () => {
    expect(outcomes(({ letGo, unreached }) => letGo > 0 && unreached > 0)).toEqual(['fails']);
  });
});
