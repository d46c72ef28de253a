import { type Clock, systemClock } from '@breakwater/shared';
import { DelayedError, Job, Queue } from 'bullmq';
import type { Log, RedisAddress } from '../redis/client.ts';
import { assertConnected, producerClient, workerClient } from './connections.ts';
import type { Look, WakeUp, WaveQueue } from './interface.ts';
import { closeWorker, worker } from './workers.ts';

const QUEUE = 'waves';
/** Sorted set of wake-ups asked for, by time; its name is such that deleting `bull:*` deletes it too. */
const WANTED = 'bull:waves-wanted';
/** BullMQ keeps the time of a delayed job in the upper bits of its score, and its place within it below. */
const SCORES_PER_MS = 0x1000;
const CONCURRENCY = 16;

interface Options {
  connection: RedisAddress;
  look: Look;
  clock: Clock;
  log: Log;
}

/**
 * The wake-ups as jobs of BullMQ. A job looks, goes to sleep until its next look, and looks again, until its part of
 * the rollout is over.
 *
 * The one race that matters is a wake-up for a job that is at work: it cannot be moved, and is about to go to sleep
 * until a time that it found before the wake-up's reason arose. So whoever wakes writes down the time first and
 * moves the job second; whoever sends a job to sleep moves it first and reads the time second. Whichever comes
 * second sees the other. What is written down is struck out when a look begins: that look sees the reason.
 */
export function bullmqWaveQueue({ connection, look, clock, log }: Options): WaveQueue {
  const producer = producerClient(connection, QUEUE, log);
  const consumer = workerClient(connection, QUEUE, log);
  const queue = new Queue<WakeUp>(QUEUE, { connection: producer });
  queue.on('error', () => undefined); // The connection logs its own outages.

  /** BullMQ counts on the machine's own wall clock, which may say something else than the time that is shared. */
  const ownTime = (at: number): number => systemClock.now() + at - clock.now();

  async function bringForward(id: string, at: number): Promise<void> {
    const score = await producer.zscore(queue.toKey('delayed'), id);
    if (score === null || Number(score) / SCORES_PER_MS <= ownTime(at)) return;
    const job = await Job.fromId<WakeUp>(queue, id);
    // It fails when the job has just begun a look by itself, which is what was wanted.
    await job?.changeDelay(Math.max(0, at - clock.now())).catch(async (error: unknown) => {
      await assertConnected(producer);
      log.info({ job: id, err: error }, 'a job was already awake');
    });
  }

  async function wakeAt(wakeUp: WakeUp, at: number): Promise<void> {
    await assertConnected(producer);
    const id = `${wakeUp.rollout}_${wakeUp.part}`;
    await producer.zadd(WANTED, 'LT', at, id);
    await queue.add('look', wakeUp, {
      jobId: id,
      delay: Math.max(0, at - clock.now()),
      attempts: Number.MAX_SAFE_INTEGER,
      backoff: { type: 'fixed', delay: 1000 },
      // A finished job that is kept would swallow the next wake-up of the same part.
      removeOnComplete: true,
      removeOnFail: true,
    });
    await bringForward(id, at);
  }

  async function carryOut(job: Job<WakeUp, void>, token?: string): Promise<void> {
    const id = String(job.id);
    await consumer.client.zrem(WANTED, id);
    const next = await look(job.data);
    if (next === null) return;
    await job.moveToDelayed(ownTime(next), token);
    const wanted = await consumer.client.zscore(WANTED, id);
    if (wanted !== null && Number(wanted) < next) await bringForward(id, Number(wanted));
    throw new DelayedError();
  }

  const looking = worker<WakeUp>(QUEUE, carryOut, { client: consumer.client, log, concurrency: CONCURRENCY });
  looking.on('completed', (job) => {
    // The same race at the end of a part that has begun anew: the wake-up met a job that was just being removed.
    const again = async (): Promise<void> => {
      const wanted = await consumer.client.zscore(WANTED, String(job.id));
      if (wanted !== null) await wakeAt(job.data, Number(wanted));
    };
    again().catch((err: unknown) => log.warn({ job: job.id, err }, 'a wake-up was lost; the sweep finds it'));
  });

  return {
    wakeAt,
    depth: async () => {
      await assertConnected(producer);
      return queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
    },
    close: async () => {
      await closeWorker(looking, consumer);
      await queue.close();
      producer.disconnect();
    },
  };
}
