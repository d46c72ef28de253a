import type { Digest } from '@breakwater/shared';
import type { Snapshot } from '../adapters/store/interface.ts';
import type { Rollout } from '../core/rollout.ts';
import { chain } from './chain.ts';
import type { EngineDeps } from './engine-deps.ts';

/** The caller's name for a request, so that sending it twice does it once. */
export type Idempotency = { key: string; request: Digest } | null;

/** Records a rollout that did not exist before. @returns whether nobody else wrote in the meantime. */
export async function saveBirth(
  { store }: EngineDeps,
  rollout: Rollout,
  snapshot: Snapshot,
  idempotency: Idempotency,
): Promise<boolean> {
  const { id, title, reason, submittedBy: by, createdAt } = rollout;
  const hosts = Object.keys(rollout.hosts).length;
  const events = chain(
    snapshot.head,
    [{ type: 'rollout.submitted', rollout: id, by, title, reason, hosts }],
    createdAt,
  );
  const saved = await store.commit({
    expected: snapshot.head,
    events,
    rollouts: [{ before: null, after: rollout, live: true }],
    ...(idempotency === null ? {} : { idempotency: { ...idempotency, rollout: id } }),
  });
  return saved === 'committed';
}
