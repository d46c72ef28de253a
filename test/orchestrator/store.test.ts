import { GENESIS } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { type RedisStore, redisStore } from '../../services/orchestrator/src/adapters/store/redis-store.ts';
import { verifyChain } from '../../services/orchestrator/src/runtime/chain.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Loss, type LossyProxy, lossyProxy } from '../support/lossy-proxy.ts';
import { type PrivateRedis, startRedis } from '../support/redis.ts';
import { lineStopped, quiet, submission, write } from './fixtures.ts';
import { storeContract } from './store-contract.ts';

let redis: PrivateRedis;
const opened: RedisStore[] = [];

function open(port = redis.port): RedisStore {
  const store = redisStore({ ...redis.at, port, log: quiet });
  opened.push(store);
  return store;
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.run('FLUSHALL'));
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

describe('the store in Redis', () => {
  storeContract(open);

  describe('on a connection that loses things', () => {
    let proxy: LossyProxy;
    beforeEach(async () => {
      proxy = await lossyProxy(redis.port, 'XADD');
    });
    afterEach(() => proxy.close());

    test.for<Loss>(['reply', 'request'])('a commit whose %s is lost takes place once', async (loss) => {
      const store = open(proxy.port);
      const { head } = await store.snapshot();
      proxy.lose(loss);
      expect(await store.commit(write(head, lineStopped('x')))).toBe('committed');
      expect(await store.events(null, 0, 10)).toHaveLength(1);
      expect((await store.snapshot()).head.seq).toBe(1);
    });

    test('a commit that arrives after its own repetition changes nothing', async () => {
      const store = open(proxy.port);
      const { head } = await store.snapshot();
      proxy.lose('late');
      expect(await store.commit(write(head, lineStopped('x')))).toBe('committed');
      await proxy.release();
      expect(await store.events(null, 0, 10)).toHaveLength(1);
    });

    test('a commit that is lost while somebody else writes the very same event is a conflict', async () => {
      const [store, other] = [open(proxy.port), open()];
      const commit = write((await store.snapshot()).head, lineStopped('x'));
      proxy.lose('request');
      const [mine] = await Promise.all([store.commit(commit), other.commit(commit)]);
      expect(mine).toBe('conflict');
    });
  });

  test('nothing that was acknowledged is lost by kill -9, and commits go on by themselves', async () => {
    const store = open();
    let { head } = await store.snapshot();
    let restarted: Promise<void> | undefined;
    for (let n = 1; n <= 200; n++) {
      if (n === 100) restarted = redis.kill9AndRestart();
      const commit = write(head, lineStopped(`number ${n}`));
      expect(await store.commit(commit)).toBe('committed');
      head = { seq: commit.events[0].seq, hash: commit.events[0].hash };
    }
    await restarted;
    const events = await open().events(null, 0, 1000);
    expect(events.map((event) => 'reason' in event && event.reason)).toEqual(
      Array.from({ length: 200 }, (_, n) => `number ${n + 1}`),
    );
    expect(verifyChain(events, GENESIS)).toEqual(head);
  });

  test('without Redis every question fails at once, and works again when it is back', async () => {
    const store = open();
    await store.snapshot();
    await redis.kill9();
    const unavailable = { name: 'BreakwaterError', code: 'store_unavailable' };
    await expect(store.snapshot()).rejects.toMatchObject(unavailable);
    await expect(store.commit(write(GENESIS, lineStopped('x')))).rejects.toMatchObject(unavailable);
    await redis.restart();
    await expect
      .poll(() => store.snapshot().catch(() => null), { timeout: 20_000 })
      .toMatchObject({ head: GENESIS });
  });

  test('a snapshot is read once for each head, and not at all after own commits', async () => {
    const [store, other] = [open(), open()];
    const first = await store.snapshot();
    const commit = submission(first.head, ['ns1']);
    await store.commit(commit);
    const second = await store.snapshot();
    expect(second.live.get(commit.rollouts[0].after.id)).toBe(commit.rollouts[0].after);
    expect(await store.snapshot()).toBe(second);
    expect(first.live.size).toBe(0);

    await other.commit(submission((await other.snapshot()).head, ['ns2']));
    expect((await store.snapshot()).live.size).toBe(2);
    await redis.run('FLUSHALL');
    expect((await store.snapshot()).head).toEqual(GENESIS);
  });

  test('a damaged store refuses a commit before any of it is written', async () => {
    const store = open();
    await redis.run('SET', 'bw:live', 'not a set');
    await expect(store.commit(submission(GENESIS, ['ns1']))).rejects.toThrow('bw:live is a string');
    expect(await redis.run('KEYS', '*')).toEqual(['bw:live']);
  });

  test('a log that goes beyond the head refuses a commit', async () => {
    const store = open();
    await redis.run('XADD', 'bw:log', '7-0', 'event', '{}');
    await expect(store.commit(submission(GENESIS, ['ns1']))).rejects.toThrow('already ends at 7-0');
    expect(await redis.run('KEYS', '*')).toEqual(['bw:log']);
  });

  test('a rollout of another version is not guessed at', async () => {
    const store = open();
    await store.commit(submission(GENESIS, ['ns1']));
    await redis.run('HSET', 'bw:rollout:r-1', 'rollout', '{"v":4,"id":"r-1"}');
    await expect(open().snapshot()).rejects.toThrow('version 3');
  });

  test('a rollout that began before hosts asked one another goes on with what it has', async () => {
    await open().commit(submission(GENESIS, ['ns1']));
    const read = async (field: string): Promise<Record<string, object>> =>
      JSON.parse(String(await redis.run('HGET', 'bw:rollout:r-1', field))) as Record<string, object>;
    const stored = await read('rollout');
    const row = await read('host:ns1');
    const { vantage: _, ...strategy } = stored['strategy'] as Record<string, unknown>;
    const { answers: __, ...oldRow } = row;
    await redis.run('HSET', 'bw:rollout:r-1', 'rollout', JSON.stringify({ ...stored, v: 1, strategy }));
    await redis.run('HSET', 'bw:rollout:r-1', 'host:ns1', JSON.stringify(oldRow));
    const live = [...(await open().snapshot()).live.values()];
    expect(live).toMatchObject([{ strategy: { vantage: 0 }, vantage: {}, hosts: { ns1: { answers: [] } } }]);
  });

  test('settings that could lose acknowledged writes are named', async () => {
    const store = open();
    expect(await store.unsafeSettings()).toEqual([]);
    await redis.run('CONFIG', 'SET', 'appendfsync', 'everysec', 'maxmemory-policy', 'allkeys-lru');
    try {
      expect(await store.unsafeSettings()).toEqual([
        'appendfsync is "everysec": an acknowledged write can be lost; set it to "always"',
        'maxmemory-policy is "allkeys-lru": Redis deletes data when memory is short; set it to "noeviction"',
      ]);
    } finally {
      await redis.run('CONFIG', 'SET', 'appendfsync', 'always', 'maxmemory-policy', 'noeviction');
    }
  });
});
