import { expect, test } from 'vitest';
import type { DomainEvent } from './event.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const canary = 'ns1.ams';

function start(strategy: Record<string, unknown> = {}): Drive {
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
  return new Drive(rolloutOver(fleet, { strategy: { ...soaks, ...strategy } }), fleet).preflight();
}

/** What one step of a story logged, in short. */
function logged(run: Drive, step: () => unknown): string[] {
  const from = run.events.length;
  step();
  return run.events.slice(from).map(inShort);
}

function inShort(event: DomainEvent): string {
  if (event.type === 'rollout.state') return `rollout ${event.to}`;
  if (event.type === 'wave.state') return `${event.wave} ${event.to}`;
  if (event.type === 'host.state') return `${event.host} ${event.to}`;
  if (event.type === 'vantage.reported') return `${event.point} found ${event.verdict.verdict}`;
  if (event.type === 'page.queued') return `page ${event.page.code}`;
  return event.type;
}

test('a halt reads as it came about: a host failed, the rollout halted, others were called back, a page went out', () => {
  const run = start({ maxUnavailable: 2 });
  for (const id of [canary, 'ns2.ams', 'ns1.fra', 'ns1.iad']) run.pass(id, 1000);
  const flying = run.inState('applying');
  const bad = flying.at(-1) ?? '';
  const others = flying.slice(0, -1);
  for (const id of flying) run.report(id, 'applying');
  expect(others.length).toBeGreaterThan(1);
  expect(logged(run, () => run.report(bad, 'failed'))).toEqual([
    `${bad} failed`,
    'global failed',
    'rollout halted',
    ...others.map((id) => `${id} reverting`),
    'page wrong_answer',
  ]);
});

test('the next wave begins after the one before it has passed, and its host is told after that', () => {
  const run = start();
  run.report(canary, 'applying').report(canary, 'soaking').wait(1000).report(canary, 'soaked');
  expect(logged(run, () => run.report(canary, 'confirmed'))).toEqual([
    `${canary} confirmed`,
    'canary passed',
    'datacenter ams running',
    'ns2.ams applying',
  ]);
});

test('an approval comes before the wave that it lets begin', () => {
  const run = start({ approval: { before: ['canary'] } });
  expect(logged(run, () => run.say('approve'))).toEqual([
    'rollout.command',
    'rollout running',
    'canary running',
    `${canary} applying`,
  ]);
});
