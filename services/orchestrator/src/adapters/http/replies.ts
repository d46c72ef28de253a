import {
  Digest,
  HOST_STATES,
  HostStatus,
  Labels,
  LocatedVerdict,
  Manifest,
  ROLLOUT_STATES,
  Verdict,
  WAVE_KINDS,
  WAVE_STATES,
} from '@breakwater/shared';
import { z } from 'zod';
import { CAUSES } from '../../core/cause.ts';
import { ROLES } from '../../core/role.ts';

/**
 * What the interface answers with. These schemas are the documentation and, through their types, the check of
 * the handlers; nothing is refused by them at run time. One with an id has a name of its own in the document.
 */
const Time = z.iso.datetime();

/** One part of a listing; `next` is to be passed as `after`, and is `null` at the end. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export const BundleReply = z.object({ digest: Digest, manifest: Manifest });
export const FullBundleReply = BundleReply.extend({ files: z.record(z.string(), z.string()) });

export const PlanReply = z
  .object({
    planDigest: Digest,
    bundle: Digest,
    /** As it would be followed, with the defaults of the fleet and the built-in ones filled in. */
    strategy: z.record(z.string(), z.unknown()),
    waves: z.array(
      z.object({
        kind: z.enum(WAVE_KINDS),
        datacenter: z.string().optional(),
        hosts: z.array(z.string()),
        soakSeconds: z.number(),
      }),
    ),
    /** What it would change, for each group of hosts to which the same happens. */
    diff: z.array(
      z.object({
        hosts: z.array(z.string()),
        /** What they run now, as last heard. */
        from: Digest.nullable(),
        /** Whether the store has what they run; otherwise nothing is known of what would change. */
        known: z.boolean(),
        files: z.array(
          z.object({
            /** In the tree of a host. */
            path: z.string(),
            change: z.enum(['added', 'removed', 'changed']),
            /** Templates as they are; absent where it would be too much. */
            unified: z.string().optional(),
          }),
        ),
        /** Whether files or text were left out. */
        truncated: z.boolean(),
      }),
    ),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Plan' });

const WaveReply = z.object({
  kind: z.enum(WAVE_KINDS),
  datacenter: z.string().optional(),
  state: z.enum(WAVE_STATES),
  startedAt: Time.nullable(),
  soakSeconds: z.number(),
  approvedBy: z.string().nullable(),
  /** What was measured last at each gate of the wave; absent while there is none. */
  gates: z
    .array(z.object({ name: z.string(), phase: z.enum(['before', 'during']), verdict: Verdict }))
    .optional(),
  hosts: z.array(
    z.object({
      id: z.string(),
      state: z.enum(HOST_STATES),
      verdict: Verdict.optional(),
      since: Time,
      /** The emergency rollout that the host was given up to. */
      releasedTo: z.string().optional(),
      /** Which other hosts ask this one, and what each has found; absent while nobody does. */
      vantage: z.array(z.object({ host: z.string(), verdict: Verdict })).optional(),
    }),
  ),
});

export const RolloutReply = z
  .object({
    id: z.string(),
    state: z.enum(ROLLOUT_STATES),
    /** When the state was entered, and what decided it. */
    since: Time,
    verdict: LocatedVerdict,
    pausedFrom: z.enum(ROLLOUT_STATES).nullable(),
    title: z.string(),
    reason: z.string(),
    ticket: z.string().nullable(),
    submittedBy: z.string(),
    bundle: z.string(),
    /** It was to wait until other rollouts have let go of its hosts. */
    queued: z.boolean(),
    /** The rollout whose change it brings to a host that has missed it; nobody has submitted it. */
    catchUpOf: z.string().nullable(),
    /** After `expiresAt` it takes no further host. */
    emergency: z.object({ incident: z.string(), expiresAt: Time }).nullable(),
    createdAt: Time,
    detectedAt: Time.nullable(),
    haltedAt: Time.nullable(),
    pagedAt: Time.nullable(),
    /** Durations are text that a submission would take. */
    strategy: z.record(z.string(), z.unknown()),
    hostsTotal: z.int(),
    waves: z.array(WaveReply),
  })
  .meta({ id: 'Rollout' });
export type RolloutReply = z.infer<typeof RolloutReply>;
export const RolloutList = listOf(RolloutReply);

/** An event; which further fields it has depends on its `type`. */
export const EventReply = z
  .looseObject({
    seq: z.int(),
    at: Time,
    type: z.string(),
    rollout: z.string().optional(),
    prev: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'Event' });
export type EventReply = z.infer<typeof EventReply>;
export const EventList = listOf(EventReply);

