import { describe, expect, test } from 'vitest';
import { haltPlace, isUntouched, leftBehind, mayHaveChanged } from './halt-words.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
const CANARY = 'ns1.ams';

function begun(): Drive {
  const fleet = evenFleet(['ams', 'fra'], 4);
  return new Drive(rolloutOver(fleet, { strategy: SOAKS }), fleet);
}

const atCanary = (): Drive => begun().preflight().report(CANARY, 'applying').report(CANARY, 'failed');
const summaryOf = ({ events }: Drive): string | undefined =>
  events.flatMap((event) => (event.type === 'page.queued' ? [event.page.summary] : []))[0];

describe('a halt', () => {
  test('at the canary is told with its cause, what becomes of the canary, and no way back that leads nowhere', () => {
    const run = atCanary();
    const { reason } = run.rollout.verdict;
    expect(mayHaveChanged(run.rollout)).toBe(false);
    expect(summaryOf(run)).toBe(
      `Rollout r-1 halted at the canary ns1.ams: ${reason}. ns1.ams is going back by itself; no other host keeps the ` +
        'change. Decide: abort or resume?',
    );
  });

  test('before any wave says that nothing was touched, and nothing of waves, reverts and hosts in flight', () => {
    const run = begun().look().report(CANARY, 'failed');
    expect(isUntouched(run.rollout)).toBe(true);
    expect(summaryOf(run)).toBe(
      `Rollout r-1 halted in preflight at ns1.ams: ${run.rollout.verdict.reason}. Nothing live was touched. ` +
        'Decide: abort or resume?',
    );
    expect(haltPlace(run.rollout, {})).toBe('before the first wave');
  });

  test('tells how the host is that caused it, and counts the others', () => {
    const { rollout } = atCanary().report(CANARY, 'reverted').look(10);
    expect(leftBehind(rollout, CANARY)).toBe(
      'ns1.ams is back on its old configuration; no other host keeps the change.',
    );
    const ids = Object.keys(rollout.hosts);
    const row = (id: string | undefined, changes: object) =>
      [id, { ...rollout.hosts[id as never], ...changes }] as const;
    const others = ids.filter((id) => id !== CANARY);
    const hosts = Object.fromEntries([
      row(CANARY, { state: 'revertFailed' }),
      row(others[0], { changed: true, state: 'confirmed' }),
      row(others[1], { state: 'reverting' }),
    ]) as typeof rollout.hosts;
    const worse = { ...rollout, hosts };
    expect(leftBehind(worse, CANARY)).toBe(
      'ns1.ams could NOT go back by itself; 1 other host is going back; 1 other host keeps the change.',
    );
    expect(leftBehind(worse, undefined)).toBe(
      'No further host is touched; 1 host is going back; 1 host keeps the change.',
    );
  });
});
