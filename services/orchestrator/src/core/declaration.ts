import type { Digest, HostId, RolloutId, Targets } from '@breakwater/shared';
import { OWED } from './left-out.ts';
import type { Fleet, FleetHost } from './fleet.ts';
import type { Rollout } from './rollout.ts';
import { matches } from './targets.ts';

/**
 * What a rollout that succeeded has made the declared generation of its targets: hosts that missed it get it when they
 * are back, and new hosts join at it. The rollout itself has the checks and the strategy.
 */
export interface Declaration {
  rollout: RolloutId;
  bundle: Digest;
  targets: Targets;
  /** Wall-clock milliseconds at which it succeeded. */
  at: number;
  /** Hosts that missed it without having failed it; each is struck out once it has been tried. */
  owed: readonly HostId[];
}

type Changes = Map<RolloutId, Declaration | null>;

/** So many are kept; older ones matter only to hosts that no newer one is for. */
const MOST_DECLARATIONS = 200;

/** Those of the targets that the rollout did not judge: left out of it, or not in its plan (drained then, or enrolled since). */
function missed(rollout: Rollout, fleet: Fleet): HostId[] {
  const left = Object.values(rollout.hosts).filter(
    (row) => row.state === 'skipped' && OWED.includes(row.verdict?.code ?? ''),
  );
  const unplanned = [...fleet.values()].filter(
    (host) => matches(rollout.targets, host) && rollout.hosts[host.id] === undefined,
  );
  return [...left, ...unplanned].map(({ id }) => id);
}

/** Not owed any more: the host has the change, or it was tried and a person has to look. */
function struckOut(tried: Rollout, declarations: readonly Declaration[]): Changes {
  const declaration = declarations.find(({ rollout }) => rollout === tried.catchUpOf);
  if (!declaration) return new Map();
  const owed = declaration.owed.filter((host) => tried.hosts[host] === undefined);
  return new Map([[declaration.rollout, { ...declaration, owed }]]);
}

/**
 * What a decision changes in what is declared. Only success declares, and only while it lasts: what is being proved, or was
 * rolled back, is never given to a host that joins.
 * @param known newest first.
 */
export function declarationChanges(
  before: Rollout,
  after: Rollout,
  known: readonly Declaration[],
  fleet: Fleet,
  now: number,
): Changes {
  if (before.state === after.state) return new Map();
  if (after.catchUpOf !== null) {
    const tried = after.state === 'succeeded' || after.state === 'halted';
    return tried ? struckOut(after, known) : new Map();
  }
  if (before.state === 'succeeded') return new Map([[after.id, null]]);
  if (after.state !== 'succeeded') return new Map();
  const { id: rollout, bundle, targets } = after;
  const declared: Declaration = { rollout, bundle, targets, at: now, owed: missed(after, fleet) };
  const tooMany = known.slice(MOST_DECLARATIONS - 1).map((old) => [old.rollout, null] as const);
  return new Map<RolloutId, Declaration | null>([[rollout, declared], ...tooMany]);
}

/** What is declared for a host: the newest that it was a target of. */
export function declaredFor(host: FleetHost, declarations: readonly Declaration[]): Declaration | null {
  return declarations.find(({ targets, owed }) => owed.includes(host.id) || matches(targets, host)) ?? null;
}
