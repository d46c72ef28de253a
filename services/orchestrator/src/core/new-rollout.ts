import {
  type Digest,
  type HostId,
  type OperatorName,
  pending,
  type RolloutId,
  type Submission,
} from '@breakwater/shared';
import type { Fleet } from './fleet.ts';
import type { Plan } from './planned.ts';
import type { HostRow, Rollout } from './rollout.ts';

/** What makes a submission a rollout. */
export interface Birth {
  id: RolloutId;
  submission: Submission;
  bundle: Digest;
  plan: Plan;
  by: OperatorName;
  /** What the first canary keeps now; `null` where it has not said. */
  replaces: Digest | null;
  epoch: number;
  now: number;
}

/** A planned rollout: nothing of it has begun. Its waves are fixed here and never change. */
export function newRollout(birth: Birth, fleet: Fleet): Rollout {
  const { id, submission, plan, now } = birth;
  const rows = plan.waves.flatMap((wave) => wave.hosts.map((host) => newRow(host, birth, fleet)));
  return {
    id,
    title: submission.title,
    reason: submission.reason,
    ticket: submission.ticket ?? null,
    submittedBy: birth.by,
    createdAt: now,
    bundle: birth.bundle,
    strategy: submission.strategy,
    checks: submission.checks,
    expect: submission.expect,
    targets: submission.targets,
    emergency: emergencyOf(birth),
    replaces: birth.replaces,
    queued: submission.whenBusy === 'queue',
    catchUpOf: null,
    named: submission.targets.hosts ?? [],
    state: 'planned',
    since: now,
    pausedFrom: null,
    verdict: pending('planned', 'the rollout has not begun'),
    haltedBy: null,
    waves: plan.waves.map((wave) => ({
      ...wave,
      state: 'pending',
      startedAt: null,
      pausedMs: 0,
      held: null,
      approvedBy: null,
    })),
    hosts: Object.fromEntries(rows.map((row) => [row.id, row])),
    vantage: {},
    gates: {},
    detectedAt: null,
    haltedAt: null,
    pagedAt: null,
    pages: 0,
    lastPageAt: null,
    openPages: [],
  };
}

function emergencyOf({ submission: { emergency }, now }: Birth): Rollout['emergency'] {
  return emergency && { incident: emergency.incident, expiresAt: now + emergency.expires };
}

function newRow(id: HostId, { epoch, now }: Birth, fleet: Fleet): HostRow {
  const host = fleet.get(id);
  if (!host) throw new Error(`host ${id} was planned but is not in the fleet`);
  return {
    id,
    datacenter: host.datacenter,
    groups: host.groups,
    state: 'pending',
    since: now,
    verdict: null,
    epoch,
    grantedAt: null,
    taken: false,
    soaked: false,
    confirming: false,
    changed: false,
    failure: null,
    answers: [],
    released: null,
    wrong: [],
    heard: null,
  };
}
