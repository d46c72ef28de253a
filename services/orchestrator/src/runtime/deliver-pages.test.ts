import { beforeEach, expect, test } from 'vitest';
import { MemoryPager } from '../adapters/pagers/memory-pager.ts';
import { haltedRollout, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { chain } from './chain.ts';
import { openChannels } from './channels.ts';
import { pageDelivery } from './deliver-pages.ts';

let o: TestOrchestrator;
let [first, second]: [MemoryPager, MemoryPager] = [new MemoryPager('duty'), new MemoryPager('chat')];
beforeEach(async () => {
  [first, second] = [new MemoryPager('duty'), new MemoryPager('chat')];
  o = await TestOrchestrator.ready();
});

test('a page that is taken leaves the outbox, and the rollout says when', async () => {
  const { id } = await haltedRollout(o);
  await o.clock.advance(5000);
  expect(await o.deliver(first, second)).toEqual([]);
  expect([first.tries, second.tries]).toEqual([1, 0]);
  expect(await o.store.outbox()).toEqual([]);
  expect((await o.stored(id)).pagedAt).toBe(o.clock.now());
  expect((await o.events(id)).at(-1)).toMatchObject({ type: 'page.delivered', channel: 'duty' });
  expect(o.metrics.deliveries).toEqual([{ channel: 'duty', outcome: 'accepted' }]);
});

test('the next channel is asked when the first refuses', async () => {
  const { id } = await haltedRollout(o);
  first.refusal = new Error('429');
  expect(await o.deliver(first, second)).toEqual([]);
  expect([first.tries, second.taken.length]).toEqual([1, 1]);
  expect((await o.events(id)).at(-1)).toMatchObject({ type: 'page.delivered', channel: 'chat' });
  expect(o.metrics.deliveries).toEqual([
    { channel: 'duty', outcome: 'failed' },
    { channel: 'chat', outcome: 'accepted' },
  ]);
});

test('a page that nobody takes is an error with all causes, and stays in the outbox', async () => {
  const { id } = await haltedRollout(o);
  first.refusal = new Error('429');
  second.refusal = new Error('timeout');
  const [error] = await o.deliver(first, second);
  expect(error).toBeInstanceOf(AggregateError);
  expect((error as AggregateError).errors).toEqual([first.refusal, second.refusal]);
  expect(await o.store.outbox()).toHaveLength(1);
  expect((await o.stored(id)).pagedAt).toBeNull();

  first.refusal = null;
  expect(await o.deliver(first, second)).toEqual([]);
  expect(await o.store.outbox()).toEqual([]);
});

test('without any channel a page is an error, and never taken as delivered', async () => {
  await haltedRollout(o);
  const [page] = await o.store.outbox();
  const deliver = pageDelivery(o.deps, o.engine, openChannels(o.deps, []));
  await expect(deliver(page!.id)).rejects.toThrow('no channel has taken');
  expect(await o.store.outbox()).toHaveLength(1);
});

test('a page that was taken while the store was down is delivered again, with the same key, and recorded once', async () => {
  const { id } = await haltedRollout(o);
  const pager = new MemoryPager('duty');
  const send = pager.send.bind(pager);
  pager.send = async (page) => {
    await send(page);
    o.store.faults.down = pager.tries === 1;
  };
  const [error] = await o.deliver(pager);
  expect(error).toMatchObject({ code: 'store_unavailable' });
  o.store.faults.down = false;
  expect(await o.deliver(pager)).toEqual([]);
  expect(new Set(pager.taken.map(({ dedupKey }) => dedupKey)).size).toBe(1);
  expect(pager.taken).toHaveLength(2);
  expect((await o.types(id)).filter((type) => type === 'page.delivered')).toHaveLength(1);
});

test('a page whose acknowledgement was lost is tried over the next channel', async () => {
  await haltedRollout(o);
  first.acknowledgementsLost = 1;
  expect(await o.deliver(first, second)).toEqual([]);
  expect([first.taken.length, second.taken.length]).toEqual([1, 1]);
});

test('a delivery that is run again for a page that has left the outbox sends nothing', async () => {
  await haltedRollout(o);
  const [page] = await o.store.outbox();
  await o.deliver(first);
  await o.pages.deliver(page!.id);
  expect(await o.deliver(first)).toEqual([]);
  expect(first.tries).toBe(1);
});

test('the page of a rollout that has ended in the meantime is delivered all the same', async () => {
  const { id } = await haltedRollout(o);
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
  await o.command(id, 'abort');
  expect((await o.store.snapshot()).live.size).toBe(0);
  await o.deliver(first);
  expect(await o.deliver(first)).toEqual([]);
  expect(await o.store.outbox()).toEqual([]);
  expect((await o.store.snapshot()).live.size).toBe(0);
});

test('a page that two orchestrators deliver at once is recorded once', async () => {
  const { id } = await haltedRollout(o);
  const other = new TestOrchestrator([], o);
  const [page] = await o.store.outbox();
  const both = [o, other].map((one) => {
    const deliver = pageDelivery(one.deps, one.engine, openChannels(one.deps, [first]));
    return deliver(page!.id);
  });
  await Promise.all(both);
  expect(first.taken).toHaveLength(2);
  expect((await o.types(id)).filter((type) => type === 'page.delivered')).toHaveLength(1);
});

test('a page about a halt that is over says nothing about when the present one was paged', async () => {
  const { id } = await haltedRollout(o);
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
  await o.command(id, 'resume');
  await o.deliver(first);
  expect(await o.deliver(first)).toEqual([]);
  expect(first.taken.map(({ status }) => status)).toEqual(['firing', 'resolved']);
  expect((await o.stored(id)).pagedAt).toBeNull();
});

test('a page that concerns no single rollout is delivered and recorded too', async () => {
  const { id } = await haltedRollout(o);
  const [halt] = await o.store.outbox();
  const page = { ...halt!, id: 'fleet-1', dedupKey: 'fleet', rollout: null };
  const { head } = await o.store.snapshot();
  const { submittedBy: by } = await o.stored(id);
  const events = chain(head, [{ type: 'line.stopped', by, reason: 'x' }], 0);
  await o.store.commit({ expected: head, events, pages: [page], delivered: [halt!.id] });
  await o.pages.deliver('fleet-1');
  expect(await o.deliver(first)).toEqual([]);
  expect(first.taken).toEqual([page]);
  expect(await o.store.outbox()).toEqual([]);
  const last = (await o.events()).at(-1);
  expect(last).toMatchObject({ type: 'page.delivered', page: 'fleet-1', channel: 'duty' });
  expect(last).not.toHaveProperty('rollout');
});
