import { noData, type Verdict } from '@breakwater/shared';

/** What is said of a host that is left out because nobody could reach it. */
export const unreached = (reason: string): Verdict => noData('skipped_unreachable', reason);

/** Why hosts were left out of a rollout without being judged. The change is owed to them once they are back. */
export const OWED: readonly string[] = ['skipped_unreachable', 'skipped_drained'];

/** Left out by a person's word about the host, not about the rollout. */
export const ORDERED: readonly string[] = ['skipped_drained', 'skipped_removed'];
