import {
  BreakwaterError,
  canonicalJson,
  type Digest,
  type Fault,
  sha256,
  type Submission,
} from '@breakwater/shared';
import type { PlanAnswer } from '../adapters/http/interface.ts';
import type { Snapshot } from '../adapters/store/interface.ts';
import { unmeasurable } from '../core/gates-plan.ts';
import { overlaysForNobody } from '../core/overlays.ts';
import { type Plan, plan } from '../core/plan.ts';
import { bundleOf, manifestIn } from './bundles.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

/** Plans a submission for the fleet as it is now. @throws BreakwaterError with every fault of the request. */
export function planFor(engine: Engine, submission: Submission, snapshot: Snapshot): Plan {
  const { targets, strategy, expect } = submission;
  const { fleet } = engine.context(snapshot, null);
  const planned = plan({ targets, strategy, maxHosts: expect.maxHosts }, fleet);
  if ('faults' in planned) throw BreakwaterError.fromFaults(planned.faults);
  return planned;
}

/**
 * A gate that could never pass is refused before anything begins.
 * @throws BreakwaterError `gate_unavailable`
 */
export function assertMeasurable(
  deps: Pick<EngineDeps, 'hasMetrics'>,
  { strategy }: Submission,
  planned: Plan,
): void {
  const [first, ...rest] = unmeasurable(strategy.gates, planned.waves, deps.hasMetrics);
  if (first) throw BreakwaterError.fromFaults([first, ...rest]);
}

/** Names a plan: who is changed in which wave, in which order. */
function planDigest(planned: Plan): Digest {
  return sha256(canonicalJson(planned.waves));
}

/** @throws BreakwaterError `plan_changed` when the submitter has looked at another plan. */
export function assertSamePlan(submission: Submission, planned: Plan): void {
  if (submission.planDigest === undefined || submission.planDigest === planDigest(planned)) return;
  throw new BreakwaterError('plan_changed', 'the fleet has changed since the plan was made');
}

/**
 * One live rollout per host: the one in the way is named, so that somebody can go and ask.
 * @throws BreakwaterError `rollout_overlap`
 */
export function assertFree(planned: Plan, snapshot: Snapshot): void {
  const [first, ...rest] = overlaps(planned, snapshot);
  if (first) throw BreakwaterError.fromFaults([first, ...rest]);
}

/** One fault for each rollout that owns hosts of the plan. */
function overlaps(planned: Plan, snapshot: Snapshot): Fault[] {
  const hosts = planned.waves.flatMap((wave) => wave.hosts);
  const owners = new Set(hosts.flatMap((host) => snapshot.claims.get(host) ?? []));
  return [...owners].map((owner) => {
    const shared = hosts.filter((host) => snapshot.claims.get(host) === owner);
    const message = `rollout ${owner} has ${shared.length} of these hosts (${shared.slice(0, 5).join(', ')})`;
    return { path: '/targets', code: 'rollout_overlap', message };
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
  const { files } = 'manifest' in found ? found.manifest : await manifestIn(deps.store, digest);
  const planned = planFor(engine, submission, snapshot);
  assertMeasurable(deps, submission, planned);
  const inTheWay = overlaps(planned, snapshot).map((fault) => `${fault.message}; it must end first`);
  const { fleet } = engine.context(snapshot, null);
  const strangers = overlaysForNobody(
    files.map(({ path }) => path),
    [...fleet.values()],
  );
  const warnings = [...inTheWay, ...planned.warnings, ...strangers];
  return { planDigest: planDigest(planned), bundle: digest, waves: planned.waves, warnings };
}
