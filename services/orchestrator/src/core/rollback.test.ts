import type { DatacenterName, HostId } from '@breakwater/shared';
import { expect, test } from 'vitest';
import { Drive } from './testing/drive.ts';
import { evenFleet, group, rolloutOver } from './testing/fleet.ts';

function changed(groups: Record<string, string>): Drive {
  const plain = evenFleet(['ams', 'fra', 'iad'], 4);
  const fleet = new Map(
    [...plain].map(([id, one]) => [id, { ...one, groups: groups[id] ? [group(groups[id])] : [] }]),
  );
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
  return new Drive(rolloutOver(fleet, { strategy: { ...soaks, maxUnavailable: '50%' } }), fleet)
    .preflight()
    .succeedUntil('succeeded');
}

test('hosts that stand in for one another go back one after another, also across datacenters', () => {
  const run = changed({ 'ns2.fra': 'anycast', 'ns2.iad': 'anycast', 'ns3.fra': 'anycast' });
  expect(run.rollout.state).toBe('succeeded');
  run.say('rollback');
  const inGroup = (): string[] =>
    run.inState('reverting').filter((id) => ['ns2.fra', 'ns2.iad', 'ns3.fra'].includes(id));
  expect(inGroup()).toHaveLength(1);
  expect(run.inState('reverting').length).toBeGreaterThan(3);
  run.report(inGroup()[0] ?? '', 'reverted').look();
  expect(inGroup()).toHaveLength(1);
});

test('the end of a rollback names every host that is not back', () => {
  const run = changed({});
  run.say('rollback');
  for (let guard = 0; guard < 20 && run.rollout.state === 'rollingBack'; guard += 1) {
    for (const id of run.inState('reverting'))
      run.report(id, id === 'ns2.fra' || id === 'ns3.iad' ? 'revertFailed' : 'reverted');
    run.look(1000);
  }
  expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'rollback_incomplete' } });
  expect(run.rollout.verdict.reason).toContain('ns2.fra, ns3.iad are not back');
});

test('a host that is lost on its way back is told to go back when it is heard again, not to keep the change', () => {
  const run = changed({});
  run.say('rollback');
  const [lost = ''] = run.inState('reverting');
  run.look(400_000);
  expect(run.row(lost)).toMatchObject({ state: 'lost', confirming: false });
});

test.each([
  ['that another rollout has in flight is waited for', 'healthy', 0],
  ['that another rollout has lost keeps nobody from going back', 'unknown', 1],
] as const)('a host of the place %s', (_, availability, going) => {
  const run = changed({ 'ns2.fra': 'anycast', 'ns2.iad': 'anycast' });
  const stranger = {
    ...run.fleet.get('ns2.fra' as HostId)!,
    id: 'ns9.iad' as HostId,
    datacenter: 'iad' as DatacenterName,
  };
  run.fleet.set(stranger.id, { ...stranger, busy: true, availability });
  run.say('rollback');
  expect(run.inState('reverting').filter((id) => id === 'ns2.fra')).toHaveLength(going);
});

test('an aborted rollout that left a host on the change is rolled back', () => {
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
  const run = new Drive(rolloutOver(fleet, { strategy: soaks }), fleet).preflight().pass('ns1.ams', 1000);
  run.say('abort');
  expect(run.rollout.state).toBe('aborted');
  for (const id of run.inState('reverting')) run.report(id, 'reverted');
  expect(run.row('ns1.ams')).toMatchObject({ state: 'confirmed', changed: true });
  expect(run.say('rollback')).toBeNull();
  expect([run.rollout.state, run.row('ns1.ams').state]).toEqual(['rollingBack', 'reverting']);
  run.report('ns1.ams', 'reverted').look();
  expect([run.rollout.state, run.row('ns1.ams').changed]).toEqual(['rolledBack', false]);
});
