/** The code of a host that was left out because nobody could reach it. */
export const SKIPPED_UNREACHABLE = 'skipped_unreachable';

/** Why hosts were left out of a rollout without being judged. The change is owed to them once they are back. */
export const OWED: readonly string[] = [SKIPPED_UNREACHABLE, 'skipped_drained'];

/** Left out by a person's word about the host, not about the rollout. */
export const ORDERED: readonly string[] = ['skipped_drained', 'skipped_removed'];
