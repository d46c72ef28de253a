import { sha256 } from '@breakwater/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../adapters/http/interface.ts';
import { AMS, REX, SUE, TestOrchestrator } from '../testing/test-orchestrator.ts';
import { orderHost } from './host-orders.ts';
import { setLine } from './line-control.ts';

let o: TestOrchestrator;
beforeEach(async () => {
  o = await TestOrchestrator.ready();
});

const keyed = (what: string): Caller => ({ ...REX, idempotency: { key: 'k', request: sha256(what) } });
const types = async (): Promise<string[]> =>
  (await o.events()).map((event) => (event.type === 'rollout.command' ? event.verb : event.type));

interface Act {
  as: string;
  once: (by: Caller) => Promise<unknown>;
  undone: () => Promise<unknown>;
}

async function acts(): Promise<Act[]> {
  const { id } = await o.submit();
  const command = (verb: 'pause' | 'resume') => (by: Caller) =>
    o.engine.decide(
      id,
      { type: 'command', command: { verb, by: by.name, reason: 'a test', host: null } },
      { by },
    );
  const order = (verb: 'drain' | 'undrain') => (by: Caller) =>
    orderHost(o.deps, o.engine, { verb, host: o.host('ns2.ams').id, reason: 'a test' }, by);
  const line = (stopped: boolean) => (by: Caller) => setLine(o.deps, o.engine, stopped, by, 'a test');
  return [
    { as: 'pause', once: command('pause'), undone: () => command('resume')(SUE) },
    { as: 'host.drained', once: order('drain'), undone: () => order('undrain')(SUE) },
    { as: 'line.stopped', once: line(true), undone: () => line(false)(SUE) },
  ];
}

describe('a request under a key', () => {
  test('is carried out once, however late it is sent again and whatever was done since', async () => {
    for (const [n, { as, once, undone }] of (await acts()).entries()) {
      const by: Caller = { ...REX, idempotency: { key: `k${n}`, request: sha256(as) } };
      await once(by);
      await undone();
      await once(by);
      expect((await types()).filter((type) => type === as)).toEqual([as]);
    }
  });

  test('without one is carried out every time', async () => {
    for (const { as, once, undone } of await acts()) {
      await once(REX);
      await undone();
      await once(REX);
      expect((await types()).filter((type) => type === as)).toEqual([as, as]);
      await undone();
    }
  });

  test('keeps the key for itself: any other request is refused, also one of another kind', async () => {
    const [first, ...others] = await acts();
    await first!.once(keyed('pause'));
    for (const { once } of others)
      await expect(once(keyed('another'))).rejects.toMatchObject({ code: 'idempotency_conflict' });
    await expect(o.submit({}, keyed('another').idempotency ?? null)).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
  });

  test('that changed nothing or was refused leaves its key free', async () => {
    const [, , line] = await acts();
    await line!.once(SUE);
    await line!.once(keyed('stop'));
    await line!.undone();
    await line!.once(keyed('stop'));
    expect((await types()).filter((type) => type === 'line.stopped')).toHaveLength(2);
  });

  test('to two orchestrators at the same moment is carried out once', async () => {
    const other = new TestOrchestrator(AMS, o);
    await Promise.all([o, other].map((one) => setLine(one.deps, one.engine, true, keyed('stop'), 'a test')));
    expect((await types()).filter((type) => type === 'line.stopped')).toHaveLength(1);
  });
});
