import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type RolloutId, systemClock } from '@breakwater/shared';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bullmqPageQueue } from '../../services/orchestrator/src/adapters/queue/bullmq-pages.ts';
import { bullmqWaveQueue } from '../../services/orchestrator/src/adapters/queue/bullmq-waves.ts';
import type {
  Deliver,
  Look,
  PageQueue,
  WakeUp,
  WaveQueue,
} from '../../services/orchestrator/src/adapters/queue/interface.ts';
import { type PrivateRedis, startRedis } from '../support/redis.ts';
import { quiet } from './fixtures.ts';

const CANARY: WakeUp = { rollout: 'r-1' as RolloutId, part: 'wave-0' };
const HOUR = 3_600_000;
/** How late a look may be; BullMQ is early by less than a millisecond, and this machine may be busy. */
const SLACK = 5000;
const PATIENTLY = { timeout: 20_000 };

let redis: PrivateRedis;
const opened: { close(): Promise<void> }[] = [];

async function waves(look: Look): Promise<WaveQueue> {
  const queue = bullmqWaveQueue({ connection: redis.at, look, clock: systemClock, log: quiet });
  opened.push(queue);
  await expect.poll(() => queue.depth().catch(() => null), PATIENTLY).not.toBeNull();
  return queue;
}

async function pages(deliver: Deliver): Promise<PageQueue> {
  const queue = bullmqPageQueue({ connection: redis.at, deliver, log: quiet });
  opened.push(queue);
  await connected('pages');
  return queue;
}

/** A job can be added only once there is a connection. */
async function connected(queue: string): Promise<void> {
  const clients = (): Promise<unknown> => redis.run('CLIENT', 'LIST');
  await expect.poll(clients, PATIENTLY).toContain(`name=breakwater-${queue}-add`);
}

/** A look that answers as it is told, one after the other, and then that the part is over; and when it was expectLooks. */
function scripted(...answers: ((now: number) => number | null | Promise<number | null>)[]) {
  const times: number[] = [];
  const look: Look = async () => {
    const now = Date.now();
    times.push(now);
    return (await answers[times.length - 1]?.(now)) ?? null;
  };
  return {
    look,
    times,
    expectLooks: (count: number) => expect.poll(() => times.length, PATIENTLY).toBe(count),
  };
}

async function deleteEveryJob(): Promise<void> {
  await redis.run(
    'EVAL',
    "for _, key in ipairs(redis.call('KEYS', 'bull:*')) do redis.call('DEL', key) end",
    '0',
  );
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.run('FLUSHALL'));
afterEach(async () => {
  await Promise.all(opened.splice(0).map((queue) => queue.close()));
});

