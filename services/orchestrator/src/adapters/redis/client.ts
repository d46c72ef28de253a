import { Redis, type RedisOptions } from 'ioredis';

/** Where Redis is. The address is an IP literal, so that no connection needs a resolver. */
export interface RedisAddress {
  address: string;
  port: number;
  password: string | null;
}

/** As much of a logger as the adapters need. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What the uses of a connection differ in: chiefly what becomes of a command whose answer is lost. */
export type Manner = Pick<
  RedisOptions,
  | 'autoResendUnfulfilledCommands'
  | 'commandTimeout'
  | 'connectionName'
  | 'enableOfflineQueue'
  | 'maxRetriesPerRequest'
  | 'retryStrategy'
  | 'socketTimeout'
>;

/** Opens a connection that is rebuilt, for as long as it takes, whenever it is lost. */
export function redisClient(at: RedisAddress, manner: Manner, log: Log): Redis {
  const client = new Redis({
    host: at.address,
    port: at.port,
    ...(at.password === null ? {} : { password: at.password }),
    retryStrategy: pauseBefore,
    // While Redis loads its data it says how long that may take; asking again each second is soon enough.
    maxLoadingRetryTime: 1000,
    ...manner,
  });
  client.on(
    'error',
    outage(log, { redis: `${at.address}:${at.port}`, connection: manner.connectionName }, client),
  );
  return client;
}

/** How long to wait before an attempt to connect again, in milliseconds. */
export function pauseBefore(attempt: number): number {
  return Math.min(50 * 2 ** attempt, 1000);
}

/** Something that says when it works again. */
interface Recovering {
  on(event: 'ready', listener: () => void): unknown;
}

/**
 * Makes a listener for `error` events that logs an outage once, and its end. Every failed attempt to reconnect is
 * an error of its own: logged one by one they would bury what matters just when it is looked for.
 */
function outage(log: Log, fields: object, source: Recovering): (error: Error) => void {
  let down = false;
  source.on('ready', () => {
    if (down) log.info(fields, 'Redis answers again');
    down = false;
  });
  return (error) => {
    if (!down) log.warn({ ...fields, err: error }, 'Redis does not answer');
    down = true;
  };
}

/**
 * Waits until the connection can be used.
 * @param lost what ends the wait early: `close` is the end of this attempt to connect, `end` that of all attempts.
 * @returns `false` when it cannot be used, or not within `ms`.
 */
export async function untilReady(client: Redis, ms: number, lost: 'close' | 'end'): Promise<boolean> {
  if (client.status === 'ready') return true;
  return new Promise((resolve) => {
    const settle = (ready: boolean): void => {
      clearTimeout(timer);
      client.off('ready', onReady);
      client.off(lost, onLost);
      resolve(ready);
    };
    const onReady = (): void => settle(true);
    const onLost = (): void => settle(false);
    const timer = setTimeout(onLost, ms);
    client.once('ready', onReady);
    client.once(lost, onLost);
  });
}
