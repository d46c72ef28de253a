import { type Declaration, declaredFor } from '../../services/orchestrator/src/core/declaration.ts';
import { kindAt } from './behaviour.ts';
import type { Machine, World } from './interfaces.ts';

const MISSED = ['skipped_unreachable', 'skipped_drained'];

/**
 * Hosts that should have what is declared for them, and have not got it, although nothing keeps anybody from bringing it:
 * those that missed a change that succeeded, and those that are new.
 */
export function stillOwed(world: World): Machine[] {
  const { declarations, orders } = world.server.snapshot();
  const members = world.machines.filter(
    ({ id }) => !orders.has(id) && world.enrolment.hosts.some((host) => host.id === id),
  );
  return members.filter((machine) => {
    const host = {
      ...machine.place,
      availability: 'healthy',
      heardAt: null,
      unwell: null,
      drift: null,
    } as const;
    const declared = declaredFor({ ...host, drained: false, busy: false }, declarations);
    if (!declared || declared.bundle === machine.live) return false;
    const isNew = machine.agent?.memory.highestEpoch === 0;
    return (isNew || hasMissed(world, machine, declared)) && mayBeTaken(world, machine, members);
  });
}

/** It was left out for no fault of its own, and nobody has tried since. */
function hasMissed({ server: { data } }: World, { id }: Machine, { rollout }: Declaration): boolean {
  const row = data.rollout(rollout)?.hosts[id];
  if (row?.state !== 'skipped' || !MISSED.includes(row.verdict?.code ?? '')) return false;
  const later = data.rollouts.flatMap((each) => data.rollout(each) ?? []);
  return !later.some(
    ({ catchUpOf, hosts, state, haltedAt }) =>
      catchUpOf === rollout && hosts[id] && (state !== 'aborted' || haltedAt !== null),
  );
}

/** Neither the last host of a place, nor one beside others that are not well. */
function mayBeTaken(world: World, machine: Machine, members: readonly Machine[]): boolean {
  const { datacenter, groups } = machine.place;
  const others = members.filter((other) => other !== machine);
  const peers = others.filter(({ place }) => place.datacenter === datacenter);
  const pools = [peers, ...groups.map((group) => others.filter(({ place }) => place.groups.includes(group)))];
  return (
    isWell(world, machine) &&
    pools.every((pool) => pool.length > 0 && pool.every((one) => isWell(world, one)))
  );
}

function isWell(world: World, { id, live, daemon }: Machine): boolean {
  return daemon.serves && ['good', 'slow', 'costly'].includes(kindAt(world.behaviourOf(live), id));
}
