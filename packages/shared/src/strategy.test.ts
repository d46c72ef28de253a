import { describe, expect, test } from 'vitest';
import { Share, Strategy } from './strategy.ts';
import { faultsOf, refusals } from './testing/faults-of.ts';

const MINUTE = 60_000;

test('without any field it is the strategy of a careful operator', () => {
  expect(Strategy.parse({})).toEqual({
    canary: { hosts: 1, soak: 10 * MINUTE },
    datacenters: { order: [], share: '25%', soak: 10 * MINUTE },
    global: { soak: 10 * MINUTE },
    maxUnavailable: '20%',
    maxUnavailablePerGroup: 1,
    failureThreshold: 0,
    applyDeadline: 5 * MINUTE,
    progressDeadline: 60 * MINUTE,
    confirmDeadline: 30 * MINUTE,
    onFailure: 'halt',
    action: 'restart',
    consecutiveFailures: 2,
    vantage: 1,
    unreachable: 'halt',
    approval: 'none',
    gates: [],
  });
});

test('a part that is given keeps the defaults of its other fields', () => {
  const strategy = Strategy.parse({ canary: { soak: '1m' }, datacenters: { order: ['ams'] } });
  expect(strategy.canary).toEqual({ hosts: 1, soak: MINUTE });
  expect(strategy.datacenters).toEqual({ order: ['ams'], share: '25%', soak: 10 * MINUTE });
});

test('two strategies never share a default: changing one leaves the next as it was', () => {
  Strategy.parse({}).datacenters.order.push('ams' as never);
  expect(Strategy.parse({}).datacenters.order).toEqual([]);
});

test.each([
  ['exactly these hosts', { canary: { hosts: ['ns1.ams', 'ns2.ams'] } }],
  ['hosts with a label', { canary: { hosts: { labels: { role: 'canary' } } } }],
  ['a number of hosts', { canary: { hosts: 3 } }],
  ['a share of the hosts', { canary: { hosts: '10%' } }],
  ['leaving out who cannot be heard', { unreachable: 'skip' }],
  ['approval of every wave', { approval: { before: ['canary', 'datacenter', 'global'] } }],
  ['rollback', { onFailure: 'rollback', failureThreshold: 3 }],
])('accepts %s', (_, value) => {
  expect(Strategy.parse(value)).toMatchObject(value);
});

const WAVES = ['canary', 'datacenters', 'global'];
const deadlines = (confirm: string, progress: string) => ({
  confirmDeadline: confirm,
  progressDeadline: progress,
});

describe('combinations that contradict themselves', () => {
  test.each(['0s', '1ms', '999ms'])(
    'an apply deadline of %s: no name server restarts in less than 1s',
    (text) => {
      expect(refusals(Strategy, { applyDeadline: text })).toEqual(['/applyDeadline strategy_unsafe']);
    },
  );

  test('an apply deadline of 1s is the shortest, and one of 2h the longest', () => {
    expect(Strategy.parse({ applyDeadline: '1s' }).applyDeadline).toBe(1000);
    expect(Strategy.parse({ applyDeadline: '2h' }).applyDeadline).toBe(7_200_000);
    expect(refusals(Strategy, { applyDeadline: '7201s' })).toEqual(['/applyDeadline strategy_unsafe']);
  });

  test.each([
    ['a datacenter', { datacenters: { order: ['ams', 'fra', 'ams'] } }, '/datacenters/order/2'],
    ['a canary', { canary: { hosts: ['ns1.ams', 'ns1.ams'] } }, '/canary/hosts/1'],
    ['a wave to approve', { approval: { before: ['global', 'global'] } }, '/approval/before/1'],
  ])('%s that is named twice', (_, value, path) => {
    expect(refusals(Strategy, value)).toEqual([`${path} strategy_unsafe`]);
  });

  test('durations are read as milliseconds, whatever their unit', () => {
    const { canary, datacenters, global, applyDeadline } = Strategy.parse({
      canary: { soak: '1500ms' },
      datacenters: { soak: '90s' },
      global: { soak: '2m' },
      applyDeadline: '1h',
    });
    expect([canary.soak, datacenters.soak, global.soak, applyDeadline]).toEqual([
      1500, 90_000, 120_000, 3_600_000,
    ]);
  });

  test('the longest duration is 30 days', () => {
    const long = { confirmDeadline: '30d', progressDeadline: '30d' };
    expect(Strategy.parse(long)).toMatchObject({ confirmDeadline: 30 * 86_400_000 });
    expect(refusals(Strategy, { confirmDeadline: '31d', progressDeadline: '721h' })).toEqual([
      '/progressDeadline duration_invalid',
      '/confirmDeadline duration_invalid',
    ]);
  });

  test.each(WAVES)('a confirm deadline that is no longer than %s.soak', (wave) => {
    for (const soak of ['31m', '30m']) {
      expect(faultsOf(Strategy, { [wave]: { soak }, ...deadlines('30m', '2h') })).toEqual([
        {
          path: '/confirmDeadline',
          code: 'strategy_unsafe',
          message: `must be longer than ${wave}.soak, or every host reverts before it can be confirmed`,
        },
      ]);
    }
    expect(refusals(Strategy, { [wave]: { soak: '1799s' }, ...deadlines('30m', '2h') })).toEqual([]);
  });

  test.each(WAVES)('a progress deadline that is no longer than %s.soak', (wave) => {
    for (const soak of ['61m', '1h']) {
      expect(faultsOf(Strategy, { [wave]: { soak }, ...deadlines('2h', '1h') })).toEqual([
        {
          path: '/progressDeadline',
          code: 'strategy_unsafe',
          message: `must be longer than ${wave}.soak, or the wave can never pass in time`,
        },
      ]);
    }
    expect(refusals(Strategy, { [wave]: { soak: '3599s' }, ...deadlines('2h', '1h') })).toEqual([]);
  });

  test('a default counts like a value that was given', () => {
    expect(refusals(Strategy, { confirmDeadline: '10m' })).toEqual(
      WAVES.map(() => '/confirmDeadline strategy_unsafe'),
    );
    expect(refusals(Strategy, { global: { soak: '30m' } })).toEqual(['/confirmDeadline strategy_unsafe']);
  });

  test('all of them are reported at once', () => {
    const value = { applyDeadline: '0s', canary: { soak: '1h' }, global: { soak: '1h' } };
    expect(refusals(Strategy, value)).toEqual([
      '/applyDeadline strategy_unsafe',
      '/confirmDeadline strategy_unsafe',
      '/progressDeadline strategy_unsafe',
      '/confirmDeadline strategy_unsafe',
      '/progressDeadline strategy_unsafe',
    ]);
  });

  test('an unknown field does not hide them', () => {
    expect(refusals(Strategy, { applyDeadline: '0s', soak: '1h' }).toSorted()).toEqual([
      '/applyDeadline strategy_unsafe',
      '/soak unknown_field',
    ]);
  });
});

