import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Count } from './interface.ts';
import { statistics } from './simple-statistics.ts';

type Numbers = readonly number[];
const chanceOfLarger = (changed: Numbers, unchanged: Numbers) =>
  statistics.chanceOfLarger(changed, unchanged);
const chanceOfMore = (changed: Count, unchanged: Count) => statistics.chanceOfMore(changed, unchanged);

/** Numbers from 0 up to 1, the same for each seed (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Latencies as name servers have them: skewed, in whole milliseconds, with a few far out. */
function latencies(count: number, typicalMs: number, random: () => number): number[] {
  return Array.from({ length: count }, () => Math.round(typicalMs * (0.5 - Math.log(1 - random()))));
}

describe('Mann-Whitney', () => {
  test('is what the formula gives by hand, with ties and without', () => {
    // U = 17 of 25, variance 22.361 with four ties of two, z = 4 / 4.7287; and U = 25, variance 22.917, z = 12 / 4.7871.
    expect(chanceOfLarger([2, 3, 4, 5, 6], [1, 2, 3, 4, 5])).toBeCloseTo(0.19881, 4);
    expect(chanceOfLarger([11, 12, 13, 14, 15], [1, 2, 3, 4, 5])).toBeCloseTo(0.006093, 5);
  });

  test('values that are all the same do not differ', () => {
    expect(chanceOfLarger([1, 1, 1], [1, 1, 1, 1])).toBe(1);
  });

  test('hosts that do not differ are almost never told apart', () => {
    const random = randoms(1);
    const chances = Array.from({ length: 1000 }, () =>
      chanceOfLarger(latencies(50, 10, random), latencies(200, 10, random)),
    );
    expect(chances.filter((chance) => chance < 0.01).length).toBeLessThanOrEqual(22);
  });

  test('hosts that are three times as slow are told apart at 30 samples', () => {
    const random = randoms(2);
    for (let run = 0; run < 200; run += 1) {
      expect(chanceOfLarger(latencies(30, 30, random), latencies(30, 10, random))).toBeLessThan(0.01);
    }
  });

  test('it is a probability, and knows which side is which', () => {
    const values = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [one, other] = [chanceOfLarger(a, b), chanceOfLarger(b, a)];
        expect(one).toBeGreaterThanOrEqual(0);
        expect(one).toBeLessThanOrEqual(1);
        expect(one + other).toBeGreaterThan(0.99);
      }),
    );
  });
});

describe("Fisher's exact test", () => {
  test('is that of the lady who tasted tea: 3 of 4 against 1 of 4', () => {
    expect(chanceOfMore({ some: 3, all: 4 }, { some: 1, all: 4 })).toBeCloseTo(17 / 70, 10);
  });

  test.each([
    ['nothing at all', { some: 0, all: 0 }, { some: 0, all: 0 }, 1],
    ['no failure anywhere', { some: 0, all: 100 }, { some: 0, all: 1000 }, 1],
    ['all on one side', { some: 5, all: 5 }, { some: 0, all: 5 }, 1 / 252],
  ])('%s', (_, changed, unchanged, chance) => {
    expect(chanceOfMore(changed, unchanged)).toBeCloseTo(chance, 10);
  });

  test('more failures on the changed side are never more probable by chance', () => {
    const all = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(all, all, fc.nat(200), fc.nat(200), (a, b, x, y) => {
        const [some, others] = [x % a, { some: y % b, all: b }];
        const less = chanceOfMore({ some, all: a }, others);
        const more = chanceOfMore({ some: some + 1, all: a }, others);
        expect(less).toBeGreaterThan(0);
        expect(less).toBeLessThanOrEqual(1);
        expect(more).toBeLessThanOrEqual(less + 1e-9);
      }),
    );
  });
});
