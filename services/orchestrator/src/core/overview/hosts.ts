import type { Sample } from '@breakwater/shared';
import { limitOf } from '../budget.ts';
import type { Declaration } from '../declaration.ts';
import { serves } from '../places.ts';
import type { Rollout } from '../rollout.ts';
import { matches } from '../targets.ts';
import { boundedDatacenters } from './datacenters.ts';
import { one, type Overview, type SeenHost } from './overview.ts';

const AVAILABILITIES = ['healthy', 'unhealthy', 'unknown'] as const;
const LINKS = ['connected', 'lost', 'never'] as const;
const RANKS = ['newest', 'previous', 'under_way', 'other', 'none'] as const;

/** How the fleet stands, by datacenter. */
export function hostSamples(overview: Overview): Sample[] {
  const nameOf = boundedDatacenters(overview.hosts);
  const places = Map.groupBy(overview.hosts, ({ datacenter }) => nameOf(datacenter));
  const connected = overview.hosts.filter((host) => linkOf(host, overview) === 'connected').length;
  return [
    ...[...places].flatMap(([datacenter, hosts]) => placeSamples(datacenter, hosts, overview)),
    one('agentsConnected', connected),
  ];
}

function placeSamples(datacenter: string, hosts: readonly SeenHost[], overview: Overview): Sample[] {
  const counted = <V extends string>(
    metric: Sample['metric'],
    label: string,
    values: readonly V[],
    valueOf: (host: SeenHost) => V,
  ): Sample[] => {
    const groups = Map.groupBy(hosts, valueOf);
    return values.map((value) => {
      return { metric, labels: { datacenter, [label]: value }, value: groups.get(value)?.length ?? 0 };
    });
  };
  const total = (metric: Sample['metric'], value: number): Sample => ({
    metric,
    labels: { datacenter },
    value,
  });
  const those = (isOne: (host: SeenHost) => boolean): number => hosts.filter(isOne).length;
  return [
    ...counted('hosts', 'availability', AVAILABILITIES, ({ availability }) => availability),
    ...counted('agents', 'link', LINKS, (host) => linkOf(host, overview)),
    ...counted('generations', 'rank', RANKS, (host) => rankOf(host, overview)),
    total(
      'drifted',
      those(({ drift }) => drift !== null),
    ),
    total(
      'drained',
      those(({ drained }) => drained),
    ),
    total(
      'budgetUsed',
      those((host) => host.busy || !serves(host)),
    ),
    total('budgetLimit', limitsIn(hosts, overview)),
  ];
}

function linkOf({ heardAt }: SeenHost, { now, unknownAfterMs }: Overview): (typeof LINKS)[number] {
  if (heardAt === null) return 'never';
  return heardAt < now - unknownAfterMs ? 'lost' : 'connected';
}

function rankOf(host: SeenHost, { declarations, live }: Overview): (typeof RANKS)[number] {
  const { id, generation } = host;
  if (generation === null) return 'none';
  const isFor = ({ targets, owed }: Declaration): boolean => owed.includes(id) || matches(targets, host);
  const newest = declarations.findIndex(isFor);
  if (declarations[newest]?.bundle === generation) return 'newest';
  if (live.some(({ hosts, bundle }) => hosts[id] !== undefined && bundle === generation)) return 'under_way';
  const previous = newest === -1 ? undefined : declarations.slice(newest + 1).find(isFor);
  return previous?.bundle === generation ? 'previous' : 'other';
}

/** The limit is each datacenter's own: what stands for several has the sum of theirs. */
function limitsIn(hosts: readonly SeenHost[], { live, defaultLimit }: Overview): number {
  const places = Map.groupBy(hosts, ({ datacenter }) => datacenter);
  const takesIn = (rollout: Rollout, datacenter: string): boolean =>
    Object.values(rollout.hosts).some((row) => row.datacenter === datacenter);
  return [...places].reduce((sum, [datacenter, members]) => {
    const limits = live
      .filter((rollout) => takesIn(rollout, datacenter))
      .map(({ strategy }) => limitOf(strategy.maxUnavailable, members.length));
    const usual = limitOf(defaultLimit, members.length);
    return sum + (limits.length === 0 ? usual : Math.min(...limits));
  }, 0);
}
