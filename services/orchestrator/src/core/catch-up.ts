import type { Digest, HostStatus, OperatorName, RolloutId, Submission } from '@breakwater/shared';
import { type Declaration, declaredFor } from './declaration.ts';
import type { Fleet, FleetHost } from './fleet.ts';
import { newRollout } from './new-rollout.ts';
import type { Rollout } from './rollout.ts';

/** By whom catch-ups are submitted: nobody's name, and no operator may have it. */
export const NOBODY = 'breakwater' as OperatorName;

/** Somebody has moved the managed root or changed files below it. What a person did by hand is not overwritten. */
function isTouched({ drift, generation, lastKnownGood }: HostStatus): boolean {
  return (drift !== null && drift.kind !== 'none') || generation !== lastKnownGood;
}

/**
 * The declared change that a host is to be brought, or `null`. It is the newest that the host was a target of: one that it
 * missed, or any at all when it is new and has never followed a change. A host that had it and has something else now was
 * changed by a person; that is shown, and not undone.
 */
export function owedTo(
  host: FleetHost,
  status: HostStatus,
  declarations: readonly Declaration[],
): Declaration | null {
  if (host.drained || host.availability !== 'healthy' || isTouched(status)) return null;
  const declared = declaredFor(host, declarations);
  // A newer one may be for it no more, since its labels have changed: it has that one, and does not go back for an older.
  const has = declarations.findIndex(({ bundle }) => bundle === status.lastKnownGood);
  if (!declared || (has !== -1 && has <= declarations.indexOf(declared))) return null;
  return declared.owed.includes(host.id) || status.epoch === 0 ? declared : null;
}

/**
 * The rollout that brings a succeeded change to one host that missed it. The host is its own canary; nobody approves it,
 * since the change was approved and proved. It may take the last healthy host of a place only where the original might.
 */
export function catchUpOf(
  original: Rollout,
  host: FleetHost,
  birth: { id: RolloutId; epoch: number; now: number; replaces: Digest | null },
  fleet: Fleet,
): Rollout {
  const { canary, datacenters } = original.strategy;
  const submission: Submission = {
    title: `${host.id} catches up with ${original.id}`,
    reason: `it missed "${original.title}" (${original.id})`,
    bundle: { digest: original.bundle },
    targets: { hosts: [host.id] },
    strategy: {
      ...original.strategy,
      canary: { ...canary, hosts: 1 },
      datacenters: { ...datacenters, order: [] },
      approval: 'none',
      // There is no unchanged host left that it could be compared with.
      gates: original.strategy.gates.filter(({ kind }) => kind !== 'comparison'),
    },
    checks: [...original.checks],
    // What changes on this host is not what changed on the others: it may have missed more than one.
    expect: { ...original.expect, noChange: false },
    whenBusy: 'refuse',
    emergency: null,
  };
  const wave = { kind: 'canary' as const, datacenter: null, hosts: [host.id], soakMs: canary.soak };
  const plan = { waves: [wave], warnings: [] };
  const rollout = newRollout({ ...birth, submission, bundle: original.bundle, plan, by: NOBODY }, fleet);
  const named = original.named.filter((id) => id === host.id);
  return { ...rollout, named, ticket: original.ticket, catchUpOf: original.id };
}
