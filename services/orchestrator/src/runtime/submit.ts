import { BreakwaterError, type Digest, RolloutId, type Submission } from '@breakwater/shared';
import type { Caller } from '../adapters/http/interface.ts';
import type { Snapshot } from '../adapters/store/interface.ts';
import { newRollout } from '../core/new-rollout.ts';
import { hostsOf, type Rollout } from '../core/rollout.ts';
import { bundleOf } from './bundles.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { doneBefore } from './once.ts';
import { withOvertaken } from './overtaken.ts';
import { assertFree, assertSamePlan, keptBy, planFor } from './planning.ts';
import { saveBirth } from './save-birth.ts';
import { assertWithin } from './within-scope.ts';

/**
 * Takes a submission: plans it, records it as a rollout that owns its hosts, and lets it begin.
 * @throws BreakwaterError for everything that is wrong with it; then nothing is stored.
 */
export async function submit(
  deps: EngineDeps,
  engine: Engine,
  submission: Submission,
  by: Caller,
): Promise<Rollout> {
  const { store } = deps;
  const bundle = await bundleOf(store, submission);
  const rollout = await engine.inTurn(async () => {
    for (;;) {
      // In this order: what the same request has led to meanwhile, at another orchestrator, must not be in its own way.
      const snapshot = await store.snapshot();
      const done = await doneBefore(store, by);
      const known = done?.rollout ? await store.rollout(done.rollout) : null;
      if (known) return known;
      const born = create(deps, engine, { submission, by, bundle: bundle.digest }, snapshot);
      const changes = withOvertaken(engine, submission, born, snapshot);
      // Whoever overtakes a rollout pauses all of it.
      for (const { after } of changes) assertWithin(deps, by, hostsOf(after));
      // Everything that could refuse the submission has been asked: a refused one leaves no bundle behind.
      if ('files' in bundle) await store.putBundle(bundle.digest, bundle.manifest, bundle.files);
      if (await saveBirth(deps, changes, snapshot, by)) return born;
    }
  });
  return rollout.state === 'planned' ? (await engine.decide(rollout.id, { type: 'look' })).rollout : rollout;
}

/** What was asked for, by whom. */
interface Asked {
  submission: Submission;
  by: Caller;
  bundle: Digest;
}

function create(deps: EngineDeps, engine: Engine, asked: Asked, snapshot: Snapshot): Rollout {
  const { submission, by, bundle } = asked;
  const { line } = snapshot;
  const [unsafe] = deps.guard.unsafe();
  if (unsafe !== undefined) throw new BreakwaterError('store_unsafe', unsafe);
  if (line.stopped)
    throw new BreakwaterError('line_stopped', `the line is stopped: ${line.reason ?? 'no reason'}`);
  const planned = planFor(deps, engine, submission, snapshot);
  assertSamePlan(submission, bundle, planned);
  if (submission.whenBusy === 'refuse') assertFree(planned, submission, snapshot);
  const { now, fleet, nextEpoch } = engine.context(snapshot, null);
  const id = RolloutId.parse(`r-${nextEpoch}`);
  const replaces = keptBy(deps, planned.waves[0]?.hosts[0]);
  const birth = { id, submission, bundle, plan: planned, by: by.name, replaces, epoch: nextEpoch, now };
  return newRollout(birth, fleet);
}
