import { z } from 'zod';
import { BundleFiles } from './bundle.ts';
import { DomainName, SubmittedCheck } from './check.ts';
import { Emergency, withEmergencySoaks } from './emergency.ts';
import { DatacenterName, Digest, HostId, Labels } from './ids.ts';
import { Strategy } from './strategy.ts';
import { PRINTABLE, PRINTABLE_RULE } from './text.ts';

/** One line of text for people. */
const Line = (max: number) => z.string().trim().min(1).max(max).regex(PRINTABLE, PRINTABLE_RULE);

/** Why somebody does something. Every verb asks for it, since the audit log answers "why" a year later. */
export const Reason = Line(500);

/** Which hosts a change is for. Conditions are joined by "and"; without any, it is the whole fleet. */
export const Targets = z.strictObject({
  datacenters: z.array(DatacenterName).min(1).max(1000).optional(),
  labels: Labels.optional(),
  /** Hosts by name. Only a host named here may be taken when it is the last healthy one of its datacenter. */
  hosts: z.array(HostId).min(1).max(100_000).optional(),
  exclude: z.array(HostId).max(100_000).optional(),
});
export type Targets = z.infer<typeof Targets>;

/** What the submitter believes about the change; where the fleet shows otherwise, it goes no further. */
export const Expect = z.strictObject({
  maxHosts: z.int().min(1).optional(),
  noChange: z.boolean().default(false),
  zonesRemoved: z.union([z.literal('*'), z.array(DomainName).max(100_000)]).default([]),
});
export type Expect = z.infer<typeof Expect>;

const Fields = z
  .strictObject({
    title: Line(200),
    reason: Reason,
    ticket: Line(100).optional(),
    bundle: z.union([z.strictObject({ files: BundleFiles }), z.strictObject({ digest: Digest })]),
    targets: Targets.prefault({}),
    strategy: Strategy.prefault({}),
    checks: z.array(SubmittedCheck).max(1000).default([]),
    expect: Expect.prefault({}),
    /** Refuses the submission with `plan_changed` when the fleet no longer gives the plan that was looked at. */
    planDigest: Digest.optional(),
    /** What becomes of it while an older rollout has one of its hosts: it is refused, or it waits its turn. */
    whenBusy: z.enum(['refuse', 'queue']).default('refuse'),
    emergency: Emergency.nullable().default(null),
  })
  .refine(({ emergency, whenBusy }) => emergency === null || whenBusy === 'refuse', {
    path: ['whenBusy'],
    message: 'an emergency does not wait its turn: name the rollouts in its way in emergency.overtakes',
  });

/** A change as it is submitted, to `POST /v1/rollouts` and `POST /v1/plans` alike. */
export const Submission = z.preprocess(withEmergencySoaks, Fields);
export type Submission = z.infer<typeof Submission>;
