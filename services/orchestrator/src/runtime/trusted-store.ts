import type { Commit, Snapshot, Store } from '../adapters/store/interface.ts';
import type { Witness } from '../adapters/witness/interface.ts';
import { actsIn } from '../core/act.ts';

/** What the wrapper asks of the trust in a store. */
interface Trust {
  read(): Promise<Snapshot>;
  assertWritable(): Promise<void>;
}

/** A store that is believed only as far as it goes with what was seen of it. What is written is witnessed. */
export function trustedStore(store: Store, witness: Witness, trust: Trust): Store {
  async function commit(write: Commit): ReturnType<Store['commit']> {
    await trust.assertWritable();
    const outcome = await store.commit(write);
    if (outcome === 'conflict') return outcome;
    const { events, rollouts = [] } = write;
    const { seq, hash } = events.at(-1) ?? events[0];
    const acts = actsIn(
      events,
      rollouts.map(({ after }) => after),
    );
    witness.note({ head: { seq, hash }, acts });
    return outcome;
  }

  return {
    incarnation: () => store.incarnation(),
    snapshot: () => trust.read(),
    commit,
    rollout: (id) => store.rollout(id),
    rollouts: (limit, after) => store.rollouts(limit, after),
    events: (rollout, after, limit) => store.events(rollout, after, limit),
    outbox: () => store.outbox(),
    tallies: () => store.tallies(),
    idempotent: (key) => store.idempotent(key),
    manifest: (digest) => store.manifest(digest),
    file: (sha256) => store.file(sha256),
    sightings: () => store.sightings(),
    unsafeSettings: () => store.unsafeSettings(),
    // What is not this orchestrator's store is left as it is, also by what decides nothing.
    async putBundle(digest, manifest, files) {
      await trust.assertWritable();
      await store.putBundle(digest, manifest, files);
    },
    async putSightings(sightings) {
      await trust.assertWritable();
      await store.putSightings(sightings);
    },
  };
}
