import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeHost, GOOD, OLD } from '../testing/fake-host.ts';
import type { ConsoleOrder, Outcome } from '../core/console.ts';

let host: FakeHost;
beforeEach(async () => {
  // Its own tree: a test makes it answer wrongly.
  host = new FakeHost(structuredClone(OLD));
  await host.start();
  await host.pass(100);
});
afterEach(() => host.stop());

async function order(verb: ConsoleOrder['verb'], ms = 5000): Promise<Outcome> {
  const outcome = host.agent!.operate({ verb, reason: 'a test' });
  await host.pass(ms);
  return outcome;
}

async function bring(step: 'apply' | 'confirm'): Promise<void> {
  host.assign(1, 'apply', GOOD);
  await host.pass(5000);
  if (step === 'confirm') host.assign(1, 'confirm', GOOD);
  await host.pass(1000);
}

test('a pending change is undone, and the same epoch does not take the host forward again', async () => {
  await bring('apply');
  expect(host.daemon.runs).toEqual(GOOD);
  expect(await order('revert')).toMatchObject({ result: 'started' });
  await host.pass(30_000);
  expect([host.daemon.runs, host.entries.at(-1)]).toEqual([OLD, 'reverted']);
  expect(host.orchestrator.reports.find(({ state }) => state === 'failed')?.verdict.code).toBe(
    'reverted_at_console',
  );
  expect(await order('revert')).toMatchObject({ result: 'nothing' });
});

test('a kept change is not undone when its way back is damaged', async () => {
  const old = (await host.generations.live())!;
  await bring('confirm');
  expect(host.entries.at(-1)).toBe('confirmed');
  host.generations.damaged.add(old);
  expect(await order('revert')).toMatchObject({ result: 'refused' });
  expect(host.daemon.runs).toEqual(GOOD);
});

test('a restart of a kept generation is no crash of it', async () => {
  await bring('confirm');
  expect(await order('restart')).toMatchObject({ result: 'done' });
  await host.pass(20_000);
  expect(host.entries).not.toContain('unhealthy');
  expect(host.entries.slice(-2)).toEqual(['asked', 'restarted']);
});

test('a restart that brings no answers is not called good', async () => {
  host.daemon.kill();
  host.generations.tree((await host.generations.live())!).zones['a.example'] = 'SERVFAIL';
  expect(await order('restart', 120_000)).toMatchObject({
    result: 'unhealthy',
    text: expect.stringContaining('a.example') as string,
  });
});

test('a journal that takes nothing keeps the daemon from being restarted', async () => {
  host.journal.failure = new Error('disk full');
  expect(await order('restart')).toMatchObject({
    result: 'failed',
    text: expect.stringContaining('disk full') as string,
  });
  expect(host.daemon.restarts).toBe(0);
});

test('an order is taken although the supervisor cannot be asked', async () => {
  await bring('apply');
  host.daemon.observeError = new Error('no supervisor');
  await host.pass(1000);
  expect(await order('revert', 100)).toMatchObject({ result: 'started' });
  host.daemon.observeError = null;
  await host.pass(30_000);
  expect(host.daemon.runs).toEqual(OLD);
});

test('drift is found within a minute, told, keeps a change out, and ends with a repair', async () => {
  host.generations.damaged.add((await host.generations.live())!);
  await host.pass(60_000);
  expect(host.orchestrator.status?.drift).toMatchObject({ kind: 'files' });
  host.assign(1, 'apply', GOOD);
  await host.pass(5000);
  expect(host.orchestrator.reports.at(-1)?.verdict).toMatchObject({
    code: 'live_tree_drifted',
    reason: expect.stringContaining('named.conf (changed)') as string,
  });
  expect(await order('restart')).toMatchObject({ result: 'refused' });
  expect(await order('repair')).toMatchObject({ result: 'done' });
  await host.pass(20_000);
  expect(host.orchestrator.status?.drift).toMatchObject({ kind: 'none' });
});

test('a host that cannot go back takes a newer change again once somebody has adopted what is there', async () => {
  await bring('apply');
  host.daemon.restartError = new Error('the supervisor hangs');
  await order('revert', 60_000);
  expect(host.agent?.memory.change?.phase).toBe('revertFailed');
  expect(await order('adopt')).toMatchObject({ result: 'done' });
  expect(host.entries.slice(-2)).toEqual(['adopted', 'reverted']);
  host.daemon.restartError = null;
  host.assign(2, 'stage', GOOD);
  await host.pass(5000);
  expect(host.agent?.memory.highestEpoch).toBe(2);
});

describe('what is adopted', () => {
  test('has to answer after a restart where nothing can be rehearsed; else the recorded files are back', async () => {
    const before = (await host.generations.live())!;
    host.generations.edit(before, { zones: { 'a.example': 'REFUSED' } });
    const outcome = await order('adopt', 120_000);
    expect(outcome).toMatchObject({
      result: 'refused',
      text: expect.stringMatching(/a\.example.*REFUSED.*recorded files were put back/s) as string,
    });
    expect(host.agent?.memory).toMatchObject({ lastKnownGood: before, confirmed: [before] });
    expect([await host.generations.live(), host.daemon.runs]).toEqual([before, OLD]);
    expect(host.entries).not.toContain('revertFailed');
  });

  test('is taken back by a revert, to the recorded files, once and no further', async () => {
    const before = (await host.generations.live())!;
    host.generations.edit(before, { zones: { 'a.example': 'NOERROR', 'c.example': 'NOERROR' } });
    expect(await order('adopt')).toMatchObject({ result: 'done' });
    const found = host.agent!.memory.lastKnownGood!;
    expect(host.agent?.memory.confirmed).toEqual([before, found]);
    expect(await order('revert')).toMatchObject({ result: 'done' });
    expect(host.agent?.memory).toMatchObject({ lastKnownGood: before, confirmed: [before] });
    expect([await host.generations.live(), host.daemon.runs]).toEqual([before, OLD]);
    expect(await order('revert')).toMatchObject({ result: 'nothing' });
    expect(await host.generations.live()).toBe(before);
  });
});

test('a kept change is undone also after a newer one was refused', async () => {
  const old = (await host.generations.live())!;
  await bring('confirm');
  host.assign(2, 'stage', 'no tree');
  await host.pass(5000);
  expect(host.agent?.memory.change?.phase).toBe('rejected');
  expect(await order('revert')).toMatchObject({ result: 'done' });
  expect([await host.generations.live(), host.daemon.runs]).toEqual([old, OLD]);
  expect(await order('revert')).toMatchObject({ result: 'nothing' });
});

test('a change that was staged and then forgotten by its rollout keeps nobody from adopting', async () => {
  host.assign(1, 'stage', GOOD);
  await host.pass(5000);
  expect(host.agent?.memory.change?.phase).toBe('ready');
  host.generations.damaged.add((await host.generations.live())!);
  expect(await order('adopt')).toMatchObject({ result: 'done' });
  expect(host.agent?.memory.change?.phase).toBe('rejected');
});

test('a restart that shows wrong answers ends as soon as that is certain', async () => {
  host.generations.edit((await host.generations.live())!, { zones: { 'a.example': 'REFUSED' } });
  host.generations.damaged.clear();
  const before = host.clock.monotonic();
  const done = host.agent!.operate({ verb: 'restart', reason: 'x' }).then(() => host.clock.monotonic());
  await host.pass(60_000);
  const took = (await done) - before;
  expect(took).toBeGreaterThan(0);
  expect(took).toBeLessThan(5000);
});
