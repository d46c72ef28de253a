import { expect, test } from 'vitest';
import { Strategy } from './strategy.ts';
import { withStrategyDefaults } from './strategy-defaults.ts';

const strategyOf = (body: object): unknown =>
  (withStrategyDefaults(body, FLEET) as { strategy: unknown }).strategy;

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
  expect(strategyOf({ strategy: submitted })).toEqual(merged);
});

test.each([null, 'careful', [], 7])(
  '%j is no strategy, and is left for the schema to refuse',
  (submitted) => {
    expect(strategyOf({ strategy: submitted })).toBe(submitted);
  },
);

test('submission over fleet over built-in', () => {
  const strategy = Strategy.parse(strategyOf({ strategy: { canary: { soak: '5m' } } }));
  expect(strategy.canary).toEqual({ hosts: '10%', soak: 300_000 });
  expect([strategy.maxUnavailable, strategy.failureThreshold]).toEqual([2, 0]);
});

test("an emergency's shorter soaks come before those of the fleet, and after what was submitted", () => {
  const strategy = strategyOf({ emergency: {}, strategy: { global: { soak: '2m' } } });
  expect(strategy).toEqual({
    ...FLEET,
    canary: { hosts: '10%', soak: '1m' },
    datacenters: { soak: '1m' },
    global: { soak: '2m' },
  });
});

test('what is no object is left for the schema to refuse', () => {
  expect(withStrategyDefaults('text', FLEET)).toBe('text');
});
