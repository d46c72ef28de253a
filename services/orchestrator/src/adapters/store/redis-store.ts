import { randomUUID } from 'node:crypto';
import {
  BreakwaterError,
  type Digest,
  type HostId,
  type Manifest,
  type Page,
  type RolloutId,
  systemClock,
} from '@breakwater/shared';
import type { Redis } from 'ioredis';
import type { LoggedEvent } from '../../core/event.ts';
import type { Rollout } from '../../core/rollout.ts';
import type { Metrics } from '../metrics/interface.ts';
import { type Log, type RedisAddress, redisClient, untilReady } from '../redis/client.ts';
import { ageOf } from './commands.ts';
import { writeCommit } from './commit.ts';
import { putBundle } from './content.ts';
import { decode, decodeEvent, decodeRollout, type StreamEntry } from './encoding.ts';
import type { Commit, Done, HostSighting, Slice, Snapshot, Store } from './interface.ts';
import { KEYS } from './keys.ts';
import { SAFE_SETTINGS, unsafeSettings } from './settings.ts';
import { advance, readSnapshot, oldestFirst } from './snapshot.ts';

const COMMAND_TIMEOUT_MS = 2000;
const SILENCE_MS = 5000;
/** Fields of one HSET; more would keep Redis from everybody else for too long. */
const SIGHTINGS_PER_COMMAND = 1000;

export interface RedisStore extends Store {
  /** What Redis's own clock says: wall-clock milliseconds. */
  time(): Promise<number>;
  close(): Promise<void>;
}

interface Options extends RedisAddress {
  log: Log;
  /** Is told how long Redis took, whether it answered or not. */
  metrics?: Pick<Metrics, 'stored'>;
}

/** The store in one Redis primary. Its layout is in keys.ts, the one write in commit.ts. */
export function redisStore(options: Options): RedisStore {
  return new StoreInRedis(options);
}

class StoreInRedis implements RedisStore {
  readonly #client: Redis;
  readonly #name: string;
  #known: Snapshot | null = null;
  readonly #metrics: Options['metrics'];
  #connections = 0;

