import { expect, test } from 'vitest';
import type { Rollout } from './rollout.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const canary = 'ns1.ams';
const HOUR = 3_600_000;

/** The global wave is under way when the canary fails, and somebody resumes long after. */
function resumedLate(): Drive {
  const fleet = evenFleet(['ams', 'fra', 'iad'], 4);
  const soaks = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
  const run = new Drive(rolloutOver(fleet, { strategy: soaks }), fleet).preflight();
  for (let guard = 0; guard < 50 && run.rollout.waves.at(-1)?.startedAt === null; guard += 1)
    run.pass(run.inState('applying')[0] ?? '', 1000);
  for (const id of run.inState('applying')) run.report(id, 'applying');
  run.report(canary, 'reverting').report(canary, 'reverted');
  for (const id of run.inState('reverting')) run.report(id, 'reverted');
  expect(run.rollout).toMatchObject({ state: 'halted', verdict: { host: canary } });
  run.wait(2 * HOUR);
  expect(run.say('resume')).toBeNull();
  return run;
}

test('a wave that was under way when an earlier one failed has its whole time again', () => {
  const run = resumedLate().preflight().pass(canary, 1000).look();
  expect(run.rollout.state).toBe('running');
  expect(run.succeedUntil('succeeded').rollout.state).toBe('succeeded');
});

test('what an earlier wave has passed by is judged before a later one takes a host', () => {
  const run = resumedLate();
  const { waves } = run.rollout;
  // As it stands in stores that were written before that time was given again.
  const late: Rollout = {
    ...run.rollout,
    waves: waves.map((wave) => (wave.kind === 'global' ? { ...wave, startedAt: 0 } : wave)),
  };
  run.rollout = late;
  run.preflight().pass(canary, 1000).look();
  expect(run.rollout).toMatchObject({ state: 'halted', verdict: { code: 'progress_deadline' } });
  const granted = run.rollout.waves.at(-1)?.hosts.filter((id) => run.row(id).grantedAt !== null);
  expect(granted).toEqual([]);
});
