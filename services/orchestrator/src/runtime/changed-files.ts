import type { Store } from '../adapters/store/interface.ts';
import { changeOf, fileChanges } from '../core/bundle-diff.ts';
import { type Rollout, rowOf } from '../core/rollout.ts';
import type { ChangedFile } from '../core/timeline/changes.ts';

/** Names the files that a rollout changes in the tree of its first canary; `null` where the store does not have both sides. */
export async function changedFiles(
  store: Pick<Store, 'manifest'>,
  rollout: Rollout,
): Promise<ChangedFile[] | null> {
  const [canary] = rollout.waves[0]?.hosts ?? [];
  if (canary === undefined || rollout.replaces === null) return null;
  const [before, after] = await Promise.all([
    store.manifest(rollout.replaces),
    store.manifest(rollout.bundle),
  ]);
  if (!before || !after) return null;
  return fileChanges(before, after, rowOf(rollout, canary)).map((change) => ({
    path: change.path,
    change: changeOf(change),
  }));
}
