import { RolloutId } from '@breakwater/shared';
import type { Snapshot } from '../adapters/store/interface.ts';
import { whyNot } from '../core/budget.ts';
import { catchUpOf, owedTo } from '../core/catch-up.ts';
import type { Context } from '../core/context.ts';
import type { Declaration } from '../core/declaration.ts';
import type { FleetHost } from '../core/fleet.ts';
import { rowOf, type Rollout } from '../core/rollout.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { submitted } from './overtaken.ts';
import { keptBy } from './planning.ts';
import { saveBirth } from './save-birth.ts';

/**
 * Brings hosts what they have missed, each by a rollout of its own: those that could not be reached or were drained when a
 * change succeeded, and those that are new. One at a time in each datacenter, and none while one of them is undecided: what
 * fails on one host is not tried on the next. Nothing begins while nothing may be taken.
 */
export async function catchUp(deps: EngineDeps, engine: Engine): Promise<void> {
  for (;;) {
    const begun = await engine.inTurn(() => beginOne(deps, engine));
    if (begun === null) return;
    await engine.decide(begun, { type: 'look' });
  }
}

async function beginOne(deps: EngineDeps, engine: Engine): Promise<RolloutId | null> {
  const snapshot = await deps.store.snapshot();
  if (snapshot.declarations.length === 0) return null;
  const context = engine.context(snapshot, null);
  if (context.blocked !== null || context.frozen !== null) return null;
  for (const { host, declared } of candidates(deps, snapshot, context)) {
    const original = await deps.store.rollout(declared.rollout);
    if (!original) continue;
    const { nextEpoch: epoch, now, fleet } = context;
    const birth = { id: RolloutId.parse(`r-${epoch}`), epoch, now, replaces: keptBy(deps, host.id) };
    const born = catchUpOf(original, host, birth, fleet);
    // No place to be taken from now: it would only wait, and page in the end.
    if (whyNot(born, rowOf(born, host.id), context) !== null) continue;
    // Another writer was first: the next round decides on what is so then.
    return (await saveBirth(deps, [submitted(born, [])], snapshot, {})) ? born.id : null;
  }
  return null;
}

/** Free hosts that are owed a change, of datacenters in which no other catches up. */
function candidates(
  { watch }: EngineDeps,
  { claims, declarations, live }: Snapshot,
  { fleet }: Context,
): { host: FleetHost; declared: Declaration }[] {
  const busy = new Set([...live.values()].filter(isCatchUp).flatMap(datacentersOf));
  return [...fleet.values()].flatMap((host) => {
    const status = watch.sighting(host.id)?.status;
    if (!status || claims.has(host.id) || busy.has(host.datacenter)) return [];
    const declared = owedTo(host, status, declarations);
    return declared ? [{ host, declared }] : [];
  });
}

const isCatchUp = (rollout: Rollout): boolean => rollout.catchUpOf !== null;

function datacentersOf(rollout: Rollout): string[] {
  return Object.values(rollout.hosts).map((row) => row.datacenter);
}
