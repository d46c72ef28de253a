import { expect, test } from 'vitest';
import type { HostId } from '@breakwater/shared';
import type { Availability } from './fleet.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };

function drive(): Drive {
  const fleet = evenFleet(['ams'], 4);
  return new Drive(rolloutOver(fleet, { strategy: SOAKS }), fleet);
}

function turn(run: Drive, id: string, availability: Availability): Drive {
  const one = run.fleet.get(id as HostId);
  if (one) run.fleet.set(one.id, { ...one, availability });
  return run.look(1000);
}

const told = (run: Drive): string[] =>
  run.events.flatMap((event) => (event.type === 'rollout.waiting' ? [event.verdict.code] : []));

test('a rollout that stands still says why, once, and says that it goes on', () => {
  const run = drive();
  turn(run, 'ns4.ams', 'unhealthy').preflight();
  const reason = 'waits: datacenter ams has 1 of at most 1 hosts unavailable (ns4.ams)';
  expect(run.rollout.verdict).toEqual({
    verdict: 'pending',
    code: 'waiting',
    reason,
    host: 'ns1.ams',
    wave: 'canary',
  });
  for (let second = 0; second < 20; second += 1) run.look(1000);
  expect(told(run)).toEqual(['waiting']);
  turn(run, 'ns3.ams', 'unknown');
  expect(run.rollout.verdict.reason).toContain('2 of at most 1');
  turn(run, 'ns3.ams', 'healthy');
  turn(run, 'ns4.ams', 'healthy');
  expect(run.rollout.verdict).toMatchObject({ code: 'wave_running', wave: 'canary' });
  expect(told(run)).toEqual(['waiting', 'waiting', 'waiting', 'wave_running']);
});

test('waiting for the hosts of its own wave is nothing to tell of', () => {
  const run = drive().preflight();
  run.succeedUntil('succeeded');
  expect(run.rollout.state).toBe('succeeded');
  expect(told(run)).toEqual([]);
});

test('a stopped line and a freeze are reasons to wait', () => {
  const run = drive().look();
  run.blocked = 'the line is stopped: a test';
  run.preflight();
  expect(run.rollout.verdict).toMatchObject({ code: 'held', reason: 'the line is stopped: a test' });
});
