import { expect, test } from 'vitest';
import type { HostId } from '@breakwater/shared';
import { Drive } from './testing/drive.ts';
import type { Availability } from './fleet.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const FIVE_MINUTES = 300_000;

/** Some hosts cannot be heard at all while the others prove the change; then the apply deadline has passed. */
function staged(
  silent: readonly string[],
  strategy: object = {},
  availability: Availability = 'unknown',
): Drive {
  const fleet = evenFleet(['ams', 'fra'], 5);
  const run = new Drive(rolloutOver(fleet, { strategy: { unreachable: 'skip', ...strategy } }), fleet);
  for (const id of silent) {
    const one = fleet.get(id as HostId);
    if (one) fleet.set(one.id, { ...one, availability, heardAt: null });
  }
  run.look();
  for (const id of run.inState('staging')) if (!silent.includes(id)) run.report(id, 'ready');
  return run.look(FIVE_MINUTES);
}

test('a host that cannot be heard while the change is staged is left out, and the others go on', () => {
  const run = staged(['ns5.fra']);
  expect(run.row('ns5.fra')).toMatchObject({
    state: 'skipped',
    failure: null,
    verdict: {
      verdict: 'noData',
      code: 'skipped_unreachable',
      reason: 'ns5.fra was not heard of for 5m; it is owed the change',
    },
  });
  expect(run.rollout.state).toBe('running');
});

test.each([
  ['by default', ['ns5.fra'], { unreachable: 'halt' }],
  ['a canary', ['ns1.ams'], {}],
  ['more than maxUnavailable of a datacenter', ['ns4.fra', 'ns5.fra'], {}],
])('%s: who cannot be heard is lost, and the rollout halts', (_name, silent, strategy) => {
  expect(staged(silent, strategy).rollout.state).toBe('halted');
});

test('each datacenter has its own room', () => {
  expect(staged(['ns5.ams', 'ns5.fra']).rollout.state).toBe('running');
});

test('a host that was heard and is slow is no unreachable host', () => {
  const fleet = evenFleet(['ams', 'fra'], 5);
  const slow = new Drive(rolloutOver(fleet, { strategy: { unreachable: 'skip' } }), fleet);
  slow.look().wait(1000);
  expect(slow.look(FIVE_MINUTES).rollout).toMatchObject({
    state: 'halted',
    verdict: { code: 'deadline_passed' },
  });
});

test('a deadline may be over before silence is long enough to count as unknown', () => {
  expect(staged(['ns5.fra'], {}, 'healthy').row('ns5.fra')).toMatchObject({
    verdict: { code: 'skipped_unreachable' },
  });
});
