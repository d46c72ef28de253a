import type { Head, Store } from '../adapters/store/interface.ts';
import type { Testimony } from '../adapters/witness/interface.ts';

/** Why the store is not to be believed. */
export interface Doubt {
  code: 'store_behind' | 'store_foreign';
  reason: string;
}

/** The highest number that was seen or claimed, and by whom; 0 when nothing was. */
export function highestSeen(seen: Pick<Testimony, 'head' | 'claim'>): { seq: number; by: string } {
  const [head, claim] = [seen.head(), seen.claim()];
  const mine = { seq: head?.seq ?? 0, by: 'this orchestrator' };
  return claim && claim.seq > mine.seq ? { seq: claim.seq, by: claim.from } : mine;
}

/** The doubt about a store that ends before what was seen. */
export function behind({ seq: ends }: Head, { seq, by }: { seq: number; by: string }): Doubt {
  const reason = `the store ends with event ${ends}, and ${by} has seen event ${seq}: what lies between is lost`;
  return { code: 'store_behind', reason };
}

/**
 * Compares the store with what a witness has seen: it must go as far, and hold the very event that was seen. A person
 * who took the store as it is since then has settled that.
 */
export async function judgeStore(
  store: Pick<Store, 'snapshot' | 'events'>,
  seen: Pick<Testimony, 'head' | 'claim'>,
): Promise<{ head: Head; doubt: Doubt | null }> {
  // Before the read: what is seen while it is on its way may be newer than its answer.
  const [mine, highest] = [seen.head(), highestSeen(seen)];
  const { head } = await store.snapshot();
  if (head.seq < highest.seq) return { head, doubt: behind(head, highest) };
  if (mine === null) return { head, doubt: null };
  const [same] = await store.events(null, mine.seq - 1, 1);
  if (same?.seq === mine.seq && same.hash === mine.hash) return { head, doubt: null };
  if (await acceptedSince(store, mine.seq)) return { head, doubt: null };
  const reason = `event ${mine.seq} of the store is not the one that this orchestrator has seen: it is another store, or was restored and written to since`;
  return { head, doubt: { code: 'store_foreign', reason } };
}

const EVENTS_AT_ONCE = 1000;

async function acceptedSince(store: Pick<Store, 'events'>, seq: number): Promise<boolean> {
  for (let after = seq; ; ) {
    const events = await store.events(null, after, EVENTS_AT_ONCE);
    if (events.some(({ type }) => type === 'store.accepted')) return true;
    const last = events.at(-1);
    if (last === undefined) return false;
    after = last.seq;
  }
}
