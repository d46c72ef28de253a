import { BreakwaterError } from '@breakwater/shared';
import type { Caller } from '../adapters/http/interface.ts';
import type { Commit, Done, Store } from '../adapters/store/interface.ts';

/** A caller, as far as it matters here; what the orchestrator does by itself has no key. */
export type Keyed = Pick<Caller, 'idempotency'>;

/**
 * What the same request has led to before, if it has. To be asked on the snapshot that is decided on: whoever writes the key
 * moves the head, so a decision on an older one is not saved.
 * @throws BreakwaterError `idempotency_conflict` when the key was used for another request
 */
export async function doneBefore(store: Store, { idempotency }: Keyed): Promise<Done | null> {
  const known = idempotency ? await store.idempotent(idempotency.key) : null;
  if (known === null || known.request === idempotency?.request) return known;
  const about = known.rollout === null ? '' : ` about ${known.rollout}`;
  throw new BreakwaterError('idempotency_conflict', `the key was used for another request${about}`);
}

/** What a write says of the request that it carries out, so that it is not carried out again. */
export function underKey(
  { idempotency }: Keyed,
  rollout: Done['rollout'],
  more: Pick<Done, 'token'> = {},
): Pick<Commit, 'idempotency'> {
  return idempotency ? { idempotency: { ...idempotency, rollout, ...more } } : {};
}
