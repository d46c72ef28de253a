import { beforeEach, expect, test } from 'vitest';
import { PagerError } from '../adapters/pagers/interface.ts';
import { MemoryPager } from '../adapters/pagers/memory-pager.ts';
import { REX, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { openChannels } from './channels.ts';
import { pageTests, type TestPages } from './test-pages.ts';

let o: TestOrchestrator;
let [duty, hook]: [MemoryPager, MemoryPager] = [new MemoryPager('duty'), new MemoryPager('hook', false)];
let testPages: TestPages;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
  [duty, hook] = [new MemoryPager('duty'), new MemoryPager('hook', false)];
  testPages = pageTests(o.deps, o.engine, openChannels(o.deps, [duty, hook]));
});

test('each channel is sent a page, and those that take decisions its end, under a key of its own', async () => {
  const results = await testPages(null, REX, 'a new key');
  expect(results).toEqual([
    { channel: 'duty', accepted: true, ms: 0 },
    { channel: 'hook', accepted: true, ms: 0 },
  ]);
  expect(duty.taken.map(({ status }) => status)).toEqual(['firing', 'resolved']);
  expect(hook.taken).toMatchObject([{ severity: 'critical', reason: 'a new key', rollout: null }]);
  await o.clock.advance(10_000);
  await testPages(null, REX, 'again');
  expect(new Set(duty.taken.map(({ dedupKey }) => dedupKey)).size).toBe(2);
  expect((await o.events()).filter(({ type }) => type === 'pages.tested')).toMatchObject([
    { by: 'rex', reason: 'a new key', channels: ['duty', 'hook'] },
    { by: 'rex', reason: 'again' },
  ]);
});

test('the named channel is proved, and no other takes its page', async () => {
  duty.refusal = new PagerError('it answered 403', { status: 403 });
  const results = await testPages('duty', REX, 'x');
  expect(results).toEqual([
    { channel: 'duty', accepted: false, status: 403, error: 'it answered 403', ms: 0 },
  ]);
  expect(hook.tries).toBe(0);
  expect(o.metrics.deliveries).toEqual([{ channel: 'duty', outcome: 'failed' }]);
});

test('a test page that could not be ended says so', async () => {
  const send = duty.send.bind(duty);
  duty.send = async (page) => {
    if (page.status === 'resolved') throw new Error('it answered 500');
    await send(page);
  };
  const [result] = await testPages('duty', REX, 'x');
  expect(result?.accepted).toBe(true);
  expect(result?.error).toContain('stays open');
});

test('nobody is woken by tests more than once in ten seconds, or by one that the log does not have', async () => {
  o.store.faults.down = true;
  await expect(testPages(null, REX, 'x')).rejects.toMatchObject({ code: 'store_unavailable' });
  o.store.faults.down = false;
  expect(duty.tries).toBe(0);
  await expect(testPages(null, REX, 'x')).rejects.toMatchObject({ code: 'too_soon' });
  await o.clock.advance(10_000);
  await testPages(null, REX, 'x');
  await expect(testPages('hook', REX, 'x')).rejects.toMatchObject({ code: 'too_soon' });
});

test('a channel that does not exist is refused with the names of those that do', async () => {
  const refused = testPages('nobody', REX, 'x');
  await expect(refused).rejects.toThrow('There is no channel nobody; there are: duty, hook.');
  await expect(refused).rejects.toMatchObject({ code: 'not_found' });
  expect(await o.types()).toEqual([]);
});
