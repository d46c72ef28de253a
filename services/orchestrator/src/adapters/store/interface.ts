import type { Digest, HostId, HostStatus, Manifest, Page, RolloutId, TokenId } from '@breakwater/shared';
import type { Declaration } from '../../core/declaration.ts';
import type { LoggedEvent } from '../../core/event.ts';
import type { HostOrder } from '../../core/host-order.ts';
import type { Line } from '../../core/line.ts';
import type { Rollout } from '../../core/rollout.ts';
import type { StoredToken, Tokens } from '../../core/token.ts';
import type { Word } from '../../core/watch.ts';

/** The newest event of the log. It moves with every write, so it is the version of everything. */
export interface Head {
  seq: number;
  hash: string;
}

/** The head of an empty log. */
export const GENESIS: Head = { seq: 0, hash: '0'.repeat(64) };

/** All that decisions need, as of one head. */
export interface Snapshot {
  head: Head;
  line: Line;
  /** Rollouts that are not settled: each still owns its hosts. */
  live: ReadonlyMap<RolloutId, Rollout>;
  /** Which live rollout a host belongs to. */
  claims: ReadonlyMap<HostId, RolloutId>;
  /** What people have ordered of single hosts. */
  orders: ReadonlyMap<HostId, HostOrder>;
  /** What succeeded rollouts have declared, newest first. */
  declarations: readonly Declaration[];
  /** Operators' tokens that have not been revoked. */
  tokens: Tokens;
}

/** A rollout as it is written: what it was when it was read, and what it is now. */
export interface RolloutWrite {
  before: Rollout | null;
  after: Rollout;
  live: boolean;
}

/** What a caller has named a request with, so that sending it twice does it once. */
export interface Idempotency {
  key: string;
  /** Of who asks what of whom: the key of one request is refused for any other. */
  request: Digest;
}

/** What a key was used for: the digest of the request, and the rollout that it was about, if it was about one. */
export interface Done {
  request: Digest;
  rollout: RolloutId | null;
  /** The token that it created. */
  token?: TokenId;
}

/** One atomic write: it takes place as a whole, and only if the log's head is still `expected`. */
export interface Commit {
  expected: Head;
  /** At least one: what changes without an event could be lost to another writer unseen. */
  events: readonly [LoggedEvent, ...LoggedEvent[]];
  /** Usually one; more where one rollout makes another give way. */
  rollouts?: readonly RolloutWrite[];
  /** `null` takes an order back. */
  orders?: ReadonlyMap<HostId, HostOrder | null>;
  declarations?: ReadonlyMap<RolloutId, Declaration | null>;
  /** `null` revokes one. */
  tokens?: ReadonlyMap<TokenId, StoredToken | null>;
  line?: Line;
  /** Pages to put into the outbox, and ids of pages to take out of it. */
  pages?: readonly Page[];
  delivered?: readonly string[];
  /** Written only if nobody has taken the key. */
  idempotency?: Idempotency & Done;
}

/** What a host last said of itself; kept beside the log, since it is an observation and decides nothing by itself. */
export interface HostSighting {
  status: HostStatus;
  /** The host's journal, and how much of it has been taken in. */
  journal: string;
  acknowledged: number;
  /** Wall-clock milliseconds of the orchestrator that heard it. */
  heardAt: number;
  /** Since when it has not called itself well, in wall-clock milliseconds; absent while it does. */
  unwellSince?: number;
  /** What it last said of hosts that it was to ask, if it was to ask any. */
  words?: readonly Word[];
}

/** Page of a listing. `next` is to be passed as `after` for the next one; `null` at the end. */
export interface Slice<T> {
  items: T[];
  next: string | null;
}

/**
 * The only store. Every method rejects with BreakwaterError `store_unavailable` when Redis does not answer;
 * after a failed `commit` the store itself has read back whether the write took place.
 */
export interface Store {
  /** Counts connections: behind a new one there may be another store, or the same one as it was before. */
  incarnation(): number;
  /** A consistent view; it costs nothing when the head has not moved since the last commit of this process. */
  snapshot(): Promise<Snapshot>;
  /** @returns `conflict` when the head had moved: reload and decide again. Nothing was written then. */
  commit(commit: Commit): Promise<'committed' | 'conflict'>;
  /** Any rollout, settled or not. */
  rollout(id: RolloutId): Promise<Rollout | null>;
  /** Newest first. `after` is a rollout id. */
  rollouts(limit: number, after: string | null): Promise<Slice<Rollout>>;
  /** Events of one rollout, or of everything, oldest first, with `seq` greater than `after`. */
  events(rollout: RolloutId | null, after: number, limit: number): Promise<LoggedEvent[]>;
  outbox(): Promise<Page[]>;
  /** What was counted in the commits, by name (core/tallies.ts). */
  tallies(): Promise<ReadonlyMap<string, number>>;
  /** What was done under a key, if anything was. */
  idempotent(key: string): Promise<Done | null>;
  /** Content-addressed and immutable: storing the same bundle twice is one bundle. */
  putBundle(digest: Digest, manifest: Manifest, files: ReadonlyMap<Digest, Uint8Array>): Promise<void>;
  manifest(digest: Digest): Promise<Manifest | null>;
  file(sha256: Digest): Promise<Uint8Array | null>;
  putSightings(sightings: ReadonlyMap<HostId, HostSighting>): Promise<void>;
  sightings(): Promise<Map<HostId, HostSighting>>;
  /** What in Redis's own settings could lose acknowledged writes; empty when nothing could. */
  unsafeSettings(): Promise<string[]>;
}
