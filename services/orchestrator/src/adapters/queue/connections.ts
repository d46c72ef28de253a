import type { Redis } from 'ioredis';
import { type Log, pauseBefore, type RedisAddress, redisClient, untilReady } from '../redis/client.ts';

/**
 * The connection on which jobs are added. It fails quickly: whoever adds a job has something else to do, and a
 * command that waited for Redis to come back would add the job long after anybody wanted it.
 */
export function producerClient(at: RedisAddress, name: string, log: Log): Redis {
  const manner = { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2000 };
  return redisClient(at, { connectionName: `breakwater-${name}-add`, ...manner }, log);
}

/** The connection on which jobs are carried out, with the copies that BullMQ makes of it. */
export interface WorkerClient {
  client: Redis;
  /** Ends it and its copies, now or at their next attempt to connect. */
  end(): void;
}

/** Makes a connection on which jobs are carried out. BullMQ waits on it for as long as it takes. */
export function workerClient(at: RedisAddress, name: string, log: Log): WorkerClient {
  let ended = false;
  const manner = {
    connectionName: `breakwater-${name}-work`,
    maxRetriesPerRequest: null,
    // BullMQ does not end its copies while Redis is down, and they would keep the process alive until it is back.
    retryStrategy: (attempt: number) => (ended ? null : pauseBefore(attempt)),
  };
  const client = redisClient(at, manner, log);
  const end = (): void => {
    ended = true;
    client.disconnect();
  };
  return { client, end };
}

const CONNECT_WITHIN_MS = 2000;

/**
 * Waits a moment for the connection, as right after a start; BullMQ itself waits without any bound, and nobody
 * who adds a job may.
 * @throws when there is none.
 */
export async function assertConnected(client: Redis): Promise<void> {
  if (await untilReady(client, CONNECT_WITHIN_MS, 'close')) return;
  throw new Error('no job can be added: there is no connection to Redis');
}
