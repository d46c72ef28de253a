import type { Page } from '@breakwater/shared';
import { expect, test } from 'vitest';
import type { OpenPage } from './rollout.ts';
import { Drive } from './testing/drive.ts';
import { evenFleet, rolloutOver } from './testing/fleet.ts';

const SOAKS = { canary: { soak: '1s' }, datacenters: { soak: '1s' }, global: { soak: '1s' } };
const CANARY = 'ns1.ams';

/** A rollout whose canary has failed. */
function halted(strategy: Record<string, unknown> = {}): Drive {
  const fleet = evenFleet(['ams', 'fra'], 4);
  const run = new Drive(rolloutOver(fleet, { strategy: { ...SOAKS, ...strategy } }), fleet);
  return run.preflight().report(CANARY, 'applying').report(CANARY, 'failed');
}

const pagesOf = ({ events }: Drive): Page[] =>
  events.flatMap((event) => (event.type === 'page.queued' ? [event.page] : []));
const keys = (pages: readonly (Page | OpenPage)[]): string[] => pages.map(({ dedupKey }) => dedupKey);
const resolved = (run: Drive): Page[] => pagesOf(run).filter(({ status }) => status === 'resolved');

test.for(['abort', 'rollback', 'resume'] as const)(
  '%s takes the page of the halt back, and says why',
  (verb) => {
    const run = halted().report(CANARY, 'reverted').look(10);
    const [page] = pagesOf(run);
    expect(keys(run.rollout.openPages)).toEqual([page?.dedupKey]);
    expect(run.say(verb)).toBeNull();
    expect(resolved(run)).toMatchObject([
      { dedupKey: page?.dedupKey, severity: 'critical', id: 'r-1-p2', reason: 'a test', code: page?.code },
    ]);
    expect(resolved(run)[0]?.summary).toBe(
      `Decided by an operator (${verb}) about rollout r-1: "${run.rollout.title}"`,
    );
    expect(run.rollout.openPages).toEqual([]);
  },
);

test('retrying the host that failed takes it back as well, since that reopens the rollout', () => {
  const run = halted().report(CANARY, 'reverted').look(10);
  expect(run.say('retry', CANARY)).toBeNull();
  expect(run.rollout.state).toBe('preflighting');
  expect(resolved(run)).toHaveLength(1);
});

test('an act that leaves the rollout halted decides nothing', () => {
  const run = halted().report(CANARY, 'reverted').look(10);
  expect(run.say('skip', 'ns2.fra')).toBeNull();
  expect(run.rollout.state).toBe('halted');
  expect([resolved(run), run.rollout.openPages.length]).toEqual([[], 1]);
});

test('a host that heals, time, and a rollback that ends by itself take nothing back', () => {
  const run = halted({ onFailure: 'rollback' }).report(CANARY, 'reverted').wait(10_000);
  expect(run.rollout.state).toBe('rolledBack');
  expect([resolved(run), run.rollout.openPages.length]).toEqual([[], 1]);
});

test('the same decision twice takes it back once', () => {
  const run = halted();
  run.say('rollback');
  run.say('rollback');
  run.say('abort');
  expect(resolved(run)).toHaveLength(1);
});

test('a repeated page is the same cause, and is taken back once', () => {
  const run = halted().report(CANARY, 'reverted').wait(900_000);
  expect(pagesOf(run).map(({ id }) => id)).toEqual(['r-1-p1', 'r-1-p2']);
  expect(new Set(keys(pagesOf(run))).size).toBe(1);
  expect(run.rollout.openPages).toHaveLength(1);
  run.say('abort');
  expect(resolved(run).map(({ id }) => id)).toEqual(['r-1-p3']);
});

test('a halt after the decision is another one, with a key of its own', () => {
  const run = halted().report(CANARY, 'reverted').look(10);
  run.say('resume');
  run.preflight().look(10).report(CANARY, 'applying').report(CANARY, 'failed');
  expect(run.rollout.state).toBe('halted');
  const [first, decision, second] = pagesOf(run);
  expect([decision?.dedupKey, decision?.status]).toEqual([first?.dedupKey, 'resolved']);
  expect(second?.dedupKey).not.toBe(first?.dedupKey);
  expect(keys(run.rollout.openPages)).toEqual([second?.dedupKey]);
});

test('a host that is not back stays paged when the rollout is aborted, until it is dealt with itself', () => {
  const stuck = (): Drive => halted().report(CANARY, 'revertFailed').look(10);
  const [halt, host] = keys(pagesOf(stuck()));
  expect(host).toContain(`revert/${CANARY}`);

  const aborted = stuck();
  expect(aborted.say('abort')).toBeNull();
  expect([keys(resolved(aborted)), keys(aborted.rollout.openPages)]).toEqual([[halt], [host]]);

  const skipped = stuck();
  expect(skipped.say('skip', CANARY)).toBeNull();
  expect(keys(resolved(skipped))).toContain(host);
});
