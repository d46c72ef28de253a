import type { Emergency, HostId, OperatorName, RolloutId } from '@breakwater/shared';
import { claims } from './claims.ts';
import { LEGAL, type Refusal } from './commands.ts';
import type { Context } from './context.ts';
import type { DomainEvent } from './event.ts';
import { eventsBetween } from './events-between.ts';
import { mapRows } from './host-row.ts';
import { nextLook } from './next-look.ts';
import { release } from './releasing.ts';
import type { Rollout } from './rollout.ts';
import { type Decision, transition } from './transition.ts';

/** An emergency that takes hosts over from another rollout. */
export interface Takeover {
  emergency: RolloutId;
  incident: string;
  by: OperatorName;
  hosts: readonly HostId[];
}

/** An emergency overtakes whom it names, and never another emergency: of two, people choose which one goes on. */
export function mayOvertake(emergency: Emergency | null, other: Rollout): boolean {
  return other.emergency === null && emergency?.overtakes.includes(other.id) === true;
}

/** Live rollouts that have one of these hosts; those that only wait for it too. */
export function inTheWay(hosts: readonly HostId[], live: Iterable<Rollout>): Map<Rollout, HostId[]> {
  const found = new Map<Rollout, HostId[]>();
  for (const rollout of live) {
    const shared = hosts.filter((id) => {
      const row = rollout.hosts[id];
      return row !== undefined && claims(row);
    });
    if (shared.length > 0) found.set(rollout, shared);
  }
  return found;
}

/**
 * Makes a rollout give way: it is paused first, as by the person who submitted the emergency, and gives the shared hosts
 * up. One that has stopped already, or is going back, stays as it is. Nothing here goes forward.
 */
export function overtake(before: Rollout, takeover: Takeover, context: Context): Decision | Refusal {
  const { emergency, incident, by, hosts } = takeover;
  const reason = `overtaken by ${emergency} (incident ${incident})`;
  const paused = pause(before, by, reason, context);
  if ('code' in paused) return paused;
  const after = mapRows(paused.rollout, (row) =>
    hosts.includes(row.id) && claims(row) ? release(row, emergency, context.now) : row,
  );
  const taken: DomainEvent = {
    type: 'rollout.overtaken',
    rollout: after.id,
    by,
    emergency,
    reason,
    hosts: [...hosts],
  };
  const moved = eventsBetween(paused.rollout, after, { type: 'look' }, []);
  return {
    rollout: after,
    events: [...paused.events, taken, ...moved],
    pages: paused.pages,
    nextLookAt: nextLook(after, context),
  };
}

function pause(before: Rollout, by: OperatorName, reason: string, context: Context): Decision | Refusal {
  if (!LEGAL.pause.from.includes(before.state)) {
    return { rollout: before, events: [], pages: [], nextLookAt: null };
  }
  return transition(before, { type: 'command', command: { verb: 'pause', by, reason, host: null } }, context);
}
