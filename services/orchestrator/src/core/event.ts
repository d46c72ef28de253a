import type {
  HostId,
  HostState,
  OperatorName,
  Page,
  ReportedState,
  RolloutId,
  RolloutState,
  TokenId,
  Verdict,
  WaveState,
} from '@breakwater/shared';

import type { GatePhase } from './gate-record.ts';
import type { Role } from './role.ts';
import type { Scope } from './scope.ts';

/** The verbs by which a person steers a rollout. */
export const VERBS = ['approve', 'pause', 'resume', 'abort', 'rollback', 'retry', 'skip'] as const;
export type Verb = (typeof VERBS)[number];

/**
 * Everything that is worth remembering, as it is logged. The log is the audit trail: whatever changes in the
 * store changes in the same write as the events that say so.
 */
export type DomainEvent =
  | {
      type: 'rollout.submitted';
      rollout: RolloutId;
      by: OperatorName;
      title: string;
      reason: string;
      hosts: number;
      emergency?: { incident: string; expiresAt: number };
    }
  /** An emergency has made a rollout give these hosts up. */
  | {
      type: 'rollout.overtaken';
      rollout: RolloutId;
      by: OperatorName;
      reason: string;
      emergency: RolloutId;
      hosts: HostId[];
    }
  | {
      type: 'rollout.command';
      rollout: RolloutId;
      verb: Verb;
      by: OperatorName;
      reason: string;
      host?: HostId;
    }
  | { type: 'rollout.state'; rollout: RolloutId; from: RolloutState; to: RolloutState; verdict: Verdict }
  /** It stands still, and why: no room, an older rollout (then without a wave), a freeze, the line; or it goes on again. */
  | { type: 'rollout.waiting'; rollout: RolloutId; wave: string; verdict: Verdict }
  | { type: 'wave.state'; rollout: RolloutId; wave: string; from: WaveState; to: WaveState }
  | {
      type: 'host.state';
      rollout: RolloutId;
      wave: string;
      host: HostId;
      from: HostState;
      to: HostState;
      verdict?: Verdict;
    }
  /** A host said something that changed no state: that it took a grant, or that its soak is over. */
  | {
      type: 'host.reported';
      rollout: RolloutId;
      wave: string;
      host: HostId;
      state: ReportedState;
      verdict: Verdict;
    }
  /** A host was told to keep the change; `vantage` are the others that had found it well (not in old logs). */
  | { type: 'host.confirming'; rollout: RolloutId; wave: string; host: HostId; vantage?: HostId[] }
  /** Another host, `point`, is to ask a changed host; and what it has found, as often as that changes. */
  | { type: 'vantage.asked'; rollout: RolloutId; wave: string; host: HostId; point: HostId }
  | {
      type: 'vantage.reported';
      rollout: RolloutId;
      wave: string;
      host: HostId;
      point: HostId;
      verdict: Verdict;
    }
  /** A gate of a wave is measured from now on; and what each measurement told. */
  | { type: 'gate.begun'; rollout: RolloutId; wave: string; gate: string; phase: GatePhase }
  | {
      type: 'gate.measured';
      rollout: RolloutId;
      wave: string;
      gate: string;
      phase: GatePhase;
      verdict: Verdict;
      /** Whether it told something else than the measurement before, or missed its condition. */
      news: boolean;
    }
  /** While a wave runs no further host may be taken (`reason`), or one may again (`null`). */
  | { type: 'wave.held'; rollout: RolloutId; wave: string; reason: string | null }
  /** Nobody could see between `from` and `to` (wall-clock milliseconds) what became of it, and why not. */
  | { type: 'rollout.unwatched'; rollout: RolloutId; from: number; to: number; why: 'unheard' | 'safeMode' }
  | { type: 'page.queued'; rollout: RolloutId; page: Page }
  /**
   * `rollout` is missing where the page concerns no single one. `channel` is several where all were told of a decision,
   * and `null` where none had to be told.
   */
  | { type: 'page.delivered'; rollout?: RolloutId; page: string; channel: string | null }
  /** Somebody has test pages sent over these channels. */
  | { type: 'pages.tested'; by: OperatorName; reason: string; channels: string[] }
  | { type: 'line.stopped'; by: OperatorName; reason: string }
  | { type: 'line.started'; by: OperatorName; reason: string }
  /**
   * A person took the store as it is, although more had been seen than it holds. Its own number is `to`, beyond all
   * that was seen (`seen`), so that no epoch and no sequence is ever given twice; nothing lies between it and `from`.
   */
  | { type: 'store.accepted'; by: OperatorName; reason: string; from: number; to: number; seen: number }
  /** A token of an operator came to be; those that had expired were cleared away in the same write. Never the token itself. */
  | {
      type: 'token.created';
      token: TokenId;
      name: OperatorName;
      role: Role;
      scope: Scope | null;
      expiresAt: number | null;
      cleared: TokenId[];
      by: OperatorName;
      reason: string;
    }
  | { type: 'token.revoked'; token: TokenId; name: OperatorName; by: OperatorName; reason: string }
  | {
      type: 'host.drained' | 'host.undrained' | 'host.removed';
      host: HostId;
      by: OperatorName;
      reason: string;
    };

/** An event in the log: numbered without gaps, and chained by hash to the one before it. */
export type LoggedEvent = DomainEvent & {
  seq: number;
  /** Wall-clock milliseconds. */
  at: number;
  /** SHA-256 of the previous event, and of this one (over its canonical JSON without `hash`). */
  prev: string;
  hash: string;
};
