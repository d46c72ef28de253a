import fc from 'fast-check';
import { type Page, type RolloutId, sha256 } from '@breakwater/shared';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Commit, Head, Store } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { GENESIS } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { MemoryStore } from '../../services/orchestrator/src/adapters/store/memory-store.ts';
import { redisStore } from '../../services/orchestrator/src/adapters/store/redis-store.ts';
import { isSettled } from '../../services/orchestrator/src/core/assignment.ts';
import type { DomainEvent } from '../../services/orchestrator/src/core/event.ts';
import type { Rollout } from '../../services/orchestrator/src/core/rollout.ts';
import { type Action, actions, strategies } from '../../services/orchestrator/src/core/testing/actions.ts';
import { History } from '../../services/orchestrator/src/core/testing/history.ts';
import { chain } from '../../services/orchestrator/src/runtime/chain.ts';
import { type PrivateRedis, startRedis } from '../support/redis.ts';
import { ADA, digest, host, lineStopped, page, quiet, token } from './fixtures.ts';

let redis: PrivateRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.run('FLUSHALL'));

/** What else is written beside decisions, or is refused. */
const extras = fc.oneof(
  fc.record({ write: fc.constant('line' as const), stopped: fc.boolean() }),
  fc.record({ write: fc.constant('order' as const), at: fc.nat(3), taken: fc.boolean() }),
  fc.record({ write: fc.constant('declaration' as const), at: fc.nat(3), taken: fc.boolean() }),
  fc.record({ write: fc.constant('token' as const), at: fc.nat(3), taken: fc.boolean() }),
  fc.record({ write: fc.constant('delivered' as const), at: fc.nat(5) }),
  fc.record({ write: fc.constant('key' as const), at: fc.nat(2) }),
  fc.record({ write: fc.constant('stale' as const), back: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ write: fc.constant('jump' as const), by: fc.integer({ min: 2, max: 2000 }) }),
);
type Extra = typeof extras extends fc.Arbitrary<infer T> ? T : never;

/** One writer, whose every commit goes to both stores. */
class Pair {
  readonly #stores: readonly [Store, Store];
  #head: Head = GENESIS;
  readonly #heads: Head[] = [GENESIS];
  #pages: Page[] = [];

  constructor(real: Store, memory: Store) {
    this.#stores = [real, memory];
  }

  async write(event: DomainEvent, ...rest: readonly DomainEvent[]): Promise<void> {
    await this.commit([event, ...rest], {});
  }

  async commit(
    events: readonly [DomainEvent, ...DomainEvent[]],
    more: Omit<Commit, 'expected' | 'events'>,
    on = this.#head,
  ): Promise<void> {
    const commit = { ...more, expected: on, events: chain(on, events, 1000) };
    const outcomes = await Promise.all(this.#stores.map((store) => store.commit(commit)));
    if (outcomes[0] !== outcomes[1]) throw new Error(`Redis says ${outcomes[0]}, memory ${outcomes[1]}`);
    if (outcomes[0] === 'conflict') return;
    const { seq, hash } = commit.events.at(-1) ?? commit.events[0];
    this.#head = { seq, hash };
    this.#heads.push(this.#head);
  }

  async decided(before: Rollout | null, after: Rollout, events: readonly DomainEvent[]): Promise<void> {
    const [first, ...rest] = events;
    if (!first) return;
    const pages = events.flatMap((event) => (event.type === 'page.queued' ? [event.page] : []));
    this.#pages.push(...pages);
    await this.commit([first, ...rest], { rollouts: [{ before, after, live: !isSettled(after) }], pages });
  }

  async extra(extra: Extra): Promise<void> {
    const name = host(`ns${'at' in extra ? extra.at : 0}`);
    const said = lineStopped(`about ${name}`);
    switch (extra.write) {
      case 'line':
        return this.commit([said], {
          line: { stopped: extra.stopped, by: ADA, reason: 'a test', since: 7 },
        });
      case 'order': {
        const order = { kind: 'drained' as const, by: ADA, reason: 'a test', since: 7 };
        return this.commit([said], { orders: new Map([[name, extra.taken ? null : order]]) });
      }
      case 'declaration': {
        const rollout = `r-${extra.at}` as RolloutId;
        const declared = extra.taken
          ? null
          : { rollout, bundle: digest('b'), targets: {}, at: 7, owed: [name] };
        return this.commit([said], { declarations: new Map([[rollout, declared]]) });
      }
      case 'token': {
        const one = token(`t-${extra.at + 1}`);
        return this.commit([said], { tokens: new Map([[one.id, extra.taken ? null : one]]) });
      }
      case 'delivered': {
        const known = this.#pages[extra.at] ?? page('r-1:1');
        return this.commit([said], { delivered: [known.id, 'nobody knows this one'] });
      }
      case 'key': {
        const request = sha256(String(this.#head.seq));
        const idempotency = { key: `key ${extra.at}`, request, rollout: 'r-1' as RolloutId };
        return this.commit([said], { idempotency });
      }
      case 'stale':
        return this.commit([said], { pages: [page('stale')] }, this.#heads.at(-1 - extra.back) ?? GENESIS);
      case 'jump': {
        const { seq } = this.#head;
        const to = seq + extra.by;
        return this.write({ type: 'store.accepted', by: ADA, reason: 'a test', from: seq, to, seen: to });
      }
      default:
        return extra satisfies never;
    }
  }

  /** All that can be read, of both. */
  async read(id: RolloutId): Promise<[unknown, unknown]> {
    const all = this.#stores.map(async (store) => ({
      snapshot: await store.snapshot(),
      rollout: await store.rollout(id),
      rollouts: await store.rollouts(10, null),
      events: await store.events(null, 0, 100_000),
      mine: await store.events(id, 0, 100_000),
      outbox: await store.outbox(),
      tallies: await store.tallies(),
      keys: await Promise.all([0, 1, 2].map((at) => store.idempotent(`key ${at}`))),
    }));
    return (await Promise.all(all)) as [unknown, unknown];
  }
}

test('whatever is written, in whatever order, Redis and memory answer alike', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: actions },
    { weight: 1, arbitrary: fc.array(extras, { maxLength: 3 }) },
  );
  const steps = fc.array(step, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(strategies, steps, async (strategy, list) => {
      await redis.run('FLUSHALL');
      const real = redisStore({ ...redis.at, log: quiet });
      try {
        const pair = new Pair(real, new MemoryStore());
        const history = new History(strategy);
        const { id } = history.drive.rollout;
        const told = (): readonly DomainEvent[] => history.drive.events.splice(0);
        history.drive.look();
        await pair.decided(null, history.drive.rollout, told());
        for (const one of list.flat<(Action | Extra)[][]>()) {
          if ('write' in one) {
            await pair.extra(one);
            continue;
          }
          const before = history.drive.rollout;
          history.play(one);
          await pair.decided(before, history.drive.rollout, told());
        }
        const [inRedis, inMemory] = await pair.read(id);
        expect(inRedis).toEqual(inMemory);
      } finally {
        await real.close();
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