describe('wake-ups', () => {
  test('look at the times that each look asks for, until the part is over', async () => {
    const { look, times, expectLooks } = scripted(
      (now) => now + 300,
      (now) => now + 600,
      () => null,
    );
    const queue = await waves(look);
    const at = Date.now() + 200;
    await queue.wakeAt(CANARY, at);
    await expectLooks(3);
    const due = [at, times[0]! + 300, times[1]! + 600];
    for (const [index, time] of times.entries()) {
      expect(time).toBeGreaterThanOrEqual(due[index]! - 2);
      expect(time).toBeLessThan(due[index]! + SLACK);
    }
    await expect
      .poll(() => queue.depth(), PATIENTLY)
      .toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  });

  test('are brought forward, and never put off', async () => {
    const { look, times, expectLooks } = scripted();
    const queue = await waves(look);
    await queue.wakeAt(CANARY, Date.now() + HOUR);
    const soon = Date.now() + 300;
    await queue.wakeAt(CANARY, soon);
    await queue.wakeAt(CANARY, Date.now() + HOUR);
    await expectLooks(1);
    expect(times[0]).toBeGreaterThanOrEqual(soon - 2);
    expect(times[0]).toBeLessThan(soon + SLACK);
  });

  test('that arrive during a look are not lost when it goes back to sleep', async () => {
    const { look, expectLooks } = scripted(async (now) => {
      await queue.wakeAt(CANARY, now);
      return now + HOUR;
    });
    const queue = await waves(look);
    await queue.wakeAt(CANARY, 0);
    await expectLooks(2);
  });

  test('that arrive during the last look of a part begin the part anew', async () => {
    const { look, expectLooks } = scripted(async (now) => {
      await queue.wakeAt(CANARY, now);
      return null;
    });
    const queue = await waves(look);
    await queue.wakeAt(CANARY, 0);
    await expectLooks(2);
  });

  test('for a part that is over begin it anew', async () => {
    const { look, expectLooks } = scripted();
    const queue = await waves(look);
    await queue.wakeAt(CANARY, 0);
    await expectLooks(1);
    await expect.poll(() => queue.depth(), PATIENTLY).toMatchObject({ active: 0 });
    await queue.wakeAt(CANARY, 0);
    await expectLooks(2);
  });

  test('reach other orchestrators, each look one of them', async () => {
    const { look, times, expectLooks } = scripted(
      (now) => now,
      (now) => now,
      (now) => now + HOUR,
    );
    const [one] = await Promise.all([waves(look), waves(look)]);
    await one.wakeAt(CANARY, 0);
    await expectLooks(3);
    await expect.poll(() => one.depth(), PATIENTLY).toEqual({ waiting: 0, active: 0, delayed: 1, failed: 0 });
    expect(times).toHaveLength(3);
  });

  test('survive looks that fail', async () => {
    const { look, expectLooks } = scripted(
      () => Promise.reject(new Error('the store is down')),
      () => Promise.reject(new Error('the store is still down')),
    );
    const queue = await waves(look);
    await queue.wakeAt(CANARY, 0);
    await expectLooks(3);
    await expect
      .poll(() => queue.depth(), PATIENTLY)
      .toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  });

  test('go on elsewhere when an orchestrator is killed in the middle of a look', async () => {
    const script = new URL('stuck-worker.ts', import.meta.url).pathname;
    const other = spawn(process.execPath, [script, String(redis.port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(other.stdout, 'data');
    const { look, expectLooks } = scripted();
    await waves(look);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await expectLooks(1);
  });

  test('survive kill -9 of Redis', async () => {
    const { look, times, expectLooks } = scripted((now) => now + 1500);
    const queue = await waves(look);
    await queue.wakeAt(CANARY, 0);
    await expectLooks(1);
    await redis.kill9AndRestart();
    await expectLooks(2);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1498);
  });

  test('can be added again after every key of BullMQ was deleted', async () => {
    const { look, expectLooks } = scripted();
    const queue = await waves(look);
    await queue.wakeAt(CANARY, Date.now() + HOUR);
    await deleteEveryJob();
    await queue.wakeAt(CANARY, 0);
    await expectLooks(1);
  });

  test('are refused at once while Redis is down, and closing takes no longer for it', async () => {
    const queue = await waves(scripted().look);
    await redis.kill9();
    try {
      await expect
        .poll(() => queue.wakeAt(CANARY, 0).catch(String), PATIENTLY)
        .toContain('no connection to Redis');
      const before = Date.now();
      await Promise.all(opened.splice(0).map((one) => one.close()));
      expect(Date.now() - before).toBeLessThan(5000);
    } finally {
      await redis.restart();
    }
  });
});

describe('deliveries of pages', () => {
  test('are tried again until one succeeds, with growing pauses', async () => {
    const tries: number[] = [];
    const queue = await pages(async (id) => {
      expect(id).toBe('r-1:1');
      if (tries.push(Date.now()) < 4) throw new Error('the pager answered 500');
    });
    await queue.deliver('r-1:1');
    await expect.poll(() => tries.length, PATIENTLY).toBe(4);
    const [first, second, third] = tries.slice(1).map((time, index) => time - tries[index]!);
    expect(first).toBeGreaterThanOrEqual(498);
    expect(second).toBeGreaterThanOrEqual(998);
    expect(third).toBeGreaterThanOrEqual(1998);
  });

  test('are queued once for each page, and again when the page was already delivered', async () => {
    const delivered: string[] = [];
    const gate = Promise.withResolvers<void>();
    const queue = await pages(async (id) => {
      await gate.promise;
      delivered.push(id);
    });
    for (const id of ['r-1:1', 'r-1:1', 'r-1-1', 'r-1:2']) await queue.deliver(id);
    gate.resolve();
    await expect.poll(() => delivered.toSorted(), PATIENTLY).toEqual(['r-1-1', 'r-1:1', 'r-1:2']);
    await expect.poll(() => redis.run('KEYS', 'bull:pages:page_*'), PATIENTLY).toEqual([]);
    await queue.deliver('r-1:1');
    await expect.poll(() => delivered, PATIENTLY).toHaveLength(4);
  });
});