export const HostReply = z
  .object({
    id: z.string(),
    datacenter: z.string(),
    groups: z.array(z.string()),
    labels: Labels,
    address: z.string(),
    port: z.int(),
    availability: z.enum(['healthy', 'unhealthy', 'unknown']),
    health: Verdict,
    desired: z.string().nullable(),
    applied: z.string().nullable(),
    confirmed: z.string().nullable(),
    drift: z.boolean(),
    /** What the host says that was changed, as far as it knows. */
    driftReason: z.string().nullable(),
    epoch: z.int().nullable(),
    daemon: HostStatus.shape.daemon.nullable(),
    lastSeenAt: Time.nullable(),
    rollout: z.string().nullable(),
    /** Who has taken it out of service, why and since when; no rollout takes it until it is undrained. */
    drained: z.object({ by: z.string(), reason: z.string(), since: Time }).nullable(),
  })
  .meta({ id: 'Host' });
export type HostReply = z.infer<typeof HostReply>;
export const HostList = listOf(HostReply);
/** `host` is `null` once the host is removed. */
export const HostOrderReply = z.object({ id: z.string(), host: HostReply.nullable() });

export const LineReply = z
  .object({
    stopped: z.boolean(),
    by: z.string().nullable(),
    reason: z.string().nullable(),
    since: Time.nullable(),
    /** The freeze window that is in force: no ordinary rollout begins or takes a further host. */
    frozen: z.object({ name: z.string(), until: Time }).nullable(),
  })
  .meta({ id: 'Line' });
export type LineReply = z.infer<typeof LineReply>;

export const PageTestReply = z
  .object({
    channels: z.array(
      z.object({
        channel: z.string(),
        accepted: z.boolean(),
        status: z.int().optional(),
        error: z.string().optional(),
        ms: z.number(),
      }),
    ),
  })
  .meta({ id: 'PageTest' });

/** A token without what it is. */
export const TokenReply = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    /** The hosts that it may act on; `null` is the whole fleet. */
    scope: z.object({ datacenters: z.array(z.string()).optional(), labels: Labels.optional() }).nullable(),
    reason: z.string(),
    createdAt: Time,
    createdBy: z.string(),
    expiresAt: Time.nullable(),
  })
  .meta({ id: 'Token' });
export const TokenList = listOf(TokenReply);
export const NewTokenReply = TokenReply.extend({
  /** The token itself: it is stored nowhere, and is not shown again. */
  token: z.string(),
}).meta({ id: 'NewToken' });
export const RevokedReply = z.object({ id: z.string(), revoked: z.literal(true) });

export const TimelineReply = z
  .object({
    id: z.string(),
    title: z.string(),
    state: z.enum(ROLLOUT_STATES),
    verdict: LocatedVerdict,
    /** A few sentences that can be published as they are. */
    summary: z.string(),
    /** `at` is `null` where it has not come, or nobody knows it; then `note` says so. */
    key: z.array(z.object({ what: z.string(), at: Time.nullable(), note: z.string() })),
    /** By names and counts, never by content. */
    changes: z.object({
      bundle: z.string(),
      replaces: z.string().nullable(),
      /** In the tree of the first canary; `null` where the store does not have both bundles. */
      files: z
        .array(z.object({ path: z.string(), change: z.enum(['added', 'removed', 'changed']) }))
        .nullable(),
      /** What hosts found in preflight: files, zones and records, in their words. */
      found: z.array(z.object({ hosts: z.int(), differs: z.string() })),
    }),
    /** The row of the halting rule that stopped it last; `null` when none has. */
    decided: z
      .object({ rule: z.enum(CAUSES).nullable(), words: z.string(), code: z.string(), reason: z.string() })
      .nullable(),
    /** Which hosts answered wrongly because of it. What is not known is `null`, never 0. */
    served: z.object({
      spells: z.array(
        z.object({
          host: z.string(),
          wave: z.string(),
          from: Time.nullable(),
          until: Time.nullable(),
          ms: z.number().nullable(),
          known: z.enum(['over', 'still', 'unknown']),
        }),
      ),
      hosts: z.int(),
      knownMs: z.number(),
      unknown: z.int(),
      derivedFrom: z.string(),
      notKnown: z.array(z.string()),
    }),
    /** Between `from` and `until` nothing is known, of one host or (`null`) of all. */
    gaps: z.array(
      z.object({ from: Time, until: Time.nullable(), host: z.string().nullable(), why: z.string() }),
    ),
    detectedAt: Time.nullable(),
    haltedAt: Time.nullable(),
    pagedAt: Time.nullable(),
    detectedToHaltedMs: z.number().nullable(),
    haltedToPagedMs: z.number().nullable(),
    waves: z.array(
      z.object({
        wave: z.string(),
        state: z.enum(WAVE_STATES),
        startedAt: Time.nullable(),
        endedAt: Time.nullable(),
        durationMs: z.number().nullable(),
        hosts: z.int(),
      }),
    ),
    entries: z.array(z.object({ at: Time, sinceStartMs: z.number(), text: z.string() })),
  })
  .meta({ id: 'Timeline' });
export type TimelineReply = z.infer<typeof TimelineReply>;

export const HealthReply = z.object({ status: z.literal('alive') });
export const ReadyReply = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

export const ProblemReply = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    action: z.string(),
    faults: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
    requestId: z.string(),
  })
  .meta({ id: 'Problem' });
