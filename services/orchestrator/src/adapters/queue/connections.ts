import type { Redis } from 'ioredis';
import { type Log, type RedisAddress, redisClient } from '../redis/client.ts';

/**
 * The connection on which jobs are added. It fails quickly: whoever adds a job has something else to do, and a
 * command that waited for Redis to come back would add the job long after anybody wanted it.
 */
export function producerClient(at: RedisAddress, name: string, log: Log): Redis {
  const manner = { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2000 };
  return redisClient(at, { connectionName: `breakwater-${name}-add`, ...manner }, log);
}

/** The connection on which jobs are carried out. BullMQ waits on it, for as long as it takes. */
export function workerClient(at: RedisAddress, name: string, log: Log): Redis {
  return redisClient(at, { connectionName: `breakwater-${name}-work`, maxRetriesPerRequest: null }, log);
}

/** BullMQ waits for its first connection without any bound; nobody who adds a job may. */
export function assertReady(client: Redis): void {
  if (client.status !== 'ready') throw new Error('no job can be added: there is no connection to Redis');
}
