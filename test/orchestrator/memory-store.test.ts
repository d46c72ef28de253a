import { GENESIS, type Snapshot } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { MemoryStore } from '../../services/orchestrator/src/adapters/store/memory-store.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { lineStopped, page, submission, write } from './fixtures.ts';
import { storeContract } from './store-contract.ts';

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

const UNAVAILABLE = { name: 'BreakwaterError', code: 'store_unavailable' };

describe('the store in memory', () => {
  storeContract(() => store.another());

  test('a view that is down answers nothing and writes nothing; another goes on, and so does it afterwards', async () => {
    const other = store.another();
    store.faults.down = true;
    await expect(store.snapshot()).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.commit(write(GENESIS, lineStopped('x')))).rejects.toMatchObject(UNAVAILABLE);
    expect((await other.snapshot()).head).toEqual(GENESIS);
    store.faults.down = false;
    expect(await store.commit(write(GENESIS, lineStopped('x')))).toBe('committed');
  });

  test('a commit whose answer is lost is written all the same, once', async () => {
    store.faults.repliesLost = 1;
    const commit = write(GENESIS, lineStopped('x'));
    await expect(store.commit(commit)).rejects.toMatchObject(UNAVAILABLE);
    expect(await store.events(null, 0, 10)).toEqual(commit.events);
    expect(await store.commit(commit)).toBe('conflict');
  });

  test('a rival writes before the next commit, which is a conflict and leaves nothing', async () => {
    store.faults.rivals.push(({ head }: Snapshot) => write(head, lineStopped('theirs')));
    const mine = write(GENESIS, lineStopped('mine'), { pages: [page('p')] });
    expect(await store.commit(mine)).toBe('conflict');
    expect(await store.outbox()).toEqual([]);
    const { head } = await store.snapshot();
    expect(head.seq).toBe(1);
    expect(await store.commit(write(head, lineStopped('mine')))).toBe('committed');
  });

  test('a writer that is wrong about what was there loses rows, as in Redis', async () => {
    const commit = submission(GENESIS, ['ns1']);
    const [{ after }] = commit.rollouts;
    await store.commit({ ...commit, rollouts: [{ before: after, after, live: true }] });
    await expect(store.snapshot()).rejects.toThrow('the row of host ns1 is missing');
  });

  test('what was read cannot be changed by whoever read it', async () => {
    await store.commit(submission(GENESIS, ['ns1']));
    const [rollout] = [...(await store.snapshot()).live.values()];
    expect(() => Object.assign(rollout!.hosts, { ns2: null })).toThrow('not extensible');
  });
});
