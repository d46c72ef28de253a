import { fail, HostId } from '@breakwater/shared';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeHost, GOOD } from '../testing/fake-host.ts';
import { backoffMs } from './backoff.ts';

let host: FakeHost;
beforeEach(async () => {
  host = new FakeHost();
  await host.start();
  await host.pass(100);
});
afterEach(() => host.stop());

test('an answer that was stuck for longer than the lease is dropped as a whole', async () => {
  host.assign(1, 'stage', GOOD);
  await host.pass(1000);
  host.orchestrator.stuckMs = 30_001;
  host.assign(1, 'apply', GOOD);
  await host.pass(120_000);
  expect(host.agent?.memory.change?.phase).toBe('ready');
  host.orchestrator.stuckMs = 0;
  await host.pass(45_000);
  expect(host.agent?.memory.change?.phase).toBe('soaked');
});

test('a grant heard in time ends with its lease when nothing more is heard', async () => {
  host.assign(1, 'stage', GOOD);
  await host.pass(1000);
  host.daemon.observeError = new Error('not now');
  host.assign(1, 'apply', GOOD);
  await host.pass(100);
  host.orchestrator.down = true;
  await host.pass(31_000);
  host.daemon.observeError = null;
  await host.pass(20_000);
  expect(host.agent?.memory.change?.phase).toBe('ready');
});

test('an answer for another host is not used', async () => {
  host.orchestrator.answersAs = HostId.parse('ns2');
  host.assign(1, 'apply', GOOD);
  await host.pass(20_000);
  expect(host.entries).toEqual(['adopted']);
});

test('a lower epoch is refused, and asking for it does not turn into a storm', async () => {
  host.assign(5, 'stage', GOOD);
  await host.pass(1000);
  const before = host.orchestrator.polls.length;
  host.assign(4, 'apply', GOOD);
  await host.pass(60_000);
  expect(host.agent?.memory).toMatchObject({ highestEpoch: 5, change: { phase: 'ready' } });
  expect(host.orchestrator.polls.length - before).toBeLessThan(12);
});

test('reports wait for their acknowledgement and are then not sent again', async () => {
  host.orchestrator.down = true;
  host.assign(1, 'stage', GOOD);
  await host.pass(1000);
  host.orchestrator.down = false;
  await host.pass(30_000);
  expect(host.orchestrator.states).toEqual(['ready']);
  const since = host.orchestrator.polls.length;
  await host.pass(60_000);
  const later = host.orchestrator.polls.slice(since);
  expect(later.length).toBeGreaterThan(3);
  expect(later.flatMap((poll) => poll.reports)).toEqual([]);
});

test('an agent that starts again asks what is known before it tells anything twice', async () => {
  host.assign(1, 'stage', GOOD);
  await host.pass(1000);
  await host.stop();
  const since = host.orchestrator.polls.length;
  await host.start();
  await host.pass(1000);
  expect(host.orchestrator.polls.slice(since).flatMap((poll) => poll.reports)).toEqual([]);
});

test('an orchestrator that is down is asked less and less often, by either of the two polls', async () => {
  host.orchestrator.down = true;
  await host.pass(60_000);
  const before = host.orchestrator.polls.length;
  await host.pass(60_000);
  expect(host.orchestrator.polls.length - before).toBeLessThanOrEqual(40);
  expect([1, 2, 3, 4, 5, 6, 60].map((failures) => backoffMs(failures, () => 0))).toEqual([
    200, 400, 800, 1600, 3200, 5000, 5000,
  ]);
});

test('of two answers that cross, the one that was asked for later holds', async () => {
  host.assign(1, 'stage', GOOD);
  await host.pass(1000);
  // The long poll is answered with "apply", which gets stuck; meanwhile the short one hears that it is withheld.
  host.orchestrator.stuckMs = 5000;
  host.assign(1, 'apply', GOOD);
  await host.pass(10);
  host.orchestrator.stuckMs = 0;
  host.assign(1, 'stage', GOOD);
  await host.journal.append({
    type: 'unhealthy',
    epoch: 1,
    verdict: fail('x', 'Something to tell.'),
    seenAt: 0,
  });
  host.link?.tell();
  await host.pass(100);
  expect(host.orchestrator.states).toEqual(['ready', 'unhealthy']);
  host.orchestrator.down = true;
  await host.pass(20_000);
  expect(host.entries).not.toContain('applying');
});

test('nothing of an answer that was stuck too long is used, a new epoch neither', async () => {
  host.orchestrator.stuckMs = 30_001;
  host.assign(1, 'stage', GOOD);
  await host.pass(120_000);
  expect(host.entries).toEqual(['adopted']);
});

test('an orchestrator that holds no poll open is not asked in a tight circle', async () => {
  host.orchestrator.hasty = true;
  await host.pass(10_000);
  const before = host.orchestrator.polls.length;
  await host.pass(10_000);
  expect(host.orchestrator.polls.length - before).toBeLessThan(100);
});

test('another state of health is told at once, although no record speaks of it', async () => {
  expect(host.orchestrator.status?.health.verdict).toBe('pass');
  host.daemon.runs = { zones: {} };
  await host.pass(10_100);
  expect(host.orchestrator.status?.health.verdict).toBe('fail');
});

test('an answer that knows less than was answered before is not used, by whichever orchestrator', async () => {
  host.orchestrator.sequence = 20;
  host.assign(1, 'stage', GOOD);
  await host.pass(1000);
  // One that was stopped for a while, and grants what was withdrawn since.
  host.orchestrator.sequence = 19;
  host.assign(1, 'apply', GOOD);
  await host.pass(20_000);
  expect(host.agent?.memory.change?.phase).toBe('ready');
  host.orchestrator.sequence = 21;
  host.assign(1, 'apply', GOOD);
  await host.pass(45_000);
  expect(host.agent?.memory.change?.phase).toBe('soaked');
});

test('the highest sequence is told with every poll, and after a restart at least the epoch', async () => {
  host.orchestrator.sequence = 20;
  host.assign(7, 'stage', GOOD);
  await host.pass(1000);
  await host.pass(20_000);
  expect(host.orchestrator.polls.at(-1)?.sequence).toBe(20);
  await host.stop();
  await host.start();
  await host.pass(1000);
  const [first] = host.orchestrator.polls.slice(-2);
  expect(first?.sequence).toBeGreaterThanOrEqual(7);
});
