import { expect, test } from 'vitest';
import {
  grantedRollout,
  haltedRollout,
  REPAGE_EVERY_MS,
  TestOrchestrator,
} from '../testing/test-orchestrator.ts';
import { lookAt } from './look.ts';

test('a job looks again when its part of the rollout may change by time alone', async () => {
  const o = await TestOrchestrator.ready();
  const { id } = await haltedRollout(o);
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
  const { lastPageAt } = await o.stored(id);
  expect(await lookAt(o.engine, o.gates)({ rollout: id, part: 'settle' })).toBe(
    lastPageAt! + REPAGE_EVERY_MS,
  );
});

test('the job of a part that is over ends', async () => {
  const o = await TestOrchestrator.ready();
  const { id } = await grantedRollout(o);
  expect(await lookAt(o.engine, o.gates)({ rollout: id, part: 'preflight' })).toBeNull();
  expect(await lookAt(o.engine, o.gates)({ rollout: id, part: 'wave-0' })).not.toBeNull();
});

test('a look that comes late halts what has passed its deadline', async () => {
  const o = await TestOrchestrator.ready();
  const { id, strategy } = await grantedRollout(o);
  await o.clock.advance(strategy.applyDeadline);
  const look = lookAt(o.engine, o.gates);
  await look({ rollout: id, part: 'wave-0' });
  expect((await o.stored(id)).state).toBe('halted');
});

test('jobs alone carry a rollout to its end, and none is left then', async () => {
  const o = await TestOrchestrator.ready();
  const { id } = await o.submit();
  for (let step = 0; step < 200 && o.waves.jobs.length > 0; step += 1) {
    await o.clock.advance(1000);
    for (const host of o.hosts.values()) await host.live(o.desk);
    await o.waves.run(o.clock.now(), lookAt(o.engine, o.gates));
    const parts = o.waves.jobs.map(({ wakeUp }) => wakeUp.part);
    expect(parts).toEqual([...new Set(parts)]);
  }
  expect((await o.stored(id)).state).toBe('succeeded');
  // What is left of earlier parts ends as soon as it looks.
  await o.clock.advance(3_600_000);
  await o.waves.run(o.clock.now(), lookAt(o.engine, o.gates));
  expect(o.waves.jobs).toEqual([]);
});

test('a look at a rollout that does not exist is an error', async () => {
  const o = await TestOrchestrator.ready();
  const { id } = await o.submit();
  const unknown = { rollout: `${id}0` as typeof id, part: 'preflight' };
  await expect(lookAt(o.engine, o.gates)(unknown)).rejects.toMatchObject({ code: 'not_found' });
});
