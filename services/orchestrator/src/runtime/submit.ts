import { BreakwaterError, type Digest, RolloutId, type Submission } from '@breakwater/shared';
import type { Operator } from '../adapters/http/interface.ts';
import type { Snapshot } from '../adapters/store/interface.ts';
import { isSettled } from '../core/assignment.ts';
import { newRollout } from '../core/new-rollout.ts';
import type { Rollout } from '../core/rollout.ts';
import { bundleOf } from './bundles.ts';
import { type AtLeastOne, chain } from './chain.ts';
import { blockedBy } from './context-of.ts';
import { actOn, type Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { logEvents } from './log-events.ts';
import { type Change, withOvertaken } from './overtaken.ts';
import { assertFree, assertSamePlan, planFor } from './planning.ts';

/** The caller's name for a request, so that sending it twice does it once. */
export type Idempotency = { key: string; request: Digest } | null;

/**
 * Takes a submission: plans it, records it as a rollout that owns its hosts, and lets it begin.
 * @throws BreakwaterError for everything that is wrong with it; then nothing is stored.
 */
export async function submit(
  deps: EngineDeps,
  engine: Engine,
  submission: Submission,
  by: Operator,
  idempotency: Idempotency,
): Promise<Rollout> {
  const { store } = deps;
  const bundle = await bundleOf(store, submission);
  const rollout = await engine.inTurn(async () => {
    for (;;) {
      // In this order: what the same request has led to meanwhile, at another orchestrator, must not be in its own way.
      const snapshot = await store.snapshot();
      const known = await earlier(deps, idempotency);
      if (known) return known;
      const born = create(deps, engine, { submission, by, bundle: bundle.digest }, snapshot);
      const changes = withOvertaken(engine, submission, born, snapshot);
      // Everything that could refuse the submission has been asked: a refused one leaves no bundle behind.
      if ('files' in bundle) await store.putBundle(bundle.digest, bundle.manifest, bundle.files);
      if (await save(deps, changes, snapshot, idempotency)) return born;
    }
  });
  return rollout.state === 'planned' ? (await engine.decide(rollout.id, { type: 'look' })).rollout : rollout;
}

/** What the same request has led to before, if it has. @throws BreakwaterError `idempotency_conflict` */
async function earlier({ store }: EngineDeps, idempotency: Idempotency): Promise<Rollout | null> {
  const known = idempotency && (await store.idempotent(idempotency.key));
  if (!known) return null;
  if (known.request === idempotency.request) return store.rollout(known.rollout);
  throw new BreakwaterError(
    'idempotency_conflict',
    `the key was used for ${known.rollout} with another body`,
  );
}

/** What was asked for, by whom. */
interface Asked {
  submission: Submission;
  by: Operator;
  bundle: Digest;
}

function create({ guard }: EngineDeps, engine: Engine, asked: Asked, snapshot: Snapshot): Rollout {
  const { submission, by, bundle } = asked;
  const { line } = snapshot;
  const [unsafe] = guard.unsafe();
  if (unsafe !== undefined) throw new BreakwaterError('store_unsafe', unsafe);
  if (line.stopped)
    throw new BreakwaterError('line_stopped', `the line is stopped: ${line.reason ?? 'no reason'}`);
  const planned = planFor(engine, submission, snapshot);
  assertSamePlan(submission, planned);
  assertFree(planned, submission, snapshot);
  const { now, fleet, nextEpoch } = engine.context(snapshot, null);
  const id = RolloutId.parse(`r-${nextEpoch}`);
  return newRollout({ id, submission, bundle, plan: planned, by: by.name, epoch: nextEpoch, now }, fleet);
}

async function save(
  deps: EngineDeps,
  changes: AtLeastOne<Change>,
  snapshot: Snapshot,
  idempotency: Idempotency,
): Promise<boolean> {
  const [{ after: born }] = changes;
  const { head } = snapshot;
  // The submission comes first: the number of its event is the rollout's own.
  const [first, ...rest] = chain(
    head,
    changes.flatMap(({ events }) => events),
    born.createdAt,
  );
  if (!first) throw new BreakwaterError('internal', `the submission of ${born.id} has no event`);
  const saved = await deps.store.commit({
    expected: head,
    events: [first, ...rest],
    rollouts: changes.map(({ before, after }) => ({ before, after, live: !isSettled(after) })),
    pages: changes.flatMap(({ pages }) => pages),
    ...(idempotency === null ? {} : { idempotency: { ...idempotency, rollout: born.id } }),
  });
  if (saved === 'conflict') return false;
  for (const { before, after, ...told } of changes) {
    const decision = { ...told, rollout: after };
    logEvents(deps, before ?? after, decision);
    await actOn(deps, before ?? after, decision, blockedBy(snapshot, deps.guard), first.seq + rest.length);
  }
  return true;
}
