import type { Digest, RolloutId } from '@breakwater/shared';

/** Every key of the store. The queues' keys begin with `bull:`, and may all be deleted at any time. */
export const KEYS = {
  /** Hash `seq`, `hash`: the newest event, and so the version of everything else. */
  head: 'bw:head',
  /** Stream of all events; the event with number 7 has the id `7-0`. */
  log: 'bw:log',
  /** The same events with the same ids, those of one rollout only. */
  logOf: (rollout: RolloutId) => `bw:log:${rollout}`,
  /** Set of the rollouts that are not settled. */
  live: 'bw:live',
  /** Sorted set of all rollouts, by the number of the event that recorded the submission. */
  rollouts: 'bw:rollouts',
  /** Hash of a rollout: see encoding.ts. */
  rollout: (id: string) => `bw:rollout:${id}`,
  line: 'bw:line',
  /** Hash of what people have ordered of single hosts, by host id. */
  orders: 'bw:orders',
  /** Hash of what succeeded rollouts have declared, by rollout id. */
  declarations: 'bw:declarations',
  /** Hash of operators' tokens, by their ids; of a token itself there is its SHA-256 alone. */
  tokens: 'bw:tokens',
  /** Hash of pages that no pager has taken yet, by page id. */
  outbox: 'bw:outbox',
  /** Hash of what is counted, by name: see core/tallies.ts. */
  tallies: 'bw:tallies',
  idempotency: (key: string) => `bw:idempotency:${key}`,
  bundle: (digest: Digest) => `bw:bundle:${digest}`,
  file: (sha256: Digest) => `bw:file:${sha256}`,
  /** Hash of what each host last said of itself. */
  hosts: 'bw:hosts',
} as const;