  constructor({ log, metrics, ...at }: Options) {
    this.#metrics = metrics;
    this.#name = `Redis at ${at.address}:${at.port}`;
    // ioredis must neither keep commands for later nor repeat them: an answer that was lost is not known, and only
    // commit.ts may decide what to do about that.
    const options = {
      connectionName: 'breakwater-store',
      commandTimeout: COMMAND_TIMEOUT_MS,
      // A connection that says nothing at all may be dead without knowing it (a partition, a machine that is gone);
      // TCP alone would find out after a quarter of an hour.
      socketTimeout: SILENCE_MS,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
    };
    this.#client = redisClient(at, options, log);
    this.#client.on('ready', () => {
      this.#connections += 1;
    });
  }

  incarnation(): number {
    return this.#connections;
  }

  async snapshot(): Promise<Snapshot> {
    const known = this.#known;
    const snapshot = await this.#took('snapshot', () => this.#ask((redis) => readSnapshot(redis, known)));
    this.#known = snapshot;
    return snapshot;
  }

  async commit(commit: Commit): Promise<'committed' | 'conflict'> {
    const write = (redis: Redis) => writeCommit(redis, commit, randomUUID());
    const result = await this.#took('commit', () => this.#ask(write));
    // What is known is only ever compared with the head that Redis has; at worst it is read once more.
    const decidedOn = this.#known?.head;
    const { seq, hash } = commit.expected;
    if (result === 'committed' && this.#known && decidedOn?.seq === seq && decidedOn.hash === hash) {
      this.#known = advance(this.#known, commit);
    }
    return result;
  }

  async rollout(id: RolloutId): Promise<Rollout | null> {
    const fields = await this.#ask((redis) => redis.call('HGETALL', KEYS.rollout(id)));
    return decodeRollout(id, fields as string[]);
  }

  async rollouts(limit: number, after: string | null): Promise<Slice<Rollout>> {
    const below = after === null ? '+inf' : `(${ageOf(after as RolloutId)}`;
    const ids = await this.#ask((redis) =>
      redis.zrevrangebyscore(KEYS.rollouts, below, '-inf', 'LIMIT', 0, limit + 1),
    );
    const shown = ids.slice(0, limit) as RolloutId[];
    const items = await Promise.all(shown.map((id) => this.rollout(id)));
    return {
      items: items.filter((rollout) => rollout !== null),
      next: ids.length > limit ? (shown.at(-1) ?? null) : null,
    };
  }

  async events(rollout: RolloutId | null, after: number, limit: number): Promise<LoggedEvent[]> {
    const key = rollout === null ? KEYS.log : KEYS.logOf(rollout);
    const entries = await this.#ask((redis) => redis.xrange(key, `${after + 1}-0`, '+', 'COUNT', limit));
    return (entries as StreamEntry[]).map(decodeEvent);
  }

  async outbox(): Promise<Page[]> {
    const pages = await this.#ask((redis) => redis.hvals(KEYS.outbox));
    return oldestFirst(pages.map((json) => decode(json, 'a page') as Page));
  }

  async tallies(): Promise<ReadonlyMap<string, number>> {
    const counted = await this.#ask((redis) => redis.hgetall(KEYS.tallies));
    return new Map(Object.entries(counted).map(([name, count]) => [name, Number(count)]));
  }

  async idempotent(key: string): Promise<Done | null> {
    const json = await this.#ask((redis) => redis.get(KEYS.idempotency(key)));
    return json === null ? null : (decode(json, 'an idempotency key') as Done);
  }

  async putBundle(digest: Digest, manifest: Manifest, files: ReadonlyMap<Digest, Uint8Array>): Promise<void> {
    await this.#ask((redis) => putBundle(redis, digest, manifest, files));
  }

  async manifest(digest: Digest): Promise<Manifest | null> {
    const json = await this.#ask((redis) => redis.get(KEYS.bundle(digest)));
    return json === null ? null : (decode(json, `bundle ${digest}`) as Manifest);
  }

  async file(sha256: Digest): Promise<Uint8Array | null> {
    return this.#ask((redis) => redis.getBuffer(KEYS.file(sha256)));
  }

  async putSightings(sightings: ReadonlyMap<HostId, HostSighting>): Promise<void> {
    const fields = [...sightings].map(([id, sighting]) => [id, JSON.stringify(sighting)]);
    for (let at = 0; at < fields.length; at += SIGHTINGS_PER_COMMAND) {
      const some = fields.slice(at, at + SIGHTINGS_PER_COMMAND).flat();
      await this.#ask((redis) => redis.hset(KEYS.hosts, ...some));
    }
  }

  async sightings(): Promise<Map<HostId, HostSighting>> {
    const hosts = await this.#ask((redis) => redis.hgetall(KEYS.hosts));
    return new Map(
      Object.entries(hosts).map(([id, json]) => [
        id as HostId,
        decode(json, `sighting of ${id}`) as HostSighting,
      ]),
    );
  }

  async unsafeSettings(): Promise<string[]> {
    return unsafeSettings(
      (await this.#ask((redis) => redis.call('CONFIG', 'GET', ...SAFE_SETTINGS))) as string[],
    );
  }

  async time(): Promise<number> {
    const [seconds, microseconds] = await this.#ask((redis) => redis.time());
    return Number(seconds) * 1000 + Number(microseconds) / 1000;
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  async #took<T>(operation: Parameters<Metrics['stored']>[0], work: () => Promise<T>): Promise<T> {
    const started = systemClock.monotonic();
    try {
      return await work();
    } finally {
      this.#metrics?.stored(operation, (systemClock.monotonic() - started) / 1000);
    }
  }

  /** Asks Redis. It waits for a connection that is just being made, but never for one to come back. */
  async #ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const client = this.#client;
    const connecting = client.status === 'connecting' || client.status === 'connect';
    if (connecting) await untilReady(client, COMMAND_TIMEOUT_MS, 'close');
    try {
      if (client.status !== 'ready') throw new Error('there is no connection');
      return await question(client);
    } catch (cause) {
      if (cause instanceof BreakwaterError) throw cause;
      throw new BreakwaterError('store_unavailable', `${this.#name} does not answer: ${String(cause)}`, {
        cause,
      });
    }
  }
}
