import { inconclusive } from '@breakwater/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TreeConfig } from '../testing/fake-daemon.ts';
import { FakeHost, GOOD, OLD } from '../testing/fake-host.ts';

const WRONG: TreeConfig = { zones: { 'a.example': 'REFUSED' } };
const CRASHING: TreeConfig = { ...GOOD, exitsAfterMs: 20 };

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});
afterEach(() => host.stop());

describe('a rollout', () => {
  test('that is good is proved, applied, soaked, confirmed, and reported in every step', async () => {
    await host.start();
    const bundle = host.assign(1, 'stage', GOOD);
    await host.pass(1000);
    expect(host.orchestrator.states).toEqual(['ready']);
    host.assign(1, 'apply', GOOD);
    await host.pass(5000);
    host.assign(1, 'confirm', GOOD);
    await host.pass(1000);
    expect(host.orchestrator.states).toEqual([
      'ready',
      'applying',
      'verifying',
      'soaking',
      'soaked',
      'confirmed',
    ]);
    expect(host.orchestrator.status).toMatchObject({
      generation: bundle,
      lastKnownGood: bundle,
      epoch: 1,
      zones: 2,
    });
    expect(host.orchestrator.status?.health.verdict).toBe('pass');
    expect(host.daemon.runs).toEqual(GOOD);
    expect(host.daemon.restarts).toBe(1);
    expect(host.generations.pruned.at(-1)).toContain(bundle);
  });

  test('is refused before anything live is touched while the daemon answers none of its zones', async () => {
    await host.start();
    const old = await host.generations.live();
    host.assign(1, 'stage', GOOD);
    await host.pass(1000);
    expect(host.orchestrator.states).toEqual(['ready']);
    const silent = host.outside().dns;
    silent.ask = () => Promise.resolve({ kind: 'none', cause: 'timeout', latencyMs: 1 });
    host.assign(1, 'apply', GOOD);
    await host.pass(5000);
    const failed = host.orchestrator.reports.at(-1);
    expect(failed).toMatchObject({ state: 'failed', verdict: { code: 'daemon_not_healthy' } });
    expect(failed?.verdict.reason).toContain('breakwater-agent restart');
    expect([await host.generations.live(), host.daemon.restarts]).toEqual([old, 0]);
  });

  test.each([
    ['wrong answers', WRONG, 'wrong_rcode', 'a.example SOA over udp answered REFUSED, expected NOERROR'],
    ['a daemon that does not stay up', CRASHING, 'daemon_exited', 'loading configuration: failure'],
    ['silence', { ...GOOD, silentFor: 99_000 }, 'no_answer', 'got no answer'],
    [
      'a new zone that is not served',
      { zones: { ...OLD.zones, 'c.example': 'SERVFAIL' } } satisfies TreeConfig,
      'still_starting',
      'c.example',
    ],
  ])('with %s is undone by the host alone, and told', async (_, tree, code, words) => {
    await host.start();
    const old = await host.generations.live();
    host.assign(1, 'apply', tree);
    await host.pass(20_000);
    const failed = host.orchestrator.reports.find((report) => report.state === 'failed');
    expect(failed?.verdict).toMatchObject({ code, reason: expect.stringContaining(words) as string });
    expect(host.orchestrator.states.at(-1)).toBe('reverted');
    expect([await host.generations.live(), host.daemon.runs]).toEqual([old, OLD]);
  });

  test('is undone with the orchestrator down, and told when it is back', async () => {
    await host.start();
    host.assign(1, 'apply', WRONG);
    await host.pass(60);
    host.orchestrator.down = true;
    await host.pass(20_000);
    expect(host.daemon.runs).toEqual(OLD);
    expect(host.orchestrator.states).not.toContain('reverted');
    host.orchestrator.down = false;
    await host.pass(6000);
    expect(host.orchestrator.states.slice(-3)).toEqual(['failed', 'reverting', 'reverted']);
  });

  test('with neither zones nor checks left to judge it by does not pass', async () => {
    await host.start();
    host.assign(1, 'apply', { zones: {} }, { expect: { noChange: false, zonesRemoved: '*' } });
    await host.pass(20_000);
    expect(host.agent?.memory.change).toMatchObject({
      phase: 'reverted',
      cause: { code: 'nothing_to_check' },
    });
  });

  test('reaches a host that has no zone yet', async () => {
    await host.stop();
    host = new FakeHost({ zones: {} });
    await host.start();
    await host.pass(100);
    expect(host.agent?.status().health).toMatchObject({ verdict: 'pass', code: 'serves' });
    host.assign(1, 'apply', GOOD);
    await host.pass(5000);
    expect(host.orchestrator.states.at(-1)).toBe('soaked');
  });
});

