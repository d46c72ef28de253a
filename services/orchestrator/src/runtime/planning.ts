import {
  BreakwaterError,
  canonicalJson,
  type Digest,
  type Fault,
  type HostId,
  sha256,
  type Submission,
} from '@breakwater/shared';
import type { PlanAnswer } from '../adapters/http/interface.ts';
import type { Snapshot } from '../adapters/store/interface.ts';
import type { RunningHost } from '../core/bundle-diff.ts';
import type { Fleet } from '../core/fleet.ts';
import { unmeasurable } from '../core/gates-plan.ts';
import { limitFaults } from '../core/limits.ts';
import { overlaysForNobody } from '../core/overlays.ts';
import { inTheWay, mayOvertake } from '../core/overtaking.ts';
import { plan } from '../core/plan.ts';
import type { Plan } from '../core/planned.ts';
import type { Rollout } from '../core/rollout.ts';
import { bundleOf, manifestIn } from './bundles.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { planDiff } from './plan-diff.ts';
import { sizesOf } from './policy.ts';

/** Plans a submission for the fleet as it is now. @throws BreakwaterError with every fault of the request. */
export function planFor(
  { limits, hasMetrics }: Pick<EngineDeps, 'limits' | 'hasMetrics'>,
  engine: Engine,
  submission: Submission,
  snapshot: Snapshot,
): Plan {
  const { targets, strategy, expect, emergency } = submission;
  const { fleet } = engine.context(snapshot, null);
  const planned = plan(
    { targets, strategy, maxHosts: expect.maxHosts, emergency: emergency !== null },
    fleet,
  );
  const [first, ...rest] = [
    ...limitFaults(strategy, limits, emergency !== null, sizesOf(fleet.values())),
    ...('faults' in planned ? planned.faults : unmeasurable(strategy.gates, planned.waves, hasMetrics)),
  ];
  if (first) throw BreakwaterError.fromFaults([first, ...rest]);
  if ('faults' in planned) throw BreakwaterError.fromFaults(planned.faults);
  return planned;
}

/**
 * Names a plan by all that decides what would happen: who is changed in which wave and order, to what, by which
 * strategy, and proved by what. Whoever looked at it and submits its digest gets that, or a refusal.
 */
function planDigest({ waves }: Plan, bundle: Digest, submission: Submission): Digest {
  const { targets, strategy, checks, expect, emergency } = submission;
  // Through JSON, since optional fields that are left out must not differ from absent ones.
  const decided: unknown = JSON.parse(
    JSON.stringify({ waves, bundle, targets, strategy, checks, expect, emergency }),
  );
  return sha256(canonicalJson(decided));
}

/** @throws BreakwaterError `plan_changed` when the submitter has looked at another plan. */
export function assertSamePlan(submission: Submission, bundle: Digest, planned: Plan): void {
  const { planDigest: seen } = submission;
  if (seen === undefined || seen === planDigest(planned, bundle, submission)) return;
  throw new BreakwaterError(
    'plan_changed',
    'the fleet, the bundle or a setting is not as it was when the plan was made',
  );
}

/**
 * One live rollout per host: the one in the way is named, so that somebody can go and ask.
 * @throws BreakwaterError `rollout_overlap`
 */
export function assertFree(planned: Plan, submission: Submission, snapshot: Snapshot): void {
  const [first, ...rest] = overlaps(planned, submission, snapshot);
  if (first) throw BreakwaterError.fromFaults([first, ...rest]);
}

/** One fault for each rollout that has hosts of the plan and does not give way. */
function overlaps(planned: Plan, { emergency }: Submission, snapshot: Snapshot): Fault[] {
  return [...inTheWay(hostsOf(planned), snapshot.live.values())]
    .filter(([owner]) => !mayOvertake(emergency, owner))
    .map(([owner, shared]) => {
      const some = shared.slice(0, 5).join(', ');
      const how = emergency === null ? '' : `; ${howToOvertake(owner)}`;
      const message = `rollout ${owner.id} has ${shared.length} of these hosts (${some})${how}`;
      return { path: '/targets', code: 'rollout_overlap', message };
    });
}

function howToOvertake({ id, emergency }: Rollout): string {
  if (emergency !== null) return 'it is an emergency itself, and has to end first';
  return `name ${id} in emergency.overtakes to pause it and take them over`;
}

/** What an emergency does to others, for whoever looks at its plan. */
function emergencyWarnings(planned: Plan, { emergency }: Submission, snapshot: Snapshot): string[] {
  if (emergency === null) return [];
  const overtaken = [...inTheWay(hostsOf(planned), snapshot.live.values())].filter(([owner]) =>
    mayOvertake(emergency, owner),
  );
  const ways = overtaken.flatMap(([owner, shared]) => {
    const kept = shared.filter((host) => owner.hosts[host]?.changed === true);
    const back = `going back leads these hosts to the change of ${owner.id}, which they keep, and not to what was before: ${kept.join(', ')}`;
    const pause = `${owner.id} is ${owner.state}: it is paused, and gives ${shared.length} hosts up (${shared.join(', ')})`;
    return kept.length > 0 ? [pause, back] : [pause];
  });
  return ['another person has to approve the canary of an emergency', ...ways];
}

const hostsOf = (planned: Plan): HostId[] => planned.waves.flatMap((wave) => wave.hosts);

/** The generation that a host keeps, or else runs, as it last said; `null` where it has not. */
export function keptBy({ watch }: Pick<EngineDeps, 'watch'>, host: HostId | undefined): Digest | null {
  const status = host === undefined ? undefined : watch.sighting(host)?.status;
  return status?.lastKnownGood ?? status?.generation ?? null;
}

/** What the hosts of a plan run, as they last said, in the order in which the plan takes them. */
function runningNow({ watch }: EngineDeps, planned: Plan, fleet: Fleet): RunningHost[] {
  return hostsOf(planned).flatMap((id) => {
    const host = fleet.get(id);
    return host ? [{ id, datacenter: host.datacenter, from: keptBy({ watch }, id) }] : [];
  });
}

/** Answers what a submission would do; stores nothing. */
export async function previewPlan(
  deps: EngineDeps,
  engine: Engine,
  submission: Submission,
): Promise<PlanAnswer> {
  const snapshot = await deps.store.snapshot();
  const found = await bundleOf(deps.store, submission);
  const { digest } = found;
  const submitted = 'manifest' in found ? found : { manifest: await manifestIn(deps.store, digest) };
  const planned = planFor(deps, engine, submission, snapshot);
  const blocking = overlaps(planned, submission, snapshot).map(
    ({ message }) => message + (submission.emergency === null ? '; it must end first' : ''),
  );
  const { fleet, frozen } = engine.context(snapshot, null);
  const strangers = overlaysForNobody(
    submitted.manifest.files.map(({ path }) => path),
    [...fleet.values()],
  );
  const urgent = emergencyWarnings(planned, submission, snapshot);
  const cold = frozen === null || submission.emergency !== null ? [] : [`${frozen}: it begins after that`];
  const { diff, leftOut } = await planDiff(deps, runningNow(deps, planned, fleet), submitted);
  const warnings = [...blocking, ...cold, ...urgent, ...planned.warnings, ...strangers, ...leftOut];
  return {
    planDigest: planDigest(planned, digest, submission),
    bundle: digest,
    strategy: submission.strategy,
    waves: planned.waves,
    diff,
    warnings,
  };
}
