import { describe, expect, test } from 'vitest';
import { Strategy } from './strategy.ts';
import { faultsOf, refusals } from './testing/faults-of.ts';

const QUERY = {
  kind: 'prometheus',
  name: 'errors',
  query: 'sum(rate(errors_total[1m]))',
  condition: { is: '<', value: 1 },
  during: ['canary'],
};
const COMPARED = { kind: 'comparison', name: 'latency', during: ['canary'] };

const refused = (gate: object): string[] => refusals(Strategy, { gates: [gate] });

test('a gate that says only what it must has careful defaults', () => {
  expect(Strategy.parse({ gates: [QUERY, COMPARED] }).gates).toEqual([
    { ...QUERY, before: [], every: 10_000, tolerate: 0, deadline: 60_000 },
    {
      ...COMPARED,
      every: 10_000,
      tolerate: 0,
      deadline: 60_000,
      minSamples: 30,
      significance: 0.01,
      maxSlower: { ratio: 1.5, by: 5 },
      maxMoreFailing: 0.02,
    },
  ]);
});

describe('refused, and never corrected', () => {
  test.each([
    ['no kind of wave at all', { ...QUERY, during: [] }, '/gates/0/during strategy_unsafe'],
    ['the same kind twice', { ...QUERY, before: ['global', 'global'] }, '/gates/0/before strategy_unsafe'],
    ['a pace beyond the soak', { ...QUERY, every: '11m' }, '/gates/0/every strategy_unsafe'],
    ['a pace that is a load', { ...QUERY, every: '999ms' }, '/gates/0/every strategy_unsafe'],
    [
      'a deadline that one slow answer misses',
      { ...QUERY, deadline: '9s' },
      '/gates/0/deadline strategy_unsafe',
    ],
    [
      'as many misses as there are measurements',
      { ...QUERY, tolerate: 60 },
      '/gates/0/tolerate strategy_unsafe',
    ],
    [
      'a placeholder that is unknown',
      { ...QUERY, query: 'up{a="{{host}}"}' },
      '/gates/0/query strategy_unsafe',
    ],
    [
      'a datacenter where there is none',
      { ...QUERY, query: 'x{d="{{datacenter}}"}' },
      '/gates/0/query strategy_unsafe',
    ],
    [
      'a threshold that nothing can meet',
      { ...QUERY, condition: { is: '<', value: Number.NaN } },
      '/gates/0/condition/value invalid_value',
    ],
    [
      'an endless threshold',
      { ...QUERY, condition: { is: '<', value: Infinity } },
      '/gates/0/condition/value invalid_value',
    ],
    [
      'a condition that does not exist',
      { ...QUERY, condition: { is: '==', value: 1 } },
      '/gates/0/condition/is invalid_value',
    ],
    ['a line break', { ...QUERY, query: 'a\nb' }, '/gates/0/query invalid_value'],
    ['a comparison in the last wave', { ...COMPARED, during: ['global'] }, '/gates/0/during/0 invalid_value'],
    ['a comparison before a wave', { ...COMPARED, before: ['canary'] }, '/gates/0/before unknown_field'],
    ['fewer samples than tell anything', { ...COMPARED, minSamples: 3 }, '/gates/0/minSamples invalid_value'],
    ['chance as good as evidence', { ...COMPARED, significance: 0.5 }, '/gates/0/significance invalid_value'],
    [
      'no difference that matters',
      { ...COMPARED, maxSlower: { by: '0s' } },
      '/gates/0/maxSlower/by invalid_value',
    ],
  ])('%s', (_, gate, fault) => {
    expect(refused(gate)).toContain(fault);
  });

  test('two gates of one name', () => {
    expect(refusals(Strategy, { gates: [QUERY, { ...COMPARED, name: 'errors' }] })).toEqual([
      '/gates/1/name strategy_unsafe',
    ]);
  });

  test('the reason says what would do', () => {
    const [fault] = faultsOf(Strategy, { gates: [{ ...QUERY, tolerate: 60 }] });
    expect(fault?.message).toBe(
      'must be lower than 60, all that is measured in the soak of the canary wave (10m)',
    );
  });
});

test('one miss less than could be measured is accepted, and so is a gate that is only asked before a wave', () => {
  expect(refused({ ...QUERY, tolerate: 59 })).toEqual([]);
  expect(
    refused({ ...QUERY, during: [], before: ['canary'], tolerate: 1000, every: '20m', deadline: '20m' }),
  ).toEqual([]);
});
