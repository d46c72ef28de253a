import type {
  Digest,
  HostId,
  HostStatus,
  Manifest,
  OperatorName,
  PollRequest,
  PollResponse,
  RolloutId,
  Strategy,
  Submission,
  TokenId,
} from '@breakwater/shared';
import type { GroupDiff } from '../../core/bundle-diff.ts';
import type { LoggedEvent, Verb } from '../../core/event.ts';
import type { HostOrder } from '../../core/host-order.ts';
import type { HostVerb } from '../../core/host-verbs.ts';
import type { FleetHost } from '../../core/fleet.ts';
import type { Line } from '../../core/line.ts';
import type { PlannedWave } from '../../core/planned.ts';
import type { Rollout } from '../../core/rollout.ts';
import type { Role } from '../../core/role.ts';
import type { Scope } from '../../core/scope.ts';
import type { StoredToken } from '../../core/token.ts';
import type { ChangedFile } from '../../core/timeline/changes.ts';
import type { Freeze } from '../calendar/interface.ts';
import type { Idempotency, Slice } from '../store/interface.ts';

/** Who makes a call. */
export interface Operator {
  name: OperatorName;
  role: Role;
  /** What it may act on; `null` is the whole fleet. */
  scope: Scope | null;
}

/** A token that is asked for. */
export interface TokenAsked {
  name: OperatorName;
  role: Role;
  scope: Scope | null;
  /** Wall-clock milliseconds; `null` is never. */
  expiresAt: number | null;
  reason: string;
}

/** Who makes a call, and under which key, if it has one. */
export interface Caller extends Operator {
  idempotency?: Idempotency | null;
}

export interface PlanAnswer {
  planDigest: Digest;
  bundle: Digest;
  /** With all defaults filled in. */
  strategy: Strategy;
  waves: readonly PlannedWave[];
  diff: readonly GroupDiff[];
  warnings: readonly string[];
}

/** A host as the interface shows it. */
export interface HostView extends FleetHost {
  address: string;
  port: number;
  status: HostStatus | null;
  rollout: RolloutId | null;
  /**
   * The generation that the host should be at: that of a rollout that has granted it, otherwise the declared one, and where
   * nothing is declared for it the one that it has confirmed.
   */
  desired: Digest | null;
  /** What a person has ordered of it. */
  order: HostOrder | null;
}

/** The line, and the freeze window that is in force. */
export interface LineState extends Line {
  frozen: Pick<Freeze, 'name' | 'until'> | null;
}

/** What became of a test page over one channel. */
export interface PageTest {
  channel: string;
  accepted: boolean;
  /** The HTTP status of a refusal, if there was an answer. */
  status?: number;
  error?: string;
  ms: number;
}

/**
 * What operators can ask for; every method throws BreakwaterError for what a caller did wrong. What was done under a key
 * is not done again under it, however late it is sent again and to whom; the answer says how things are then. The HTTP
 * layer only translates.
 */
export interface Operations {
  storeBundle(files: Record<string, string>): Promise<{ digest: Digest; manifest: Manifest }>;
  bundle(digest: Digest): Promise<{ digest: Digest; manifest: Manifest; files: Record<string, string> }>;
  plan(submission: Submission): Promise<PlanAnswer>;
  submit(submission: Submission, by: Caller): Promise<Rollout>;
  command(
    rollout: RolloutId,
    verb: Verb,
    by: Caller,
    reason: string,
    /** The host that `retry` and `skip` are for; the wave that `approve` means. */
    about: { host?: HostId | undefined; wave?: string | undefined },
  ): Promise<Rollout>;
  rollout(id: RolloutId): Promise<Rollout>;
  /** Which files it changes in the first canary's tree, by name; `null` where the store does not have both bundles. */
  changedFiles(rollout: Rollout): Promise<ChangedFile[] | null>;
  rollouts(limit: number, after: string | null): Promise<Slice<Rollout>>;
  events(rollout: RolloutId | null, after: number, limit: number): Promise<LoggedEvent[]>;
  hosts(): Promise<HostView[]>;
  orderHost(host: HostId, verb: HostVerb, by: Caller, reason: string): Promise<void>;
  line(): Promise<LineState>;
  setLine(stopped: boolean, by: Caller, reason: string): Promise<LineState>;
  /** Tokens that have not been revoked, oldest first; expired ones are among them until another is created. */
  tokens(): Promise<StoredToken[]>;
  /** Creates a token. `token` is its text, which is nowhere else and cannot be had again. */
  createToken(asked: TokenAsked, by: Caller): Promise<{ stored: StoredToken; token: string }>;
  /** From the next request on, nobody knows it. */
  revokeToken(id: TokenId, by: Caller, reason: string): Promise<void>;
  /** Sends a test page over the named channel, or over each. */
  testPages(channel: string | null, by: Operator, reason: string): Promise<PageTest[]>;
  /** Calls back whenever the log has grown. @returns a function that ends it. */
  onLog(listener: () => void): () => void;
  /** What keeps this orchestrator from working, in words; empty when it is ready. */
  unready(): Promise<string[]>;
  /** @throws BreakwaterError `safe_mode` while the store is not to be believed. */
  trusted(): Promise<void>;
  /** Resolves when what was done is on record outside the store too. No act is acknowledged before. */
  witnessed(): Promise<void>;
}

/** What agents can ask for. The host is who the connection says it is. */
export interface AgentDesk {
  /** Takes reports in, then waits until the assignment differs from what the agent follows, or time is up. */
  poll(host: HostId, request: PollRequest, signal: AbortSignal): Promise<PollResponse>;
  manifest(digest: Digest): Promise<Manifest>;
  file(sha256: Digest): Promise<Uint8Array>;
}

/** Finds out who holds a token; `null` for nobody. Tokens are compared by hash, in constant time. */
export interface Identities {
  /** As of now: a token that was revoked before this is asked is nobody's. Without a store it is as it was known last. */
  operator(token: string): Promise<Operator | null>;
  /** As it was known last, at most seconds ago; it asks nobody. */
  lastKnown(token: string): Operator | null;
  host(token: string): HostId | null;
}
