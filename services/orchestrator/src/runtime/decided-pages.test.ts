import { beforeEach, expect, test } from 'vitest';
import { PagerError } from '../adapters/pagers/interface.ts';
import { MemoryPager } from '../adapters/pagers/memory-pager.ts';
import { haltedRollout, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { chain } from './chain.ts';
import { openChannels } from './channels.ts';
import { pageDelivery } from './deliver-pages.ts';

let o: TestOrchestrator;
let [duty, chat]: [MemoryPager, MemoryPager] = [new MemoryPager('duty'), new MemoryPager('chat')];
beforeEach(async () => {
  [duty, chat] = [new MemoryPager('duty'), new MemoryPager('chat')];
  o = await TestOrchestrator.ready();
});

/** A halted rollout whose hosts are all back. */
async function decidable() {
  const { id } = await haltedRollout(o);
  await o.until(id, ({ hosts }) => hosts[o.host('ns1.ams').id]?.state === 'reverted');
  return id;
}

/** One that was aborted after its page had been delivered. */
async function decided() {
  const id = await decidable();
  expect(await o.deliver(duty)).toEqual([]);
  await o.command(id, 'abort');
  return id;
}

const statuses = (pager: MemoryPager): string[] => pager.taken.map(({ status }) => status);

test('a decision is told over every channel that wants to know, under the key of the page', async () => {
  const hook = new MemoryPager('hook', false);
  const id = await decided();
  expect(await o.deliver(duty, hook, chat)).toEqual([]);
  const [firing, resolved] = duty.taken;
  expect(resolved).toMatchObject({ status: 'resolved', dedupKey: firing?.dedupKey, reason: 'a test' });
  expect([chat.taken, hook.taken]).toEqual([[resolved], []]);
  expect((await o.events(id)).at(-1)).toMatchObject({ type: 'page.delivered', channel: 'duty, chat' });
  expect(await o.store.outbox()).toEqual([]);
});

test('a decision leaves the outbox where no channel wants to know', async () => {
  const id = await decided();
  expect(await o.deliver(new MemoryPager('hook', false))).toEqual([]);
  expect((await o.events(id)).at(-1)).toMatchObject({ type: 'page.delivered', channel: null });
  expect(await o.store.outbox()).toEqual([]);
});

test('a halt is delivered even when it is decided already, and the decision after it', async () => {
  const id = await decidable();
  duty.refusal = new Error('down');
  await o.command(id, 'abort');
  const why = (await o.deliver(duty)).map(String);
  expect(why).toEqual([expect.stringContaining('no channel'), expect.stringContaining('waits until page')]);
  duty.refusal = null;
  await o.deliver(duty);
  await o.deliver(duty);
  expect(statuses(duty)).toEqual(['firing', 'resolved']);
  expect(await o.store.outbox()).toEqual([]);
});

test('a decision that one channel does not hear of is told again to that one only', async () => {
  await decided();
  const deliver = pageDelivery(o.deps, o.engine, openChannels(o.deps, [duty, chat]));
  chat.refusal = new Error('503');
  expect(await o.pages.run(deliver)).toHaveLength(1);
  expect(await o.pages.run(deliver)).toHaveLength(1);
  chat.refusal = null;
  expect(await o.pages.run(deliver)).toEqual([]);
  expect([statuses(duty), statuses(chat)]).toEqual([['firing', 'resolved'], ['resolved']]);
});

test('a decision that a channel will never take does not stay in the outbox for ever', async () => {
  await decided();
  chat.refusal = new PagerError('it answered 400', { status: 400, refused: true });
  expect(await o.deliver(duty, chat)).toEqual([]);
  expect(await o.store.outbox()).toEqual([]);
});

test('a decision is not told once the cause is back: it would end the newer page', async () => {
  const id = await decided();
  const [{ dedupKey, severity, code }] = duty.taken as [MemoryPager['taken'][number]];
  const { head } = await o.store.snapshot();
  const before = await o.stored(id);
  const after = { ...before, openPages: [{ dedupKey, severity, code }] };
  const events = chain(head, [{ type: 'line.started', by: before.submittedBy, reason: 'x' }], 0);
  await o.store.commit({ expected: head, events, rollouts: [{ before, after, live: false }] });
  expect(await o.deliver(duty)).toEqual([]);
  expect(statuses(duty)).toEqual(['firing']);
  expect(await o.store.outbox()).toEqual([]);
});
