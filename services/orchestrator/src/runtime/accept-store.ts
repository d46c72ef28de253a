import { BreakwaterError, type OperatorName } from '@breakwater/shared';
import type { Commit, Head, Snapshot, Store } from '../adapters/store/interface.ts';
import type { Testimony } from '../adapters/witness/interface.ts';
import { heldFor } from '../core/accepting.ts';
import type { Act } from '../core/act.ts';
import type { DomainEvent } from '../core/event.ts';
import { violations } from '../core/invariants.ts';
import { chain } from './chain.ts';
import { type Doubt, highestSeen, judgeStore } from './store-doubt.ts';

/** What a person has to know before they take the store as it is. */
export interface Finding {
  head: Head;
  /** The highest number that anybody has seen. */
  seen: number;
  /** Why the store is not believed; empty when there is nothing to accept. */
  doubts: readonly Doubt[];
  /** What people did, and the store does not hold. */
  lost: readonly Act[];
}

/** How far beyond everything that was seen the log goes on: what nobody could be asked about may be higher. */
const MARGIN = 1000;

/** Compares the store with what its witnesses have seen. It writes nothing. */
export async function inspect(store: Store, witnesses: readonly Testimony[]): Promise<Finding> {
  const { head } = await store.snapshot();
  const judged = await Promise.all(witnesses.map((witness) => judgeStore(store, witness)));
  const epochs = [...(await store.sightings()).values()].map(({ status }) => status.epoch);
  const seen = Math.max(0, ...epochs, ...witnesses.map((witness) => highestSeen(witness).seq));
  const doubts = judged.flatMap(({ doubt }) => doubt ?? []);
  if (doubts.length === 0 && head.seq < seen) {
    const reason = `the store ends with event ${head.seq}, and a host has followed epoch ${seen}`;
    doubts.push({ code: 'store_behind', reason });
  }
  return { head, seen, doubts, lost: await lostActs(store, witnesses) };
}

async function lostActs(store: Store, witnesses: readonly Testimony[]): Promise<Act[]> {
  // Several witnesses have seen the same act when an orchestrator's file was copied; the log has each once.
  const acts = new Map(witnesses.flatMap((witness) => witness.acts().map((act) => [act.hash, act])));
  const lost: Act[] = [];
  for (const act of [...acts.values()].toSorted((a, b) => a.seq - b.seq)) {
    const [there] = await store.events(null, act.seq - 1, 1);
    if (there?.hash !== act.hash) lost.push(act);
  }
  return lost;
}

/**
 * Takes the store as it is: the log goes on beyond all that was seen, so that no epoch and no sequence is given twice,
 * and every live rollout waits for a person, in one write.
 * @returns the number of the event that says so.
 * @throws BreakwaterError `verb_not_allowed` when there is nothing to accept.
 */
export async function acceptStore(
  store: Store,
  witnesses: readonly Testimony[],
  { by, reason, now }: { by: OperatorName; reason: string; now: number },
): Promise<number> {
  for (;;) {
    const { doubts, seen } = await inspect(store, witnesses);
    if (doubts.length === 0)
      throw new BreakwaterError(
        'verb_not_allowed',
        'there is nothing to accept: the store holds what was seen',
      );
    const snapshot = await store.snapshot();
    const from = snapshot.head.seq;
    const to = Math.max(seen, from) + MARGIN;
    const accepted: DomainEvent = { type: 'store.accepted', by, reason, from, to, seen };
    const held = [...snapshot.live.values()].map((before) => {
      const [after, events] = heldFor(before, { by, reason, now, epoch: to });
      return { before, after, events };
    });
    const events = chain(snapshot.head, [accepted, ...held.flatMap((one) => one.events)], now);
    if (await saved(store, snapshot, events, held)) return to;
  }
}

async function saved(
  store: Store,
  { head, live }: Snapshot,
  events: Commit['events'],
  held: readonly { before: Parameters<typeof heldFor>[0]; after: Parameters<typeof heldFor>[0] }[],
): Promise<boolean> {
  const changed = held.filter(({ before, after }) => before !== after);
  for (const { after } of changed) {
    const broken = violations(after);
    if (broken.length > 0) throw new BreakwaterError('internal', `rollout ${after.id}: ${broken.join('; ')}`);
  }
  const rollouts = changed.map((write) => ({ ...write, live: live.has(write.after.id) }));
  return (await store.commit({ expected: head, events, rollouts })) === 'committed';
}
