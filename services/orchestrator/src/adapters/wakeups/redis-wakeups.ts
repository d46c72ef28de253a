import { HostId } from '@breakwater/shared';
import { z } from 'zod';
import { type Log, type RedisAddress, redisClient } from '../redis/client.ts';
import type { Signal, Wakeups } from './interface.ts';

const CHANNEL = 'bw:signals';
const SignalMessage = z.strictObject({ hosts: z.array(HostId), head: z.int().min(0) });

/**
 * Signals over Redis publish/subscribe. An orchestrator's own signals come back to it over Redis as well: there is
 * one way only, so what works with one orchestrator works with several.
 */
export function redisWakeups({ log, ...at }: RedisAddress & { log: Log }): Wakeups {
  const listeners = new Set<(signal: Signal) => void>();
  const publisher = redisClient(
    at,
    {
      connectionName: 'breakwater-publish',
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 2000,
    },
    log,
  );
  // A connection that has subscribed can do nothing else. It subscribes again by itself when it was lost.
  const subscriber = redisClient(
    at,
    { connectionName: 'breakwater-subscribe', maxRetriesPerRequest: null },
    log,
  );
  let closed = false;
  subscriber.subscribe(CHANNEL).catch((err: unknown) => {
    if (!closed) log.warn({ err }, 'signals of other orchestrators are not heard');
  });
  subscriber.on('message', (_channel, message) => {
    const signal = readSignal(message);
    if (signal === null) return log.warn({ length: message.length }, 'a signal cannot be read');
    for (const listener of listeners) listener(signal);
  });
  return {
    publish: async (signal) => {
      try {
        await publisher.publish(CHANNEL, JSON.stringify(signal));
      } catch (err) {
        // What it announces is already stored: whoever misses it sees it a little later.
        log.warn({ err, head: signal.head }, 'a signal was not sent');
      }
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      listeners.clear();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

function readSignal(message: string): Signal | null {
  try {
    return SignalMessage.parse(JSON.parse(message));
  } catch {
    return null;
  }
}