describe('Share', () => {
  test.each([1, 100_000, '1%', '9%', '10%', '99%', '100%'])('accepts %j', (share) => {
    expect(Share.parse(share)).toBe(share);
  });

  test.each([
    '101%',
    '0%',
    '200%',
    '-1%',
    '1.5%',
    '01%',
    '00%',
    '%',
    '20',
    '20 %',
    ' 20%',
    '20%\n',
    '20%%',
    '١٠%',
    '',
  ])('refuses %j, and says how to write a percentage', (share) => {
    expect(faultsOf(Share, share)).toEqual([
      { path: '', code: 'invalid_value', message: 'write a whole percentage from "1%" to "100%"' },
    ]);
  });

  test.each([
    [0, '>=1'],
    [-1, '>=1'],
    [100_001, '<=100000'],
    [1.5, 'expected int'],
  ])('refuses %j, and says that it must be %s', (share, why) => {
    const [fault, ...others] = faultsOf(Share, share);
    expect(fault?.message).toContain(why);
    expect(others).toEqual([]);
  });
});

test.each([
  ['an unknown field', { soak: '1m' }, '/soak unknown_field'],
  ['an unknown field of a part', { canary: { soaks: '1m' } }, '/canary/soaks unknown_field'],
  [
    'an unknown field of canary.hosts',
    { canary: { hosts: { labels: {}, x: 1 } } },
    '/canary/hosts/x unknown_field',
  ],
  ['a soak that is a number', { global: { soak: 600 } }, '/global/soak invalid_value'],
  ['a soak without a unit', { global: { soak: '600' } }, '/global/soak duration_invalid'],
  ['a soak of more than 30 days', { global: { soak: '31d' } }, '/global/soak duration_invalid'],
  ['no canary', { canary: { hosts: 0 } }, '/canary/hosts invalid_value'],
  ['too many canaries', { canary: { hosts: 1001 } }, '/canary/hosts invalid_value'],
  ['a canary of no share', { canary: { hosts: '0%' } }, '/canary/hosts invalid_value'],
  ['an unknown way with the unreachable', { unreachable: 'ignore' }, '/unreachable invalid_value'],
  ['half a canary', { canary: { hosts: 1.5 } }, '/canary/hosts invalid_value'],
  ['an empty list of canaries', { canary: { hosts: [] } }, '/canary/hosts invalid_value'],
  ['a canary that is no host', { canary: { hosts: ['ns1', 'NS2'] } }, '/canary/hosts/1 invalid_value'],
  ['a bad label', { canary: { hosts: { labels: { A: 'x' } } } }, '/canary/hosts/labels/A invalid_value'],
  ['a bad datacenter', { datacenters: { order: ['ams', 'F/A'] } }, '/datacenters/order/1 invalid_value'],
  ['a share of 0', { datacenters: { share: 0 } }, '/datacenters/share invalid_value'],
  ['a group without a budget', { maxUnavailablePerGroup: 0 }, '/maxUnavailablePerGroup invalid_value'],
  ['a group by share', { maxUnavailablePerGroup: '20%' }, '/maxUnavailablePerGroup invalid_value'],
  ['a negative threshold', { failureThreshold: -1 }, '/failureThreshold invalid_value'],
  ['an unknown reaction', { onFailure: 'continue' }, '/onFailure invalid_value'],
  ['an unknown approval', { approval: 'all' }, '/approval invalid_value'],
  ['an approval of nothing', { approval: { before: [] } }, '/approval/before invalid_value'],
  ['an approval of an unknown wave', { approval: { before: ['x'] } }, '/approval/before/0 invalid_value'],
  ['null for a part', { canary: null }, '/canary invalid_value'],
  ['no object', 'careful', ' invalid_value'],
])('refuses %s', (_, value, refusal) => {
  expect(refusals(Strategy, value)).toEqual([refusal]);
});
