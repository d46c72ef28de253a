import { expect, test } from 'vitest';
import type { Freeze } from '../adapters/calendar/interface.ts';
import { SUE, submissionOf, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { createOperations } from './operations.ts';

const operationsOf = (o: TestOrchestrator) => createOperations(o.deps, o.engine, async () => []);

/** A window that ends in a minute. */
async function frozen(): Promise<{ o: TestOrchestrator; freeze: Freeze }> {
  const o = await TestOrchestrator.ready();
  const freeze = { name: 'year end', until: o.clock.now() + 60_000, reason: 'frozen by year end' };
  o.freezes.push(freeze);
  return { o, freeze };
}

test('an ordinary rollout waits for the end of a freeze window, says so, and is looked at then', async () => {
  const { o, freeze } = await frozen();
  const { id } = await o.submit();
  const { rollout, nextLookAt } = await o.engine.decide(id, { type: 'look' });
  expect(rollout).toMatchObject({
    state: 'planned',
    verdict: { code: 'frozen', reason: 'frozen by year end' },
  });
  expect(nextLookAt).toBe(freeze.until);
  await o.clock.advance(59_000);
  expect((await o.look(id)).state).toBe('planned');
  await o.until(id, ({ state }) => state === 'succeeded');
  expect(o.clock.now()).toBeGreaterThan(freeze.until);
});

test('a window that begins on the way holds further hosts back, and what is in flight finishes', async () => {
  const o = await TestOrchestrator.ready();
  const { id } = await o.submit();
  await o.until(id, ({ waves }) => waves[0]?.state === 'running');
  o.freezes.push({ name: 'night', until: o.clock.now() + 30_000, reason: 'frozen by night' });
  for (let step = 0; step < 20; step += 1) await o.step();
  const held = await o.stored(id);
  expect(held).toMatchObject({ state: 'running', verdict: { code: 'frozen' } });
  expect(held.waves[0]?.state).toBe('passed');
  expect(Object.values(held.hosts).filter(({ grantedAt }) => grantedAt !== null)).toHaveLength(1);
  await o.until(id, ({ state }) => state === 'succeeded');
});

test('an emergency does not wait', async () => {
  const { o, freeze } = await frozen();
  const { id } = await o.submit({ emergency: { incident: 'INC-1', expires: '1h' } });
  await o.until(id, ({ state }) => state === 'awaitingApproval');
  await o.command(id, 'approve');
  await o.until(id, ({ waves }) => waves[0]?.state === 'passed');
  expect(o.clock.now()).toBeLessThan(freeze.until);
});

test('the window is shown in the plan of an ordinary change, and beside the line', async () => {
  const { o, freeze } = await frozen();
  const operations = operationsOf(o);
  const plan = await operations.plan(submissionOf());
  expect(plan.warnings).toContain('frozen by year end: it begins after that');
  const urgent = await operations.plan(submissionOf({ emergency: { incident: 'INC-1', expires: '1h' } }));
  expect(urgent.warnings.join()).not.toContain('frozen');
  expect((await operations.line()).frozen).toMatchObject(freeze);
  expect(await operations.setLine(true, SUE, 'smoke')).toMatchObject({ stopped: true, frozen: freeze });
  await o.clock.advance(60_000);
  expect((await operations.line()).frozen).toBeNull();
});
