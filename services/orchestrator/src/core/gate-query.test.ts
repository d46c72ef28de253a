import type { HostId, PrometheusGate } from '@breakwater/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeQuery, type QueryAnswer, queryFor } from './gate-query.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const GATE: PrometheusGate = {
  kind: 'prometheus',
  name: 'errors',
  query: 'up',
  condition: { is: '<', value: 1 },
  before: [],
  during: ['canary'],
  every: 10_000,
  tolerate: 0,
  deadline: 60_000,
};

const values = (...numbers: number[]): QueryAnswer => ({
  kind: 'values',
  elements: numbers.map((value, index) => ({ labels: `host=ns${index}`, value })),
});

describe('what an answer tells', () => {
  test.each<[string, QueryAnswer, string, string]>([
    ['meets the condition', values(0.5), 'pass', '0.5 (host=ns0) < 1'],
    ['is just at the limit', values(1), 'fail', '1 (host=ns0) is not < 1'],
    ['has one element of several that misses', values(0, 7, 0.1), 'fail', '7 (host=ns1) is not < 1'],
    ['has many that miss', values(2, 3, 4, 5, 6), 'fail', 'and 2 more'],
    ['is empty', values(), 'noData', 'found nothing'],
    ['is no number', values(0, Number.NaN), 'noData', 'NaN (host=ns1)'],
    ['is endless', values(-Infinity), 'noData', '-Infinity'],
    ['never came', { kind: 'none', cause: 'connection refused' }, 'noData', 'connection refused'],
    ['may be incomplete', { kind: 'incomplete', cause: 'a shard is down' }, 'inconclusive', 'a shard'],
  ])('one that %s', (_, answer, verdict, reason) => {
    const told = judgeQuery(GATE, answer);
    expect(told.verdict).toBe(verdict);
    expect(told.reason).toContain(reason);
  });

  test.each([
    ['<', 0, 'pass'],
    ['<=', 1, 'pass'],
    ['>=', 1, 'pass'],
    ['>', 1, 'fail'],
    ['>', 2, 'pass'],
    ['>=', 0, 'fail'],
  ] as const)('%s 1: %d is a %s', (is, value, verdict) => {
    expect(judgeQuery({ ...GATE, condition: { is, value: 1 } }, values(value)).verdict).toBe(verdict);
  });

  test('nothing passes but numbers of which every single one meets the condition', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (numbers) => {
        const passes = judgeQuery(GATE, values(...numbers)).verdict === 'pass';
        expect(passes).toBe(numbers.length > 0 && numbers.every((one) => Number.isFinite(one) && one < 1));
      }),
    );
  });
});

test('what a query names is filled in, and cannot break out of its quotes', () => {
  const rollout = rolloutOver(evenFleet(['ams', 'fra'], 3));
  const [canary, datacenter] = rollout.waves;
  const query = 'sum(errors{host=~"{{hosts}}",wave="{{ wave }}",dc="{{datacenter}}",r="{{rollout}}"})';
  expect(queryFor({ ...GATE, query }, rollout, datacenter!)).toBe(
    `sum(errors{host=~"${datacenter!.hosts.join('|').replaceAll('.', String.raw`\\.`)}",wave="datacenter ams",dc="ams",r="r-1"})`,
  );
  const odd = { ...canary!, hosts: ['a"} or up{x="'] as unknown as HostId[] };
  const filled = queryFor({ ...GATE, query: 'x{h="{{hosts}}"}' }, rollout, odd);
  expect(filled.replaceAll(/\\./g, '').match(/"/g)).toHaveLength(2);
});
