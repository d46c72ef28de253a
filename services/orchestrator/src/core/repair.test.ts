import { expect, test } from 'vitest';
import type { HostId } from '@breakwater/shared';
import type { FleetHost } from './fleet.ts';
import { plan } from './plan.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver, submissionOf } from './testing/fleet.ts';

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
const EMERGENCY = { emergency: { incident: 'INC-7', expires: '2h' }, strategy: SOAKS };

function broken(...ids: readonly string[]): Map<HostId, FleetHost> {
  const fleet = evenFleet(['ams', 'fra'], 4);
  for (const one of fleet.values())
    if (ids.includes(one.id)) fleet.set(one.id, { ...one, availability: 'unhealthy' });
  return fleet;
}

/** Past the second person, with every host staged. */
function approved(fleet: Map<HostId, FleetHost>, strategy: object = {}): Drive {
  const change = { ...EMERGENCY, strategy: { ...SOAKS, ...strategy } };
  const run = new Drive(rolloutOver(fleet, change), fleet).preflight();
  expect(run.rollout.state).toBe('awaitingApproval');
  expect(run.say('approve')).toBeNull();
  return run;
}

/** The change mends whatever host it reaches. */
function mend(run: Drive): Drive {
  for (let round = 0; round < 50 && run.rollout.state === 'running'; round += 1) {
    for (const id of run.inState('applying')) {
      run.report(id, 'applying').report(id, 'soaking');
      const one = run.fleet.get(id);
      if (one) run.fleet.set(id, { ...one, availability: 'healthy' });
      run.wait(1000).report(id, 'soaked').report(id, 'confirmed');
    }
  }
  return run;
}

test('an emergency mends a fleet of which no host answers rightly, a few at a time', () => {
  const all = [...evenFleet(['ams', 'fra'], 4).keys()];
  const run = approved(broken(...all));
  expect(run.inState('applying')).toEqual(['ns1.ams']);
  expect(mend(run).rollout.state).toBe('succeeded');
  const granted = run.events.filter((event) => event.type === 'host.state' && event.to === 'applying');
  expect(granted).toHaveLength(8);
});

test('at most as many repairs as the limit allows are in flight in a place', () => {
  const run = approved(broken('ns1.ams', 'ns2.ams'), { canary: { hosts: 2, soak: '1s' } });
  expect(run.inState('applying')).toEqual(['ns1.ams']);
  expect(run.pass('ns1.ams', 1000).inState('applying')).toEqual(['ns2.ams']);
});

test('the broken hosts of an emergency go first: others would wait for room that only these can make', () => {
  const fleet = broken('ns3.ams', 'ns4.ams', 'ns4.fra');
  const waves = rolloutOver(fleet, EMERGENCY).waves.map(({ hosts }) => hosts[0]);
  expect(waves).toEqual(['ns3.ams', 'ns4.ams', 'ns4.fra', 'ns1.ams']);
  expect(mend(approved(fleet)).rollout.state).toBe('succeeded');
});

test('an emergency does not take a host that is not heard of, is drained, or is in flight elsewhere', () => {
  for (const change of [{ availability: 'unknown' }, { drained: true }, { busy: true }] as const) {
    const fleet = broken('ns1.ams');
    const run = new Drive(rolloutOver(fleet, EMERGENCY), fleet).preflight();
    for (const [id, one] of fleet) if (id === 'ns1.ams') fleet.set(id, { ...one, ...change });
    run.say('approve');
    expect(run.inState('applying')).toEqual([]);
  }
});

test('a repair leaves hosts that serve where they are: these still need room', () => {
  const fleet = broken('ns1.ams', 'ns2.ams');
  const run = approved(fleet).pass('ns1.ams', 1000).pass('ns2.ams', 1000);
  run.pass('ns1.fra', 1000);
  // Both say that they keep the change, and neither answers rightly yet.
  expect(run.inState('applying').filter((id) => id.endsWith('ams'))).toEqual([]);
});

test('what is no emergency takes no unhealthy host, and plans a healthy canary', () => {
  const fleet = broken('ns1.ams', 'ns2.fra');
  const calm = new Drive(rolloutOver(fleet, { strategy: SOAKS }), fleet).preflight();
  expect(calm.rollout.waves[0]?.hosts).toEqual(['ns2.ams']);
  expect(calm.inState('applying')).toEqual([]);
});

test('the plan of an emergency says that it takes what is unhealthy, and that others need room', () => {
  const fleet = broken('ns1.ams');
  const { targets, strategy } = submissionOf(EMERGENCY);
  const warnings = (only: object): readonly string[] => {
    const made = plan(
      { targets: { ...targets, ...only }, strategy, maxHosts: undefined, emergency: true },
      fleet,
    );
    return 'faults' in made ? made.faults.map(({ message }) => message) : made.warnings;
  };
  expect(warnings({})).toEqual([
    'unhealthy now, and an emergency takes them all the same, to repair them: ns1.ams',
    'datacenter ams: no host that serves can be taken while ns1.ams cannot be counted on (maxUnavailable allows 1)',
  ]);
  expect(warnings({ hosts: ['ns1.ams'] })).toHaveLength(1);
});
