import { Queue } from 'bullmq';
import type { Log, RedisAddress } from '../redis/client.ts';
import { assertConnected, producerClient, workerClient } from './connections.ts';
import type { Deliver, PageQueue } from './interface.ts';
import { closeWorker, worker } from './workers.ts';

const QUEUE = 'pages';
const CONCURRENCY = 4;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

interface Options {
  connection: RedisAddress;
  deliver: Deliver;
  log: Log;
}

/** Deliveries as jobs of BullMQ: tried again, however long it takes, with pauses that grow up to half a minute. */
export function bullmqPageQueue({ connection, deliver, log }: Options): PageQueue {
  const producer = producerClient(connection, QUEUE, log);
  const consumer = workerClient(connection, QUEUE, log);
  const queue = new Queue<{ page: string }>(QUEUE, { connection: producer });
  queue.on('error', () => undefined); // The connection logs its own outages.
  const delivering = worker<{ page: string }>(QUEUE, (job) => deliver(job.data.page), {
    client: consumer.client,
    log,
    concurrency: CONCURRENCY,
    settings: { backoffStrategy: (made) => Math.min(FIRST_PAUSE_MS * 2 ** (made - 1), LONGEST_PAUSE_MS) },
  });
  return {
    deliver: async (page) => {
      await assertConnected(producer);
      await queue.add(
        'deliver',
        { page },
        {
          // BullMQ refuses a colon in an id.
          jobId: `page_${encodeURIComponent(page)}`,
          attempts: Number.MAX_SAFE_INTEGER,
          backoff: { type: 'custom' },
          removeOnComplete: true,
          removeOnFail: true,
        },
      );
    },
    close: async () => {
      await closeWorker(delivering, consumer);
      await queue.close();
      producer.disconnect();
    },
  };
}
