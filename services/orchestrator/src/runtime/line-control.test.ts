import { beforeEach, expect, test } from 'vitest';
import { RUNNING_LINE } from '../core/line.ts';
import { grantedRollout, REX, SUE, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { chain } from './chain.ts';
import { setLine } from './line-control.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

const stop = (reason = 'smoke') => setLine(o.deps, o.engine, true, REX, reason);
const start = () => setLine(o.deps, o.engine, false, SUE, 'gone');

test('a stop says who, why and since when, in the same write as its event, and wakes every host', async () => {
  const since = o.clock.now();
  expect(await stop()).toEqual({ stopped: true, by: 'rex', reason: 'smoke', since });
  const { line, head } = await o.store.snapshot();
  expect(line).toEqual({ stopped: true, by: 'rex', reason: 'smoke', since });
  expect(await o.events()).toMatchObject([{ type: 'line.stopped', by: 'rex', reason: 'smoke', at: since }]);
  expect(o.wakeups.published).toEqual([{ hosts: [...o.hosts.keys()], head: head.seq }]);
});

test('once the line is stopped no further host is taken, and it goes on when the line is started', async () => {
  const { id } = await o.submit();
  await stop();
  for (const host of o.hosts.values()) await host.live(o.desk);
  const states = async () => Object.values((await o.stored(id)).hosts).map(({ state }) => state);
  expect(await states()).toEqual(Array(4).fill('ready'));
  await start();
  await o.look(id);
  expect((await states()).filter((state) => state === 'applying')).toHaveLength(1);
});

test('stopping a stopped line, or starting a running one, changes nothing', async () => {
  expect(await start()).toEqual(RUNNING_LINE);
  const line = await stop();
  const { head } = await o.store.snapshot();
  expect(await stop('again')).toEqual(line);
  expect((await o.store.snapshot()).head).toEqual(head);
});

test('a stop that meets another write is written after it; one that meets the same stop is that one', async () => {
  const { id } = await grantedRollout(o);
  const other = new TestOrchestrator([], o);
  await Promise.all([stop(), other.command(id, 'pause')]);
  expect((await o.store.snapshot()).line.stopped).toBe(true);
  expect((await o.stored(id)).state).toBe('paused');
  await start();

  o.store.faults.rivals.push(({ head, line }) => {
    const events = chain(head, [{ type: 'line.stopped', by: SUE.name, reason: 'theirs' }], 0);
    return { expected: head, events, line: { ...line, stopped: true, reason: 'theirs' } };
  });
  expect((await stop()).reason).toBe('theirs');
  expect((await o.types()).filter((type) => type === 'line.stopped')).toHaveLength(2);
});

test('a stop that was written although its answer was lost holds, and may be asked for again', async () => {
  o.store.faults.repliesLost = 1;
  await expect(stop()).rejects.toMatchObject({ code: 'store_unavailable' });
  await expect(o.submit()).rejects.toMatchObject({ code: 'line_stopped' });
  expect((await stop()).stopped).toBe(true);
});
