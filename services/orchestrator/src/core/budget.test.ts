import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GroupName, HostId } from '@breakwater/shared';
import { limitOf, shareOf, whyNot } from './budget.ts';
import type { Context } from './context.ts';
import type { FleetHost } from './fleet.ts';
import { inFlight } from './host-row.ts';
import type { HostRow, Rollout } from './rollout.ts';
import { fleetOf, group, host, rolloutOver } from './testing/fleet.ts';

const CALM: Omit<Context, 'fleet'> = {
  now: 0,
  words: new Map(),
  blocked: null,
  frozen: null,
  thawsAt: null,
  orders: new Map(),
  owners: new Map(),
  listeningSince: 0,
  nextEpoch: 1,
  repageEveryMs: 1000,
};

/** A rollout over all hosts of a fleet; the plan's own refusals are not what is tested here. */
function over(fleet: ReadonlyMap<HostId, FleetHost>, strategy: object = {}): Rollout {
  const healthy = fleetOf(
    ...[...fleet.values()].map((one) => host(one.id, { groups: one.groups })),
    // With these no place is without another healthy host while it is planned.
    ...['ams', 'fra'].flatMap((name) => [1, 2].map((n) => host(`spare${n}.${name}`))),
  );
  const rollout = rolloutOver(healthy, {
    strategy: { maxUnavailable: 1, ...strategy },
    targets: { hosts: [...fleet.keys()] },
  });
  return { ...rollout, named: [] };
}

function because(fleet: ReadonlyMap<HostId, FleetHost>, change: Partial<Context> = {}): string | null {
  const rollout = over(fleet);
  const row = rollout.hosts['ns1.ams' as HostId] as HostRow;
  return whyNot(rollout, row, { ...CALM, fleet, ...change });
}

const trio = (change: Partial<FleetHost> = {}) =>
  fleetOf(host('ns1.ams'), host('ns2.ams'), host('ns3.ams', change));

describe('why a host may not be taken', () => {
  test('it may where all others serve', () => {
    expect(because(trio())).toBeNull();
  });

  test.each([
    ['unhealthy', { availability: 'unhealthy' }],
    ['not heard of', { availability: 'unknown' }],
    ['in flight for another rollout', { busy: true }],
    ['drained', { drained: true }],
  ] as const)('another host that is %s uses the budget up', (_name, change) => {
    expect(because(trio(change))).toBe('datacenter ams has 1 of at most 1 hosts unavailable (ns3.ams)');
  });

  test('a drained host is never taken', () => {
    expect(because(fleetOf(host('ns1.ams', { drained: true }), host('ns2.ams')))).toBe('ns1.ams is drained');
  });

  test('a freeze holds what is no emergency; a stopped line holds everything', () => {
    const rollout = over(trio());
    const emergency = { ...rollout, emergency: { incident: 'INC-1', expiresAt: 1 } };
    const row = rollout.hosts['ns1.ams' as HostId] as HostRow;
    const frozen = { ...CALM, fleet: trio(), frozen: 'frozen until Monday' };
    expect(whyNot(rollout, row, frozen)).toBe('frozen until Monday');
    expect(whyNot(emergency, row, frozen)).toBeNull();
    expect(whyNot(emergency, row, { ...frozen, blocked: 'the line is stopped' })).toBe('the line is stopped');
  });

  test('a group that the host has left does not hold it, and one that it has joined does', () => {
    const rollout = over(fleetOf(host('ns1.ams', { groups: [group('old')] }), host('ns2.ams')));
    const row = rollout.hosts['ns1.ams' as HostId] as HostRow;
    const left = fleetOf(host('ns1.ams'), host('ns2.ams'));
    expect(whyNot(rollout, row, { ...CALM, fleet: left })).toBeNull();
    const joined = fleetOf(host('ns1.ams', { groups: [group('new')] }), host('ns2.ams'));
    expect(whyNot(rollout, row, { ...CALM, fleet: joined })).toBe(
      'ns1.ams is the last healthy host of redundancy group new',
    );
  });
});

test('a limit is rounded down and a share up, and both are at least one', () => {
  expect([limitOf('20%', 9), limitOf('20%', 4), limitOf(3, 2), limitOf('100%', 7)]).toEqual([1, 1, 3, 7]);
  expect([shareOf('25%', 9), shareOf('1%', 4), shareOf(3, 2), shareOf('100%', 7)]).toEqual([3, 1, 2, 7]);
});

