import { describe, expect, test } from 'vitest';
import { ROOT, SimulatedHost } from './simulated-host.ts';
import { treeOf } from './simulation.ts';

const JOURNAL = '/store/journal/journal';

async function hostAt(step: 'apply' | 'confirm'): Promise<SimulatedHost> {
  const host = await SimulatedHost.create();
  await host.pass(100);
  const steps = step === 'apply' ? (['stage', 'apply'] as const) : (['stage', 'apply', 'confirm'] as const);
  for (const each of steps) {
    host.order(1, each, treeOf(1, 'good'));
    await host.pass(4000);
  }
  return host;
}

/** Makes a record of this type unreadable, as a bad block would. */
async function lose(host: SimulatedHost, type: string): Promise<void> {
  const disk = host.disk.for({ dead: false });
  const text = (await disk.readFile(JOURNAL)).toString('latin1');
  await disk.rm(JOURNAL);
  const file = await disk.open(JOURNAL, 'wx', 0o600);
  await file.writeFile(Buffer.from(text.replace(`{"type":"${type}"`, `{"type":"?${type}"`), 'latin1'));
  await file.sync();
}

const told = (host: SimulatedHost): unknown => host.process?.agent?.status();

describe('a journal that has lost the intent to switch', () => {
  test('leads back with one restart and the true reason, and the host takes the next change', async () => {
    const host = await hostAt('apply');
    host.orchestrator.assign(null);
    host.kill(3000);
    await lose(host, 'applying');
    host.daemon.kill();
    const restarts = host.daemon.restarts;
    await host.pass(600_000);
    expect(host.process?.agent?.memory.change).toMatchObject({
      phase: 'reverted',
      cause: { code: 'journal_inconsistent', reason: expect.stringContaining('is damaged') as string },
    });
    expect(host.daemon.restarts - restarts).toBe(1);
    for (const step of ['stage', 'apply', 'confirm'] as const) {
      host.order(2, step, treeOf(2, 'good'));
      await host.pass(6000);
    }
    expect(host.process?.agent?.memory.change).toMatchObject({
      phase: 'confirmed',
      assignment: { epoch: 2 },
    });
  });

  test('of a generation that answers wrongly now never restarts its daemon without end', async () => {
    const host = await hostAt('apply');
    host.orchestrator.assign(null);
    host.kill(3000);
    await lose(host, 'applying');
    host.hung = true;
    await host.pass(3_600_000);
    expect(host.process?.agent?.memory.change?.phase).toBe('revertFailed');
    // After 0.3, 0.7, 1.3, 2.7 and 5 minutes, and then every five.
    expect(host.daemon.restarts).toBeLessThan(20);
    host.hung = false;
    await host.pass(5000);
    expect(host.process?.agent?.memory.change?.phase).toBe('reverted');
  });
});

describe('a managed root that is gone', () => {
  test('is linked again by the agent, which says so, and the daemon runs what it should', async () => {
    const host = await hostAt('confirm');
    const { live } = host;
    await host.disk.for({ dead: false }).rm(ROOT);
    host.daemon.kill();
    await host.pass(60_000);
    expect([host.live, host.judge.runs]).toEqual([live, live]);
    expect(told(host)).toMatchObject({ health: { verdict: 'pass' }, drift: { kind: 'none' } });
    expect(host.process?.agent?.status().drift?.reason).toContain('was gone');
  });

  test('is linked again by the guard before the daemon starts while no agent runs', async () => {
    const host = await hostAt('confirm');
    const { live } = host;
    host.kill(60_000);
    await host.disk.for({ dead: false }).rm(ROOT);
    host.daemon.kill();
    await host.pass(5000);
    expect([host.process, host.live, host.judge.runs]).toEqual([null, live, live]);
    expect(host.judge.faults).toEqual([]);
  });

  test('in the middle of a change ends the change', async () => {
    const host = await hostAt('apply');
    await host.disk.for({ dead: false }).rm(ROOT);
    await host.pass(20_000);
    expect(host.process?.agent?.memory.change).toMatchObject({
      phase: 'reverted',
      cause: { code: 'link_moved' },
    });
    expect(host.live).toBe(host.judge.memory.lastKnownGood);
  });
});

test('a link that somebody made lead elsewhere is left alone', async () => {
  const host = await hostAt('confirm');
  const disk = host.disk.for({ dead: false });
  await disk.rm(ROOT);
  await disk.symlink('/original', ROOT);
  await host.pass(60_000);
  expect(await disk.readlink(ROOT)).toBe('/original');
  expect(told(host)).toMatchObject({ drift: { kind: 'link' } });
});

test('an agent that starts on a store that is read-only watches, says so, takes no change, and goes on when it can', async () => {
  const host = await hostAt('confirm');
  host.disk.readOnly = true;
  host.kill(1000);
  await host.pass(20_000);
  const { agent } = host.process ?? {};
  expect(agent?.status().health).toMatchObject({ verdict: 'inconclusive', code: 'store_unwritable' });
  expect(agent?.status().health.reason).toContain('read-only');
  const { zones } = treeOf(1, 'good');
  host.order(2, 'stage', { zones: { ...zones, 'e2.example': 'NOERROR' } });
  await host.pass(20_000);
  expect(agent?.memory.highestEpoch).toBe(1);
  host.orchestrator.assign(null);
  host.disk.readOnly = false;
  await host.pass(20_000);
  expect(agent?.status().health.verdict).toBe('pass');
  host.order(2, 'stage', { zones: { ...zones, 'e2.example': 'NOERROR' } });
  await host.pass(20_000);
  expect(host.process?.agent).toBe(agent);
  expect(agent?.status().health.verdict).toBe('pass');
  expect([agent?.memory.change?.phase, agent?.memory.change?.cause]).toEqual(['ready', null]);
  expect(agent?.memory.highestEpoch).toBe(2);
});
