import type { Commit, Head, Store } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { GENESIS } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { RUNNING_LINE } from '../../services/orchestrator/src/core/line.ts';
import type { DomainEvent } from '../../services/orchestrator/src/core/event.ts';
import type { Rollout } from '../../services/orchestrator/src/core/rollout.ts';
import { MOST_TALLIES } from '../../services/orchestrator/src/core/tallies.ts';
import { verifyChain } from '../../services/orchestrator/src/runtime/chain.ts';
import {
  type BreakwaterError,
  fail,
  type HostStatus,
  manifestOf,
  pass,
  RolloutId,
  type RolloutState,
  sha256,
} from '@breakwater/shared';
import { describe, expect, test } from 'vitest';
import { ADA, digest, host, lineStopped, page, row, submission, submitted, write } from './fixtures.ts';

/**
 * What every store must do.
 * @param open a further view of the same data, which is empty at the start of each test.
 */
export function storeContract(open: () => Store): void {
  describe('a commit', () => {
    test('is what every other store reads then, to the last field', async () => {
      const [mine, theirs] = [open(), open()];
      expect(await theirs.snapshot()).toEqual({
        head: GENESIS,
        line: RUNNING_LINE,
        live: new Map(),
        claims: new Map(),
        orders: new Map(),
        declarations: [],
      });
      const commit = submission((await mine.snapshot()).head, ['ns1', 'ns2']);
      expect(await mine.commit(commit)).toBe('committed');

      const seen = await theirs.snapshot();
      expect(seen).toEqual(await mine.snapshot());
      expect(seen.head).toEqual({ seq: 1, hash: commit.events[0].hash });
      expect(seen.live).toEqual(new Map([['r-1', commit.rollouts[0].after]]));
      expect(await theirs.rollout(commit.rollouts[0].after.id)).toEqual(commit.rollouts[0].after);
      expect(await theirs.events(null, 0, 10)).toEqual(commit.events);
    });

    test('takes place once when two race for it, and the loser leaves nothing behind', async () => {
      const [mine, theirs] = [open(), open()];
      for (let round = 1; round <= 50; round++) {
        const { head } = await mine.snapshot();
        const commits = [mine, theirs].map((store, at) =>
          store.commit(
            write(head, lineStopped(`round ${round} by ${at}`), { pages: [page(`p-${round}-${at}`)] }),
          ),
        );
        expect((await Promise.all(commits)).toSorted()).toEqual(['committed', 'conflict']);
      }
      const events = await theirs.events(null, 0, 100);
      expect(events).toHaveLength(50);
      expect(verifyChain(events, GENESIS)).toEqual((await theirs.snapshot()).head);
      expect(await mine.outbox()).toHaveLength(50);
    });

    test('writes the rows that changed, and the others stay', async () => {
      const [mine, theirs] = [open(), open()];
      await mine.commit(submission(GENESIS, ['ns1', 'ns2', 'ns3']));
      const { head, live } = await theirs.snapshot();
      const before = [...live.values()][0]!;
      const changed = row('ns2', { state: 'soaking', verdict: pass('answers', 'as before') });
      const after: Rollout = { ...before, pages: 1, hosts: { ...before.hosts, [changed.id]: changed } };
      await theirs.commit(write(head, submitted(after), { rollouts: [{ before, after, live: true }] }));
      expect(await mine.rollout(after.id)).toEqual(after);
      expect((await mine.snapshot()).live.get(after.id)).toEqual(after);
    });

    test('holds a large fleet', async () => {
      const [mine, theirs] = [open(), open()];
      const hosts = Array.from({ length: 5000 }, (_, n) => `ns${n}`);
      expect(await mine.commit(submission(GENESIS, hosts))).toBe('committed');
      expect((await theirs.snapshot()).claims.size).toBe(5000);
    });

    test.for<[string, (commit: Commit) => Commit]>([
      ['leaves a gap', ({ events: [event], ...rest }) => ({ ...rest, events: [{ ...event, seq: 2 }] })],
      [
        'does not follow',
        ({ events: [event], ...rest }) => ({ ...rest, events: [{ ...event, prev: digest('b') }] }),
      ],
    ])('whose chain of events %s is refused', async ([, spoil]) => {
      const store = open();
      const spoilt = spoil(write(GENESIS, lineStopped('x')));
      await expect(store.commit(spoilt)).rejects.toMatchObject({
        code: 'internal',
      } satisfies Partial<BreakwaterError>);
      expect((await store.snapshot()).head).toEqual(GENESIS);
    });

    test('stops the line for all', async () => {
      const [mine, theirs] = [open(), open()];
      const line = { stopped: true, by: ADA, reason: 'smoke', since: 5 };
      await mine.commit(write(GENESIS, lineStopped('smoke'), { line }));
      expect((await theirs.snapshot()).line).toEqual(line);
    });
  });

  test('a live rollout claims its hosts, and a settled one lets them go', async () => {
    const [mine, theirs] = [open(), open()];
    await mine.commit(submission((await mine.snapshot()).head, ['ns1', 'ns2']));
    await mine.commit(submission((await mine.snapshot()).head, ['ns3']));
    const claims = [
      ['ns1', 'r-1'],
      ['ns2', 'r-1'],
      ['ns3', 'r-2'],
    ] as const;
    expect((await theirs.snapshot()).claims).toEqual(new Map(claims));

    const { head, live } = await theirs.snapshot();
    const before = [...live.values()].find(({ id }) => String(id) === 'r-1')!;
    const after: Rollout = { ...before, state: 'succeeded' };
    await theirs.commit(write(head, submitted(after), { rollouts: [{ before, after, live: false }] }));
    for (const store of [mine, theirs]) {
      expect((await store.snapshot()).claims).toEqual(new Map(claims.slice(2)));
      expect([...(await store.snapshot()).live.keys()]).toEqual(['r-2']);
      expect(await store.rollout(after.id)).toEqual(after);
    }
  });

  test('events come in pages, of one rollout or of everything', async () => {
    const store = open();
    for (const hosts of [['ns1'], ['ns2']])
      await store.commit(submission((await store.snapshot()).head, hosts));
    const { head } = await store.snapshot();
    await store.commit(write(head, lineStopped('lunch')));
    const seqs = async (...query: Parameters<Store['events']>): Promise<number[]> =>
      (await store.events(...query)).map(({ seq }) => seq);
    const [second] = (await store.rollouts(1, null)).items;
    expect(await seqs(null, 0, 2)).toEqual([1, 2]);
    expect(await seqs(null, 2, 2)).toEqual([3]);
    expect(await seqs(null, 3, 2)).toEqual([]);
    expect(await seqs(second!.id, 0, 10)).toEqual([2]);
    expect(await seqs(second!.id, 2, 10)).toEqual([]);
  });

  test('rollouts come newest first, in pages', async () => {
    const store = open();
    for (let n = 1; n <= 12; n++) await store.commit(submission((await store.snapshot()).head, [`ns${n}`]));
    const first = await store.rollouts(5, null);
    expect(first.items.map(({ id }) => id)).toEqual(['r-12', 'r-11', 'r-10', 'r-9', 'r-8']);
    const second = await store.rollouts(7, first.next);
    expect(second.items.map(({ id }) => id)).toEqual(['r-7', 'r-6', 'r-5', 'r-4', 'r-3', 'r-2', 'r-1']);
    expect(second.next).toBeNull();
  });

  test('an idempotency key belongs to the first request that used it', async () => {
    const [mine, theirs] = [open(), open()];
    const first = submission(GENESIS, ['ns1']);
    const idempotency = { key: 'key: 1', request: digest('c'), rollout: first.rollouts[0].after.id };
    expect(await theirs.idempotent('key: 1')).toBeNull();
    await mine.commit({ ...first, idempotency });
    expect(await theirs.idempotent('key: 1')).toEqual({ request: digest('c'), rollout: 'r-1' });

    const again = submission((await theirs.snapshot()).head, ['ns2']);
    expect(await theirs.commit({ ...again, idempotency: { ...idempotency, request: digest('d') } })).toBe(
      'conflict',
    );
    expect(await mine.idempotent('key: 1')).toEqual({ request: digest('c'), rollout: 'r-1' });
    expect((await mine.snapshot()).head.seq).toBe(1);
  });

  test('orders and declarations are kept until they are taken back, and everybody sees them', async () => {
    const [mine, theirs] = [open(), open()];
    const order = { kind: 'drained' as const, by: ADA, reason: 'new disk', since: 7 };
    const declaration = { bundle: digest('b'), targets: {}, at: 1, owed: [host('ns2')] };
    const declared = (id: string) =>
      [RolloutId.parse(id), { ...declaration, rollout: RolloutId.parse(id) }] as const;
    const orders = new Map([[host('ns1'), order]]);
    await mine.commit(
      write(GENESIS, lineStopped('x'), {
        orders,
        declarations: new Map([declared('r-2'), declared('r-10')]),
      }),
    );
    for (const store of [mine, theirs]) {
      const snapshot = await store.snapshot();
      expect(snapshot.orders).toEqual(orders);
      expect(snapshot.declarations.map(({ rollout }) => rollout)).toEqual(['r-10', 'r-2']);
    }
    const { head } = await theirs.snapshot();
    const back = {
      orders: new Map([[host('ns1'), null]]),
      declarations: new Map([[RolloutId.parse('r-10'), null]]),
    };
    await theirs.commit(write(head, lineStopped('y'), back));
    for (const store of [mine, theirs]) {
      const snapshot = await store.snapshot();
      expect([snapshot.orders.size, snapshot.declarations]).toEqual([0, [declared('r-2')[1]]]);
    }
  });

  test('a page stays in the outbox until it is delivered', async () => {
    const [mine, theirs] = [open(), open()];
    const [late, early] = [page('r-1:2', '2026-01-02T00:00:00.000Z'), page('r-1:1')];
    await mine.commit(write(GENESIS, lineStopped('x'), { pages: [late, early] }));
    expect(await theirs.outbox()).toEqual([early, late]);
    await theirs.commit(write((await theirs.snapshot()).head, lineStopped('y'), { delivered: ['r-1:1'] }));
    expect(await mine.outbox()).toEqual([late]);
  });

  describe('what is counted', () => {
    const came = (to: RolloutState): DomainEvent => {
      const verdict = pass('a_test', 'a test');
      return { type: 'rollout.state', rollout: RolloutId.parse('r-1'), from: 'running', to, verdict };
    };
    /** A rollout that is over, whose hosts have failed for these reasons. */
    const failed = (head: Head, ...codes: string[]): Commit => {
      const { rollouts, ...rest } = submission(
        head,
        codes.map((_, index) => `ns${index}`),
      );
      const [{ after }] = rollouts;
      const rows = Object.values(after.hosts).map((one, index) => [
        one.id,
        { ...one, failure: fail(codes[index] ?? '', 'a test') },
      ]);
      const hosts = Object.fromEntries(rows) as typeof after.hosts;
      return { ...rest, rollouts: [{ before: null, after: { ...after, hosts }, live: false }] };
    };
    const headOf = async (store: Store): Promise<Head> => (await store.snapshot()).head;

    test('is counted once in the write that it is about, and not in one that comes too late', async () => {
      const [mine, theirs] = [open(), open()];
      expect(await mine.tallies()).toEqual(new Map());
      const first = write(GENESIS, came('rollingBack'));
      await mine.commit(first);
      expect(await theirs.commit(first)).toBe('conflict');
      const second = failed(await headOf(mine), 'no_answer', 'no_answer');
      await mine.commit(second);
      expect(await theirs.commit(second)).toBe('conflict');
      const counted = { 'stateChanges rollingBack': 1, rollbacks: 1, 'failures no_answer': 2 };
      expect(Object.fromEntries(await theirs.tallies())).toEqual(counted);
      await theirs.commit(failed(await headOf(theirs), 'no_answer'));
      expect((await mine.tallies()).get('failures no_answer')).toBe(3);
    });

    test('has a bound, however many reasons agents think of: beyond it they are counted together', async () => {
      const store = open();
      await store.commit(failed(GENESIS, 'known'));
      const strange = Array.from({ length: MOST_TALLIES + 40 }, (_, index) => `strange_${index}`);
      await store.commit(failed(await headOf(store), 'strange', ...strange));
      await store.commit(failed(await headOf(store), 'known'));
      const tallies = await store.tallies();
      expect(tallies.size).toBe(MOST_TALLIES + 1);
      expect(tallies.get('failures other')).toBe(42);
      expect(tallies.get('failures known')).toBe(2);
    });
  });

  test('a bundle comes back byte by byte', async () => {
    const [mine, theirs] = [open(), open()];
    const manifest = manifestOf({ 'all/named.conf': 'options {};\n', 'all/empty': '' });
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
    const files = new Map([
      [sha256(bytes), bytes],
      [sha256(''), new Uint8Array()],
    ]);
    expect(await theirs.manifest(digest('e'))).toBeNull();
    for (let twice = 0; twice < 2; twice++) await mine.putBundle(digest('e'), manifest, files);
    expect(await theirs.manifest(digest('e'))).toEqual(manifest);
    for (const [sha, content] of files) expect(new Uint8Array((await theirs.file(sha))!)).toEqual(content);
    expect(await theirs.file(digest('f'))).toBeNull();
  });

  test('the last sighting of a host is kept', async () => {
    const [mine, theirs] = [open(), open()];
    const status: HostStatus = {
      generation: digest('a'),
      lastKnownGood: null,
      epoch: 3,
      daemon: { running: true, pid: 12, restarts: 0 },
      drift: null,
      health: pass('answers', 'as before'),
      zones: 2,
    };
    await mine.putSightings(new Map());
    await mine.putSightings(
      new Map([
        [host('ns1'), { status, heardAt: 1, journal: 'j', acknowledged: 0 }],
        [host('ns2'), { status, heardAt: 1, journal: 'j', acknowledged: 0 }],
      ]),
    );
    await theirs.putSightings(
      new Map([[host('ns1'), { status, heardAt: 2, journal: 'j', acknowledged: 3 }]]),
    );
    const kept = await mine.sightings();
    expect(kept).toEqual(
      new Map([
        ['ns1', { status, heardAt: 2, journal: 'j', acknowledged: 3 }],
        ['ns2', { status, heardAt: 1, journal: 'j', acknowledged: 0 }],
      ]),
    );
  });
}