const GROUPS = ['x', 'y', 'z'].map(group);
const members = fc.uniqueArray(
  fc.record({
    id: fc.tuple(fc.nat(9), fc.constantFrom('ams', 'fra')).map(([n, place]) => `ns${n}.${place}`),
    groups: fc.subarray(GROUPS),
    availability: fc.constantFrom('healthy', 'healthy', 'healthy', 'unhealthy', 'unknown'),
    drained: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  }),
  { minLength: 2, maxLength: 14, selector: ({ id }) => id },
);
const limits = fc.record({
  maxUnavailable: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom('10%', '34%', '50%')),
  maxUnavailablePerGroup: fc.integer({ min: 1, max: 3 }),
});

test('S1, S2: rollouts that grant all that they may never exceed a budget, and leave every place a host that serves', () => {
  let [granted, refused, repaired] = [0, 0, 0];
  fc.assert(
    fc.property(
      members,
      limits,
      fc.array(fc.tuple(fc.nat(2), fc.nat(20)), { maxLength: 40 }),
      (some, strategy, wishes) => {
        const base = fleetOf(...some.map(({ id, ...rest }) => host(id, rest)));
        // Three rollouts at once, one of them an emergency, which share the hosts out between them.
        const emergency = { incident: 'INC-7', expiresAt: 1 };
        const rollouts = [0, 1, 2].map((at) => {
          return { ...over(base, strategy), emergency: at === 0 ? emergency : null };
        });
        const owner = (id: HostId): number => [...base.keys()].indexOf(id) % 3;
        const flying = (id: HostId): boolean => {
          const row = rollouts[owner(id)]?.hosts[id];
          return row !== undefined && inFlight(row);
        };
        for (const [which, at] of wishes) {
          const mine = [...base.keys()].filter((id) => owner(id) === which);
          const id = mine[at % Math.max(1, mine.length)];
          const rollout = rollouts[which];
          const row = id && rollout?.hosts[id];
          if (!row || inFlight(row)) continue;
          const fleet = fleetOf(
            ...[...base.values()].map((one) => ({ ...one, busy: owner(one.id) !== which && flying(one.id) })),
          );
          if (whyNot(rollout, row, { ...CALM, fleet }) !== null) {
            refused += 1;
            continue;
          }
          granted += 1;
          rollouts[which] = {
            ...rollout,
            hosts: { ...rollout.hosts, [id]: { ...row, state: 'applying', grantedAt: 0 } },
          };
          const taken = base.get(id) as FleetHost;
          const all = [...base.values()];
          const peersOf = (name: GroupName) => all.filter((one) => one.groups.includes(name));
          if (taken.availability !== 'healthy') {
            // Nothing is taken away by it, and nothing that is wrong with a repair reaches many hosts at once.
            expect([which, taken.availability, taken.drained]).toEqual([0, 'unhealthy', false]);
            repaired += 1;
            const near = all.filter((one) => one.datacenter === taken.datacenter);
            const inTheAir = (those: readonly FleetHost[]) =>
              those.filter(({ id: one }) => flying(one)).length;
            expect(inTheAir(near)).toBeLessThanOrEqual(limitOf(strategy.maxUnavailable, near.length));
            for (const name of taken.groups)
              expect(inTheAir(peersOf(name))).toBeLessThanOrEqual(strategy.maxUnavailablePerGroup);
            continue;
          }
          expect(taken.drained).toBe(false);
          const down = (one: FleetHost): boolean =>
            flying(one.id) || one.drained || one.availability !== 'healthy';
          const here = all.filter((one) => one.datacenter === taken.datacenter);
          expect(here.filter(down).length).toBeLessThanOrEqual(limitOf(strategy.maxUnavailable, here.length));
          for (const name of taken.groups) {
            const peers = peersOf(name);
            expect(peers.filter(down).length).toBeLessThanOrEqual(strategy.maxUnavailablePerGroup);
            expect(peers.some((one) => !down(one))).toBe(true);
          }
          expect(here.some((one) => !down(one))).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect([granted > 0, refused > 0, repaired > 0]).toEqual([true, true, true]);
});
