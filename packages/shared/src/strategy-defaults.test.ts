import { expect, test } from 'vitest';
import { Strategy } from './strategy.ts';
import { overDefaults } from './strategy-defaults.ts';

const FLEET = {
  canary: { hosts: '10%', soak: '20m' },
  maxUnavailable: 2,
  approval: { before: ['global'] },
};

test.each([
  ['nothing submitted', undefined, FLEET],
  ['an empty strategy', {}, FLEET],
  ['a field of a part', { canary: { soak: '5m' } }, { ...FLEET, canary: { hosts: '10%', soak: '5m' } }],
  ['a part without defaults', { global: { soak: '5m' } }, { ...FLEET, global: { soak: '5m' } }],
  ['a value taken as a whole', { approval: 'none' }, { ...FLEET, approval: 'none' }],
  ['what is wrong stays as it is', { canary: null, x: 1 }, { ...FLEET, canary: null, x: 1 }],
])('%s', (_, submitted, merged) => {
  expect(overDefaults(submitted, FLEET)).toEqual(merged);
});

test.each([null, 'careful', [], 7])('%j is no strategy, and is left for the schema to refuse', (submitted) => {
  expect(overDefaults(submitted, FLEET)).toBe(submitted);
});

test('submission over fleet over built-in', () => {
  const strategy = Strategy.parse(overDefaults({ canary: { soak: '5m' } }, FLEET));
  expect(strategy.canary).toEqual({ hosts: '10%', soak: 300_000 });
  expect([strategy.maxUnavailable, strategy.failureThreshold]).toEqual([2, 0]);
});
