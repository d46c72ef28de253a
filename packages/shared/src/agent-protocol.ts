import { z } from 'zod';
import { sha256 } from './bundle.ts';
import { AssignedCheck, RCODES } from './check.ts';
import { MOST_LATENCIES } from './gate.ts';
import { Digest, Epoch, HostId, RolloutId } from './ids.ts';
import { ACTIONS } from './strategy.ts';
import { Expect } from './submission.ts';
import { PRINTABLE, PRINTABLE_RULE } from './text.ts';
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
  checks: z.array(AssignedCheck),
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
  /** Whether the host is to measure itself, at the pace of every other host of the rollout, for a comparison. */
  measure: z.literal(true).optional(),
});
export type Assignment = z.infer<typeof Assignment>;

/** How many of the answers that a host gave before its change travel with its report. */
export const MOST_ANSWERS = 20;
/** How many submitted checks another host asks, and how many changed hosts one host asks at a time. */
export const MOST_VANTAGE_CHECKS = 20;
export const MOST_VANTAGE_TASKS = 32;

/** How a host answered a zone's SOA question before its change: what it must still answer afterwards, to anybody. */
export const AnswerBefore = z.strictObject({
  /** In presentation form, as `named-checkconf -l` has it: wider than a name that a check may ask for. */
  zone: z.string().min(1).max(1024).regex(PRINTABLE, PRINTABLE_RULE),
  transport: z.enum(['udp', 'tcp']),
  /** Present when it was asked with RD set, as the stub resolvers of clients ask. */
  recursionDesired: z.literal(true).optional(),
  rcode: z.enum(RCODES),
  aa: z.boolean(),
  serial: z.int().min(0).max(4_294_967_295).nullable(),
});
export type AnswerBefore = z.infer<typeof AnswerBefore>;

/**
 * A vantage check: asks another host, which has just been changed, at its service address. A configuration can
 * answer itself and refuse the world, and only another host sees that.
 */
export const VantageTask = z.strictObject({
  target: HostId,
  /** The attempt that is judged: what is said of another one is not about this one. */
  epoch: Epoch,
  address: z.union([z.ipv4(), z.ipv6()]),
  port: z.int().min(1).max(65_535),
  checks: z.array(AssignedCheck).max(MOST_VANTAGE_CHECKS),
  answers: z.array(AnswerBefore).max(MOST_ANSWERS),
});
export type VantageTask = z.infer<typeof VantageTask>;

/** What a host has found when it asked another one. */
export const VantageResult = z.strictObject({
  target: HostId,
  epoch: Epoch,
  verdict: Verdict,
  /** How long before it was sent the newest round of questions began, on the asking host's monotonic clock. */
  askedAgoMs: Milliseconds,
});
export type VantageResult = z.infer<typeof VantageResult>;

/** Names one level, and whom else to ask: an agent that already follows it waits for the next one. */
export function revisionOf(
  assignment: Pick<Assignment, 'epoch' | 'step'> | null,
  vantage: readonly Pick<VantageTask, 'target' | 'epoch'>[] = [],
): string {
  const level = assignment ? `${assignment.epoch}.${assignment.step}` : 'none';
  if (vantage.length === 0) return level;
  // A digest, since a name of all tasks would have no bound.
  const tasks = vantage.map(({ target, epoch }) => `${target} ${epoch}`).toSorted();
  return `${level}.${sha256(tasks.join('\n')).slice(0, 16)}`;
}

/** What a host has measured of its own daemon lately, with the generation that is live now, by plain questions. */
export const Measures = z.strictObject({
  asked: z.int().min(0),
  /** Questions that were not answered with NOERROR. */
  failed: z.int().min(0),
  /** A sample of how long the others took, in milliseconds. */
  latencies: z.array(z.number().min(0).max(60_000)).max(MOST_LATENCIES),
});
export type Measures = z.infer<typeof Measures>;

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
  /**
   * Whether somebody else than the agent changed what is live (`files` of the tree, or where the `link` leads);
   * `null` when that is not known, as in the middle of a change.
   */
  drift: z
    .strictObject({ kind: z.enum(['none', 'files', 'link']), reason: z.string().max(2000) })
    .nullable()
    .default(null),
  /** Absent while nothing is to be measured, or nothing has been. */
  measures: Measures.optional(),
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
  /** With `applying`: a sample of what the host answered until then, for those who ask it from elsewhere. */
  answers: z.array(AnswerBefore).max(MOST_ANSWERS).optional(),
});
export type Report = z.infer<typeof Report>;

/**
 * A number of the orchestrators' log. It only grows, whichever of them answers: one that falls behind what was seen
 * before comes from somebody who knows less than was known already. The bound leaves room to jump beyond any claim.
 */
const Sequence = z.int().min(0).max(1_000_000_000_000);

/** `POST /agent/v1/poll`. The identity is the connection's, never the body's. */
export const PollRequest = z.strictObject({
  protocol: z.literal(PROTOCOL_VERSION),
  /** Names the journal; after a lost disk the sequence starts again under another name. */
  journal: z.uuid(),
  status: HostStatus,
  /** Facts that the orchestrator has not acknowledged yet, oldest first. */
  reports: z.array(Report).max(100),
  /** What was found at other hosts, for every task that is still followed and was asked lately. */
  vantage: z.array(VantageResult).max(MOST_VANTAGE_TASKS).default([]),
  /** The level that the agent already follows; the answer waits until there is another one. */
  following: z.string().max(64),
  /** The highest sequence that this agent has been answered with: a store that is behind it has lost something. */
  sequence: Sequence.default(0),
  waitMs: z.int().min(0).max(30_000),
});
export type PollRequest = z.infer<typeof PollRequest>;

export const PollResponse = z.strictObject({
  host: HostId,
  assignment: Assignment.nullable(),
  /** Which other hosts to ask; those that are not named any more are asked no more. */
  vantage: z.array(VantageTask).max(MOST_VANTAGE_TASKS).default([]),
  /** Highest `seq` of this journal that is stored; the agent need not send it again. */
  acknowledged: z.int().min(0),
  /** As of which event of the log this was answered. An agent uses nothing that is older than what it has seen. */
  sequence: Sequence.default(0),
});
export type PollResponse = z.infer<typeof PollResponse>;
