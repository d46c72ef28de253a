import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { plan } from './plan.ts';
import { evenFleet, fleetOf, group, host, submissionOf, withAvailability } from './testing/fleet.ts';

const THREE = evenFleet(['ams', 'fra', 'iad'], 4);

function planned(fleet: Fleet, change: Record<string, unknown> = {}) {
  const { targets, strategy, expect: believed } = submissionOf(change);
  return plan({ targets, strategy, maxHosts: believed.maxHosts }, fleet);
}

function wavesOf(fleet: Fleet, change: Record<string, unknown> = {}): string[] {
  const made = planned(fleet, change);
  if ('faults' in made) throw new Error(made.faults.map((fault) => fault.message).join('; '));
  return made.waves.map(
    (wave) => `${wave.kind}${wave.datacenter ? ` ${wave.datacenter}` : ''}: ${wave.hosts.join(' ')}`,
  );
}

function faultsOf(fleet: Fleet, change: Record<string, unknown> = {}): string[] {
  const made = planned(fleet, change);
  return 'faults' in made ? made.faults.map((fault) => `${fault.path} ${fault.code}`) : [];
}

describe('plan', () => {
  test('a canary, a share of each datacenter, then the rest', () => {
    expect(wavesOf(THREE)).toEqual([
      'canary: ns1.ams',
      'datacenter ams: ns2.ams',
      'datacenter fra: ns1.fra',
      'datacenter iad: ns1.iad',
      'global: ns3.ams ns4.ams ns2.fra ns3.fra ns4.fra ns2.iad ns3.iad ns4.iad',
    ]);
  });

  test('ns10 comes after ns2', () => {
    const global = wavesOf(evenFleet(['ams'], 11)).at(-1);
    expect(global).toMatch(/ns9\.ams ns10\.ams ns11\.ams$/);
  });

  test.each([
    ['the order of datacenters', { datacenters: { order: ['iad', 'fra'] } }, 0, 'canary: ns1.iad'],
    ['canaries by count', { canary: { hosts: 2 } }, 0, 'canary: ns1.ams ns2.ams'],
    ['canaries by id', { canary: { hosts: ['ns3.fra'] } }, 0, 'canary: ns3.fra'],
    ['a share rounds up', { datacenters: { share: '26%' } }, 2, 'datacenter fra: ns1.fra ns2.fra'],
    ['a share as a number', { datacenters: { share: 3 } }, 3, 'datacenter iad: ns1.iad ns2.iad ns3.iad'],
  ])('%s', (_name, strategy, index, wave) => {
    expect(wavesOf(THREE, { strategy })[index]).toBe(wave);
  });

  test('the canary is a healthy host where there is one', () => {
    expect(wavesOf(withAvailability(THREE, 'ns1.ams', 'unhealthy'))[0]).toBe('canary: ns2.ams');
  });

  test('a canary by label', () => {
    const fleet = fleetOf(...THREE.values(), host('ns5.fra', { labels: { tier: 'canary' } }));
    expect(wavesOf(fleet, { strategy: { canary: { hosts: { labels: { tier: 'canary' } } } } })[0]).toBe(
      'canary: ns5.fra',
    );
  });

  test('an empty wave is left out', () => {
    const targets = { hosts: ['ns1.ams'] };
    expect(wavesOf(THREE, { targets })).toEqual(['canary: ns1.ams']);
  });

  const one = evenFleet(['ams', 'fra'], 1);
  const grouped = fleetOf(host('ns1.ams', { groups: [group('ns-set')] }), host('ns2.ams'), host('ns3.ams'));
  const halfDown = withAvailability(evenFleet(['ams'], 2), 'ns2.ams', 'unhealthy');
  test.each([
    [
      'a target that matches no host',
      THREE,
      { targets: { labels: { role: 'none' } } },
      ['/targets targets_match_nothing'],
    ],
    [
      'an unknown datacenter',
      THREE,
      { targets: { datacenters: ['ams', 'xxx'] } },
      ['/targets/datacenters/1 target_unknown'],
    ],
    ['an unknown host', THREE, { targets: { hosts: ['ns9.ams'] } }, ['/targets/hosts/0 target_unknown']],
    [
      'an unknown datacenter in the order',
      THREE,
      { strategy: { datacenters: { order: ['xxx'] } } },
      ['/strategy/datacenters/order target_unknown'],
    ],
    [
      'a canary that is not targeted',
      THREE,
      { targets: { datacenters: ['fra'] }, strategy: { canary: { hosts: ['ns1.ams'] } } },
      ['/strategy/canary/hosts canary_matches_nothing'],
    ],
    [
      'more hosts than expected',
      THREE,
      { expect: { maxHosts: 11 } },
      ['/expect/maxHosts more_hosts_than_expected'],
    ],
    ['the only host of a datacenter', one, {}, ['/targets last_healthy_host', '/targets last_healthy_host']],
    [
      'all hosts of a datacenter at once',
      THREE,
      { targets: { datacenters: ['ams'] }, strategy: { maxUnavailable: '100%' } },
      ['/strategy/maxUnavailable last_healthy_host'],
    ],
    ['the only host of a redundancy group', grouped, {}, ['/targets last_healthy_host']],
    ['the last healthy host of a datacenter', halfDown, { targets: { hosts: ['ns1.ams', 'ns2.ams'] } }, []],
    ['the last healthy host, unnamed', halfDown, {}, ['/targets last_healthy_host']],
    ['the last healthy host, named', one, { targets: { hosts: ['ns1.ams', 'ns1.fra'] } }, []],
    ['a host that is down already', halfDown, { targets: { hosts: ['ns2.ams'] } }, []],
  ])('%s', (_name, fleet, change, faults) => {
    expect(faultsOf(fleet, change)).toEqual(faults);
  });

  test('whatever the fleet and the strategy, every targeted host is in exactly one wave', () => {
    const datacenter = fc.constantFrom('ams', 'fra', 'iad', 'nrt');
    const fleets = fc.uniqueArray(
      fc.tuple(datacenter, fc.nat(30)).map(([name, n]) => `ns${n}.${name}`),
      { minLength: 1, maxLength: 40 },
    );
    const shares = fc.oneof(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 100 }).map((n) => `${n}%`),
    );
    fc.assert(
      fc.property(
        fleets,
        fc.integer({ min: 1, max: 5 }),
        shares,
        shares,
        (ids, canaries, share, maxUnavailable) => {
          const fleet = fleetOf(...ids.map((id) => host(id)));
          const made = planned(fleet, {
            strategy: { canary: { hosts: canaries }, datacenters: { share }, maxUnavailable },
          });
          if ('faults' in made) return made.faults.every((fault) => fault.code === 'last_healthy_host');
          const hosts = made.waves.flatMap((wave) => wave.hosts);
          expect(hosts.toSorted()).toEqual(ids.toSorted());
          expect(made.waves[0]?.kind).toBe('canary');
          return made.waves.every((wave) => wave.hosts.length > 0);
        },
      ),
    );
  });
});
