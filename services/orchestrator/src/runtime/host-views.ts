import type { Digest, HostStatus } from '@breakwater/shared';
import type { HostView } from '../adapters/http/interface.ts';
import type { Snapshot } from '../adapters/store/interface.ts';
import { stepOf } from '../core/assignment.ts';
import { declaredFor } from '../core/declaration.ts';
import type { FleetHost } from '../core/fleet.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';

/** The fleet as operators see it. A removed host is no part of it any more. */
export async function hostViews({ store, watch }: EngineDeps, engine: Engine): Promise<HostView[]> {
  const snapshot = await store.snapshot();
  const { fleet, blocked } = engine.context(snapshot, null);
  return watch.roster.hosts().flatMap((host) => {
    const seen = fleet.get(host.id);
    if (!seen) return [];
    const status = watch.sighting(host.id)?.status ?? null;
    const rollout = snapshot.claims.get(host.id) ?? null;
    const order = snapshot.orders.get(host.id) ?? null;
    const desired = grantedTo(seen, snapshot, blocked) ?? declaredTo(seen, snapshot, status);
    return [{ ...host, ...seen, status, rollout, desired, order }];
  });
}

/** The generation that a rollout has told the host to take or to keep. */
function grantedTo({ id }: FleetHost, { claims, live }: Snapshot, blocked: string | null): Digest | null {
  const owner = claims.get(id);
  const rollout = owner === undefined ? undefined : live.get(owner);
  const row = rollout?.hosts[id];
  const step = rollout && row ? stepOf(rollout, row, blocked) : null;
  return rollout && (step === 'apply' || step === 'confirm') ? rollout.bundle : null;
}

function declaredTo(host: FleetHost, { declarations }: Snapshot, status: HostStatus | null): Digest | null {
  return declaredFor(host, declarations)?.bundle ?? status?.lastKnownGood ?? null;
}