describe('preflight leaves the host alone and says why', () => {
  const cases: [string, string, (host: FakeHost) => Promise<void> | void][] = [
    [
      'bundle_invalid',
      'a template that names something unknown',
      (at) => void at.assign(1, 'apply', 'no json'),
    ],
    ['zone_removed_unannounced', 'a zone that vanishes', (at) => void at.assign(1, 'apply', { zones: {} })],
    [
      'change_not_expected',
      'a change where none was expected',
      (at) => void at.assign(1, 'apply', GOOD, { expect: { noChange: true, zonesRemoved: [] } }),
    ],
    [
      'checker_stuck',
      'a checker that could not tell',
      (at) => {
        at.checked = inconclusive('checker_stuck', 'named-checkconf took too long');
        at.assign(1, 'apply', GOOD);
      },
    ],
    [
      'live_tree_drifted',
      'a live tree that somebody has changed',
      async (at) => {
        at.generations.damaged.add((await at.generations.live())!);
        at.assign(1, 'apply', GOOD);
      },
    ],
  ];
  test.each(cases)('%s: %s', async (code, _, happen) => {
    await host.start();
    await happen(host);
    await host.pass(5000);
    expect(host.orchestrator.reports).toMatchObject([{ state: 'failed', verdict: { code } }]);
    expect([host.daemon.restarts, host.daemon.runs]).toEqual([0, OLD]);
  });

  test('a damaged staged tree is not applied', async () => {
    await host.start();
    host.generations.damaged.add(host.assign(1, 'stage', GOOD));
    await host.pass(1000);
    host.assign(1, 'apply', GOOD);
    await host.pass(1000);
    expect(host.agent?.memory.change).toMatchObject({
      phase: 'rejected',
      cause: { code: 'staged_tree_damaged' },
    });
  });
});

describe('trouble around the agent', () => {
  test('a file with other content than its digest says is never used, and asked for again', async () => {
    await host.start();
    host.orchestrator.corrupt = 'something else';
    host.assign(1, 'stage', GOOD);
    await host.pass(10_000);
    expect(host.entries).toEqual(['adopted', 'accepted']);
    host.orchestrator.corrupt = null;
    await host.pass(10_000);
    expect(host.entries.at(-1)).toBe('ready');
  });

  test('a journal that fails keeps the change from beginning', async () => {
    await host.start();
    host.assign(1, 'stage', GOOD);
    await host.pass(1000);
    host.journal.failure = new Error('disk full');
    host.assign(1, 'apply', GOOD);
    await host.pass(20_000);
    expect([host.daemon.restarts, host.agent?.memory.change?.phase]).toEqual([0, 'ready']);
  });

  test('a journal that fails does not keep a broken host from going back', async () => {
    await host.start();
    host.assign(1, 'apply', { ...WRONG, silentFor: 500 });
    await host.pass(300);
    expect(host.entries.at(-1)).toBe('verifying');
    host.journal.failure = new Error('disk full');
    await host.pass(10_000);
    expect(host.daemon.runs).toEqual(OLD);
    host.journal.failure = null;
    await host.pass(15_000);
    expect(host.entries.slice(-4)).toEqual(['failed', 'reverting', 'restarting', 'reverted']);
    expect(host.orchestrator.states.at(-1)).toBe('reverted');
  });

  test('a supervisor that cannot be asked is asked again, and health is unknown meanwhile', async () => {
    await host.start();
    await host.pass(100);
    host.daemon.observeError = new Error('supervise: no such file');
    await host.pass(60_000);
    expect(host.agent?.status().health.code).toBe('health_stale');
    host.daemon.observeError = null;
    await host.pass(10_000);
    expect(host.agent?.status().health.verdict).toBe('pass');
  });

  test('a restart that is refused is asked for again', async () => {
    await host.start();
    host.daemon.restartError = new Error('supervisor busy');
    host.assign(1, 'apply', GOOD);
    await host.pass(1000);
    host.daemon.restartError = null;
    await host.pass(8000);
    expect(host.orchestrator.states.at(-1)).toBe('soaked');
  });

  test('a link that cannot be switched back is tried until it can', async () => {
    await host.start();
    host.assign(1, 'apply', { ...WRONG, silentFor: 500 });
    await host.pass(300);
    host.generations.switchError = new Error('read-only file system');
    await host.pass(30_000);
    expect(host.orchestrator.states.at(-1)).toBe('revertFailed');
    host.generations.switchError = null;
    await host.pass(10_000);
    expect([host.orchestrator.states.at(-1), host.daemon.runs]).toEqual(['reverted', OLD]);
  });
});

/** Kills the agent right after it has written its nth record, and starts another one. */
async function killedAfter(count: number, tree: TreeConfig): Promise<void> {
  await host.start();
  host.assign(1, 'apply', tree);
  for (let waited = 0; waited < 30_000 && host.entries.length < count; waited += 10) await host.pass(10);
  await host.stop();
  await host.start();
  await host.pass(20_000);
}

describe('an agent that is killed', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'after record %i goes on to the end of a good change',
    async (count) => {
      await killedAfter(count, GOOD);
      expect(host.orchestrator.states.at(-1)).toBe('soaked');
      host.assign(1, 'confirm', GOOD);
      await host.pass(2000);
      expect([host.orchestrator.states.at(-1), host.daemon.runs]).toEqual(['confirmed', GOOD]);
    },
  );

  test.each([3, 4, 5, 6, 7, 8, 9, 10])('after record %i goes on to the end of a revert', async (count) => {
    await killedAfter(count, { ...WRONG, silentFor: 200 });
    expect([host.orchestrator.states.at(-1), host.daemon.runs]).toEqual(['reverted', OLD]);
    expect(host.entries.filter((type) => type === 'applying')).toHaveLength(1);
  });
});
