import { describe, expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { plan } from './plan.ts';
import { evenFleet, fleetOf, group, host, submissionOf, withAvailability } from './testing/fleet.ts';

const THREE = evenFleet(['ams', 'fra', 'iad'], 4);

function planned(fleet: Fleet, change: Record<string, unknown> = {}) {
  const { targets, strategy, emergency, expect: believed } = submissionOf(change);
  const request = { targets, strategy, maxHosts: believed.maxHosts, emergency: emergency !== null };
  return plan(request, fleet);
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
    ['canaries by share', { canary: { hosts: '17%' } }, 0, 'canary: ns1.ams ns2.ams'],
    ['a small share of canaries is one', { canary: { hosts: '1%' } }, 0, 'canary: ns1.ams'],
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
      ['/strategy/datacenters/order/0 target_unknown'],
    ],
    [
      'a canary that is not targeted',
      THREE,
      { targets: { datacenters: ['fra'] }, strategy: { canary: { hosts: ['ns1.ams'] } } },
      ['/strategy/canary/hosts/0 canary_matches_nothing'],
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
});

const pair = (name: string) => ({ groups: [group(name)] });
const drained = fleetOf(
  ...[...THREE.values()].map((one) => ({ ...one, drained: one.id === 'ns1.ams' || one.id === 'ns2.fra' })),
);

describe('a strategy that is not safe for this fleet is refused', () => {
  const twins = fleetOf(
    host('ns1.ams', pair('ns-set')),
    host('ns2.ams', pair('ns-set')),
    host('ns3.ams'),
    host('ns4.ams'),
  );
  test.each([
    [
      'every targeted host is a canary',
      THREE,
      {
        targets: { hosts: ['ns1.ams', 'ns2.ams'] },
        strategy: { canary: { hosts: ['ns1.ams', 'ns2.ams'] } },
      },
      ['/strategy/canary/hosts strategy_unsafe'],
    ],
    [
      'a threshold that no wave can exceed',
      THREE,
      { strategy: { failureThreshold: 8 } },
      ['/strategy/failureThreshold strategy_unsafe'],
    ],
    ['a threshold that the largest wave can exceed', THREE, { strategy: { failureThreshold: 7 } }, []],
    [
      'a whole group at once',
      twins,
      { strategy: { maxUnavailablePerGroup: 2 } },
      ['/strategy/maxUnavailablePerGroup last_healthy_host'],
    ],
    [
      'a drained host that is named',
      drained,
      { targets: { hosts: ['ns1.ams', 'ns3.ams'] } },
      ['/targets/hosts/0 host_drained'],
    ],
    [
      'a drained canary',
      drained,
      { strategy: { canary: { hosts: ['ns3.ams', 'ns1.ams'] } } },
      ['/strategy/canary/hosts/1 host_drained'],
    ],
    [
      'nothing but drained hosts',
      drained,
      { targets: { labels: {}, datacenters: ['ams'], exclude: ['ns2.ams', 'ns3.ams', 'ns4.ams'] } },
      ['/targets targets_match_nothing'],
    ],
    [
      'the last host of a datacenter that is not drained',
      fleetOf(host('ns1.ams'), host('ns2.ams', { drained: true })),
      {},
      ['/targets last_healthy_host'],
    ],
  ])('%s', (_name, fleet, change, faults) => {
    expect(faultsOf(fleet, change)).toEqual(faults);
  });
});

describe('what a plan warns of', () => {
  const NINE = evenFleet(['ams'], 9);
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
  test.each([
    ['nothing, of a sound plan', THREE, {}, []],
    [
      'drained hosts',
      drained,
      { strategy: { maxUnavailable: 2 } },
      ['left out, since drained: ns1.ams, ns2.fra'],
    ],
    [
      'a place without room',
      withAvailability(THREE, 'ns9.ams', 'healthy').set(
        'ns5.fra' as never,
        host('ns5.fra', { availability: 'unhealthy' }),
      ),
      { targets: { exclude: ['ns5.fra'] } },
      [
        'datacenter fra: no host that serves can be taken while ns5.fra cannot be counted on (maxUnavailable allows 1)',
      ],
    ],
    [
      'a canary elsewhere',
      THREE,
      { strategy: { canary: { hosts: ['ns3.fra'] } } },
      ['canary ns3.fra is not in ams, the datacenter that is proved first'],
    ],
    [
      'fewer canaries than asked for',
      THREE,
      { targets: { exclude: ['ns3.ams', 'ns4.ams'] }, strategy: { canary: { hosts: 3 } } },
      ['the canary has 2 hosts, not 3: datacenter ams has no more that are targeted'],
    ],
    [
      'an approval of no wave',
      THREE,
      { strategy: { datacenters: { share: '100%' }, approval: { before: ['global'] } } },
      ['nobody is asked before a global wave: this plan has none'],
    ],
    [
      'waves that may fail as a whole',
      THREE,
      { strategy: { failureThreshold: 1 } },
      [
        'up to 1 hosts of each later wave may fail, which is every host of: datacenter ams, datacenter fra, datacenter iad',
      ],
    ],
    [
      'a wave that cannot pass in time',
      NINE,
      { strategy: { global: { soak: '15m' } } },
      [
        'wave global takes at least 1h 15m (5 hosts of datacenter ams, 1 at a time, 15m of soak each), and it halts after 1h (progressDeadline)',
      ],
    ],
    [
      'little time to be confirmed',
      THREE,
      { strategy: { ...soaks, confirmDeadline: '5s' } },
      [
        'a host that does not answer and is not vouched for within 4s goes back (confirmDeadline 5s less 1s of soak)',
      ],
    ],
  ])('%s', (_name, fleet, change, warnings) => {
    const made = planned(fleet, change);
    expect('faults' in made ? made.faults : made.warnings).toEqual(warnings);
  });

  test('a host that is not heard of is told of as the strategy treats it', () => {
    const fleet = withAvailability(evenFleet(['ams'], 12), 'ns3.ams', 'unknown');
    const warnings = (strategy: object) => {
      const made = planned(fleet, { strategy });
      return 'faults' in made ? [] : made.warnings;
    };
    expect(warnings({ unreachable: 'halt' })[0]).toContain('wait for them, and halt if they stay so');
    expect(warnings({ unreachable: 'skip' })[0]).toContain('leave them out');
  });

  test('all hosts that cannot be counted on are one line', () => {
    const some = ['ns3.ams', 'ns4.ams'].reduce(
      (fleet, id) => withAvailability(fleet, id, 'unknown'),
      withAvailability(evenFleet(['ams'], 20), 'ns5.ams', 'unhealthy'),
    );
    const made = planned(some, { strategy: { ...soaks, unreachable: 'skip', maxUnavailable: '50%' } });
    expect('faults' in made ? made.faults : made.warnings).toEqual([
      'unknown now, and the rollout will leave them out, or halt at a canary, if they stay so: ns3.ams, ns4.ams; ' +
        'unhealthy now, and the rollout will wait for them, and halt if they stay so: ns5.ams',
    ]);
  });
});
