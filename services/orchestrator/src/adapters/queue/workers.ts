import { type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Log } from '../redis/client.ts';
import type { WorkerClient } from './connections.ts';

/** Long enough for a job that is being carried out to end in good order. */
const CLOSE_WITHIN_MS = 2000;

/** Carries out the jobs of one queue, beside the workers of other orchestrators. */
export function worker<Data>(
  queue: string,
  carryOut: Processor<Data, void>,
  { client, log, ...options }: { client: Redis; log: Log } & Pick<WorkerOptions, 'concurrency' | 'settings'>,
): Worker<Data, void> {
  const made = new Worker<Data, void>(queue, carryOut, {
    connection: client,
    // A killed orchestrator's job goes on elsewhere within about five seconds, as often as it takes: no job may
    // end because its orchestrator did.
    lockDuration: 5000,
    stalledInterval: 2000,
    maxStalledCount: 1000,
    ...options,
  });
  logFailures(made, { queue, client, log });
  return made;
}

/** Logs the first failure of each job, and of the worker itself; what repeats every second is said once. */
function logFailures<Data>(
  made: Worker<Data, void>,
  { queue, client, log }: { queue: string; client: Redis; log: Log },
): void {
  const failing = new Set<string | undefined>();
  let last = '';
  made.on('failed', (job, err) => {
    if (!failing.has(job?.id))
      log.warn({ queue, job: job?.id, err }, 'a job failed; trying it again until it works');
    failing.add(job?.id);
  });
  made.on('completed', (job) => failing.delete(job.id));
  made.on('error', (err) => {
    // That Redis is gone the connection itself says.
    if (client.status !== 'ready' || err.message === last) return;
    last = err.message;
    log.warn({ queue, err }, 'a worker had an error');
  });
}

interface Closable {
  close(force: boolean): Promise<void>;
}

/** Ends a worker and its connections. A job that does not end soon is left to whoever finds it stalled. */
export async function closeWorker(made: Closable, connection: WorkerClient): Promise<void> {
  const bound = Promise.withResolvers<void>();
  const timer = setTimeout(bound.resolve, CLOSE_WITHIN_MS);
  // Without Redis nothing ends in good order: BullMQ would wait for it, and its timers would never stop.
  const force = connection.client.status !== 'ready';
  if (force) connection.end();
  await Promise.race([made.close(force), bound.promise]);
  clearTimeout(timer);
  connection.end();
}
