import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeHost, GOOD, OLD } from '../testing/fake-host.ts';

let host: FakeHost;
const told = () => host.orchestrator.status?.measures;

beforeEach(async () => {
  host = new FakeHost();
  await host.start();
});

afterEach(() => host.stop());

test('a host whose rollout compares nothing measures nothing', async () => {
  host.assign(1, 'stage', GOOD);
  await host.pass(30_000);
  expect(told()).toBeUndefined();
});

test('a host that is only to stage measures what it runs, at the pace of all others', async () => {
  host.assign(1, 'stage', GOOD, { measure: true });
  await host.pass(60_000);
  const { asked = 0, failed, latencies = [] } = told() ?? {};
  // One zone over UDP and over TCP, each second of the last 30.
  expect(asked).toBeGreaterThanOrEqual(54);
  expect(asked).toBeLessThanOrEqual(62);
  expect(failed).toBe(0);
  expect(latencies).toHaveLength(50);
});

test('what was measured before a change says nothing about it, and a restart is not held against it', async () => {
  const more = { measure: true, soakMs: 60_000, confirmWithinMs: 600_000 } as const;
  host.assign(1, 'stage', GOOD, more);
  await host.pass(60_000);
  host.assign(1, 'apply', GOOD, more);
  await host.pass(11_000);
  const first = told();
  expect(host.agent?.memory.change?.phase).toBe('soaking');
  expect(first?.failed).toBe(0);
  expect(first?.asked).toBeLessThan(3 * 12);
});

test('questions that are not answered count as failed', async () => {
  host.assign(1, 'stage', GOOD, { measure: true });
  await host.pass(10_000);
  host.daemon.runs = { ...OLD, zones: { 'a.example': 'REFUSED' } };
  await host.pass(50_000);
  expect(told()?.latencies).toEqual([]);
  expect(told()?.failed).toBe(told()?.asked);
});

test('when the rollout is over, or nobody is heard any more, it stops', async () => {
  host.assign(1, 'stage', GOOD, { measure: true });
  await host.pass(20_000);
  expect(told()).toBeDefined();
  host.orchestrator.assign(null);
  await host.pass(60_000);
  expect(told()).toBeUndefined();
});
