import { z } from 'zod';
import { Check } from './check.ts';
import { Digest, Epoch, HostId, RolloutId } from './ids.ts';
import { ACTIONS } from './strategy.ts';
import { Expect } from './submission.ts';
import { Verdict } from './verdict.ts';

/**
 * What agents and the orchestrator say to each other. The agent asks, by long poll; the orchestrator answers
 * with a level ("host h should be at generation g, step apply, epoch 7"), never with a command. Seeing a
 * level twice, late or after a crash is harmless.
 *
 * Durations travel as milliseconds. Wall-clock times do not travel from agents at all: an agent says how long
 * ago something was, so that a host's wrong clock cannot forge or hide anything.
 */
export const PROTOCOL_VERSION = 1;

const Milliseconds = z
  .int()
  .min(0)
  .max(31 * 86_400_000);

/** The step up to which a host should go with the generation of an assignment. */
export const STEPS = ['stage', 'apply', 'confirm', 'revert'] as const;
export type Step = (typeof STEPS)[number];

/** What a host should be at. Without a `step` there is nothing for it to do. */
export const Assignment = z.strictObject({
  epoch: Epoch,
  rollout: RolloutId,
  bundle: Digest,
  step: z.enum(STEPS),
  checks: z.array(Check.extend({ timeout: Milliseconds })),
  expect: Expect,
  /** How long the host must stay healthy before it says `soaked`. */
  soakMs: Milliseconds,
  /** How long after the swap the host waits for `confirm` before it puts its last known good back. */
  confirmWithinMs: Milliseconds,
  /** How long a newly started daemon may take until it answers. */
  verifyWithinMs: Milliseconds,
  /** How the daemon is made to run the change; as in the strategy. */
  action: z.enum(ACTIONS).default('restart'),
  /** How many rounds in a row must go wrong until a host that was well counts as failed. */
  failAfter: z.int().min(1).max(5).default(2),
});
export type Assignment = z.infer<typeof Assignment>;

/** Names one level: an agent that already follows it waits for the next one. */
export function revisionOf(assignment: Pick<Assignment, 'epoch' | 'step'> | null): string {
  return assignment ? `${assignment.epoch}.${assignment.step}` : 'none';
}

/** What the host is like right now; the orchestrator shows it, and budgets with its health. */
export const HostStatus = z.strictObject({
  /** The generation that the managed root links to, and the newest confirmed one. */
  generation: Digest.nullable(),
  lastKnownGood: Digest.nullable(),
  epoch: Epoch,
  daemon: z.strictObject({
    running: z.boolean(),
    pid: z.int().min(1).nullable(),
    restarts: z.int().min(0),
  }),
  health: Verdict,
  zones: z.int().min(0),
});
export type HostStatus = z.infer<typeof HostStatus>;

/** The states that a host reports of itself; `soaked` is `soaking` that has lasted long enough. */
export const REPORTED_STATES = [
  'ready',
  'applying',
  'verifying',
  'soaking',
  'soaked',
  'confirmed',
  'unhealthy',
  'failed',
  'reverting',
  'reverted',
  'revertFailed',
] as const;
export type ReportedState = (typeof REPORTED_STATES)[number];

/** One fact from a host's journal. `seq` is its place there: it only grows, and a repeated one is ignored. */
export const Report = z.strictObject({
  seq: z.int().min(1),
  epoch: Epoch,
  rollout: RolloutId,
  state: z.enum(REPORTED_STATES),
  verdict: Verdict,
  /** How long before it was sent the host saw this, on its monotonic clock. */
  observedAgoMs: Milliseconds,
});
export type Report = z.infer<typeof Report>;

/** `POST /agent/v1/poll`. The identity is the connection's, never the body's. */
export const PollRequest = z.strictObject({
  protocol: z.literal(PROTOCOL_VERSION),
  /** Names the journal; after a lost disk the sequence starts again under another name. */
  journal: z.uuid(),
  status: HostStatus,
  /** Facts that the orchestrator has not acknowledged yet, oldest first. */
  reports: z.array(Report).max(100),
  /** The level that the agent already follows; the answer waits until there is another one. */
  following: z.string().max(64),
  waitMs: z.int().min(0).max(30_000),
});
export type PollRequest = z.infer<typeof PollRequest>;

export const PollResponse = z.strictObject({
  host: HostId,
  assignment: Assignment.nullable(),
  /** Highest `seq` of this journal that is stored; the agent need not send it again. */
  acknowledged: z.int().min(0),
});
export type PollResponse = z.infer<typeof PollResponse>;
