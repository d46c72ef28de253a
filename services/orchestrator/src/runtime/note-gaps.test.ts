import { beforeEach, expect, test } from 'vitest';
import { grantedRollout, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { gapNotes } from './note-gaps.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

/** What an orchestrator that has just started does first, and then every second. */
async function begins(orchestrator: TestOrchestrator): Promise<() => Promise<void>> {
  const note = gapNotes(orchestrator.deps, orchestrator.engine);
  await orchestrator.watch.exchange();
  await note();
  return note;
}

const unwatched = async (): Promise<unknown[]> =>
  (await o.events()).filter(({ type }) => type === 'rollout.unwatched');

test('the time in which no orchestrator ran is in the log of every live rollout, once', async () => {
  const { id } = await grantedRollout(o);
  await o.watch.exchange();
  const from = o.clock.now();
  await o.clock.advance(60_000);
  const other = new TestOrchestrator([], o);
  const note = await begins(other);
  await other.watch.exchange();
  await note();
  expect(await unwatched()).toEqual([
    expect.objectContaining({ rollout: id, from, to: from + 60_000, why: 'unheard' }),
  ]);
});

test('an orchestrator that begins beside another leaves no gap', async () => {
  await grantedRollout(o);
  await o.clock.advance(60_000);
  for (const host of o.hosts.values()) await host.poll(o.desk);
  await o.watch.exchange();
  await begins(new TestOrchestrator([], o));
  expect(await unwatched()).toEqual([]);
});

test('a rollout that began in the gap is not said to have been missed before it began', async () => {
  await o.watch.exchange();
  await o.clock.advance(30_000);
  const { createdAt } = await grantedRollout(o);
  await o.clock.advance(30_000);
  await begins(new TestOrchestrator([], o));
  const [noted] = await unwatched();
  expect(noted).toMatchObject({ from: createdAt, to: createdAt + 30_000 });
});
