import {
  BundleFiles,
  Digest,
  HostId,
  OperatorName,
  Reason,
  RolloutId,
  Submission,
  Targets,
  TokenId,
} from '@breakwater/shared';
import { z } from 'zod';
import { ROLES } from '../../core/role.ts';

/** A whole number in a query string; text such as `1e3` or `0x10` is refused rather than understood. */
const Whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,15}$/, 'write a whole number')
    // It is text on the wire; the documentation says what it means.
    .meta({ type: 'integer', minimum: min, maximum: max })
    .transform(Number)
    .refine((n) => n >= min && n <= max, `write a whole number from ${min} to ${max}`);

const Limit = Whole(1, 1000).default(100);
const Sequence = Whole(0, Number.MAX_SAFE_INTEGER);

export const RolloutPath = z.strictObject({ id: RolloutId });
export const HostPath = z.strictObject({ id: HostId });
export const BundlePath = z.strictObject({ digest: Digest });
export const TokenPath = z.strictObject({ id: TokenId });
export const FilePath = z.strictObject({ sha256: Digest });

export const NewBundle = z.strictObject({ files: BundleFiles });

/** The body of a rollout and of a plan; its id names it in the documentation. */
export const NewRollout = Submission.meta({ id: 'Submission' });

export const NoQuery = z.strictObject({});
export const RolloutsQuery = z.strictObject({ limit: Limit, after: RolloutId.optional() });
export const HostsQuery = z.strictObject({ limit: Limit, after: HostId.optional() });
export const TokensQuery = z.strictObject({ limit: Limit, after: TokenId.optional() });
export const EventsQuery = z.strictObject({ limit: Limit, after: Sequence.default(0) });
export const TimelineQuery = z.strictObject({ format: z.enum(['json', 'markdown']).optional() });

/** Of every write. Header objects are loose: a request has many headers, and only these are ours. */
export const WriteHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'write 1 to 128 visible ASCII characters')
    .optional(),
});
export const FollowHeaders = z.looseObject({
  accept: z.string().optional(),
  'last-event-id': Sequence.optional(),
});

/** Why, for a verb about the whole rollout, and for one about a single host of it. */
export const RolloutCommand = z.strictObject({ reason: Reason });
export const ApproveCommand = z.strictObject({
  reason: Reason,
  /** The wave that is meant (`canary`, `datacenter ams`, `global`): an approval that comes late then approves no other. */
  wave: z.string().min(1).max(100).optional(),
});
export const HostCommand = z.strictObject({ reason: Reason, host: HostId });

export const HostOrderCommand = z.strictObject({ reason: Reason });

export const PageTestCommand = z.strictObject({
  channel: z.string().min(1).max(64).optional(),
  reason: Reason,
});

/** The part of the fleet that a token may act on. One that says nothing would be taken for the whole fleet, or for nothing. */
const TokenScope = Targets.pick({ datacenters: true, labels: true }).refine(
  ({ datacenters, labels = {} }) => datacenters !== undefined || Object.keys(labels).length > 0,
  'name a datacenter or a label; leave the scope out for the whole fleet',
);

export const NewToken = z.strictObject({
  /** Whose it is: under this name they act. */
  name: OperatorName,
  role: z.enum(ROLES),
  scope: TokenScope.optional(),
  /** At most 366 days from now; without it, it does not expire. */
  expiresAt: z.iso.datetime().optional(),
  reason: Reason,
});
export const TokenRevocation = z.strictObject({ reason: Reason });

export const LineCommand = z.strictObject({ reason: Reason });
export const LineChange = z.strictObject({ stopped: z.boolean(), reason: Reason });
