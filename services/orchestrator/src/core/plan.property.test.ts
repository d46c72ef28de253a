import fc from 'fast-check';
import { compareNames, type HostId } from '@breakwater/shared';
import { expect, test } from 'vitest';
import { limitOf, shareOf } from './budget.ts';
import type { Fleet, FleetHost } from './fleet.ts';
import { plan } from './plan.ts';
import type { Plan } from './planned.ts';
import { fleetOf, group, host, submissionOf } from './testing/fleet.ts';

const PLACES = ['ams', 'fra', 'iad', 'nrt'] as const;
const WELL = Array.from({ length: 10 }, () => 'healthy' as const);
const hosts = fc.uniqueArray(
  fc.record({
    id: fc.tuple(fc.nat(14), fc.constantFrom(...PLACES)).map(([n, place]) => `ns${n}.${place}`),
    availability: fc.constantFrom(...WELL, 'unhealthy', 'unknown'),
    drained: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    groups: fc.constantFrom([], [], [group('x')], [group('y')]),
  }),
  { minLength: 1, maxLength: 45, size: 'max', selector: ({ id }) => id },
);
const shares = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 100 }).map((n) => `${n}%`),
);
const strategies = fc.record({
  canary: fc.record({ hosts: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom('5%', '10%', '30%')) }),
  datacenters: fc.record({ share: shares, order: fc.shuffledSubarray([...PLACES]) }),
  maxUnavailable: fc.constantFrom(1, 1, 2, '20%'),
  failureThreshold: fc.constantFrom(0, 0, 1, 2, 4),
});
const wholes = fc.boolean();

/** The refusals that a fleet and a strategy from here can earn; a canary that is one host is never to blame. */
const EXPECTED = ['last_healthy_host', 'targets_match_nothing', 'strategy_unsafe'];

interface Made {
  made: Plan;
  strategy: ReturnType<typeof submissionOf>['strategy'];
  fleet: Fleet;
  targeted: FleetHost[];
}

function expectAlways(check: (made: Made) => void): void {
  let plans = 0;
  fc.assert(
    fc.property(hosts, strategies, wholes, (some, raw, whole) => {
      const fleet = fleetOf(...some.map(({ id, ...rest }) => host(id, rest)));
      const present = [...fleet.values()].map((one) => one.datacenter as string);
      const order = raw.datacenters.order.filter((name) => present.includes(name));
      const { strategy, targets } = submissionOf({
        strategy: { ...raw, datacenters: { ...raw.datacenters, order } },
        targets: whole ? {} : { datacenters: [[...fleet.values()][0]?.datacenter] },
      });
      const made = plan({ targets, strategy, maxHosts: undefined, emergency: false }, fleet);
      if ('faults' in made) {
        expect(made.faults.map(({ code }) => code).filter((code) => !EXPECTED.includes(code))).toEqual([]);
        return;
      }
      plans += 1;
      const targeted = [...fleet.values()].filter(
        (one) => !one.drained && (targets.datacenters?.includes(one.datacenter) ?? true),
      );
      check({ made, strategy, fleet, targeted });
    }),
    { numRuns: 400 },
  );
  expect(plans).toBeGreaterThan(100);
}

const idsOf = (some: readonly FleetHost[]): HostId[] => some.map(({ id }) => id);

test('every targeted host that is not drained is in exactly one wave, and no other host is', () => {
  expectAlways(({ made, targeted }) => {
    const planned = made.waves.flatMap((wave) => wave.hosts);
    expect(planned.toSorted()).toEqual(idsOf(targeted).toSorted());
    expect(made.waves.every((wave) => wave.hosts.length > 0)).toBe(true);
  });
});

test('waves come in order: the canary, datacenters as ordered and then by name, the rest', () => {
  expectAlways(({ made, strategy, targeted }) => {
    const kinds = made.waves.map((wave) => wave.kind);
    const rank = { canary: 0, datacenter: 1, global: 2 };
    expect(kinds).toEqual(kinds.toSorted((a, b) => rank[a] - rank[b]));
    expect(kinds.filter((kind) => kind === 'canary')).toHaveLength(1);
    const present = new Set(targeted.map((one) => one.datacenter));
    const first = strategy.datacenters.order.filter((name) => present.has(name));
    const order = [...first, ...[...present].filter((name) => !first.includes(name)).toSorted()];
    const proved = made.waves.flatMap((wave) => wave.datacenter ?? []);
    expect(proved).toEqual(order.filter((name) => proved.includes(name)));
    const canary = made.waves[0]?.hosts.map((id) => targeted.find((one) => one.id === id));
    expect(canary?.every((one) => one?.datacenter === order[0])).toBe(true);
    for (const { kind, hosts: ids } of made.waves)
      if (kind === 'datacenter') expect(ids).toEqual(ids.toSorted(compareNames));
  });
});

test('the canary is as large as was asked for, of healthy hosts where there are any, and never everything', () => {
  expectAlways(({ made, strategy, fleet, targeted }) => {
    const canary = made.waves[0]?.hosts ?? [];
    const { hosts: asked } = strategy.canary;
    const [one] = canary;
    const place = one === undefined ? undefined : fleet.get(one)?.datacenter;
    const first = targeted.filter((other) => other.datacenter === place);
    const wanted = typeof asked === 'string' ? limitOf(asked, targeted.length) : Number(asked);
    expect(canary).toHaveLength(Math.min(wanted, first.length));
    const well = first.filter((other) => other.availability === 'healthy').length;
    const healthy = canary.filter((id) => fleet.get(id)?.availability === 'healthy').length;
    expect(healthy).toBe(Math.min(canary.length, well));
    if (targeted.length > 1) expect(canary.length).toBeLessThan(targeted.length);
    for (const name of PLACES) {
      const members = [...fleet.values()].filter((other) => other.datacenter === name && !other.drained);
      const whole = members.length > 1 && members.every(({ id }) => canary.includes(id));
      const warned = made.warnings.some((warning) =>
        warning.startsWith(`the canary is all of datacenter ${name}`),
      );
      expect(warned).toBe(whole);
    }
  });
});

test("a datacenter's wave is its share, counted over its targeted hosts, as far as the canary leaves hosts", () => {
  expectAlways(({ made, strategy, targeted }) => {
    const canary = made.waves[0]?.hosts ?? [];
    for (const name of new Set(targeted.map((one) => one.datacenter))) {
      const here = targeted.filter((one) => one.datacenter === name);
      const left = here.filter((one) => !canary.includes(one.id)).length;
      const wave = made.waves.find((other) => other.datacenter === name);
      const share = shareOf(strategy.datacenters.share, here.length);
      expect(wave?.hosts.length ?? 0).toBe(Math.min(left, share));
    }
  });
});

test('a threshold lets the largest of the later waves halt', () => {
  expectAlways(({ made, strategy }) => {
    const later = made.waves.filter((wave) => wave.kind !== 'canary').map((wave) => wave.hosts.length);
    if (later.length > 0 && strategy.failureThreshold > 0)
      expect(Math.max(...later)).toBeGreaterThan(strategy.failureThreshold);
  });
});
