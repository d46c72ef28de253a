import { type HostId, MOST_VANTAGE_CHECKS, MOST_VANTAGE_TASKS, type VantageTask } from '@breakwater/shared';
import type { EnrolledHost } from './fleet.ts';
import type { HostRow, Rollout } from './rollout.ts';
import { isWatched } from './vantage.ts';
import type { Watch } from './watch.ts';

/** Where hosts answer. */
type Places = ReadonlyMap<HostId, Pick<EnrolledHost, 'address' | 'port'>>;

interface Order {
  task: VantageTask;
  soaking: boolean;
}

/**
 * Whom each host is to ask, for all rollouts together. There are at most so many for one host; those that wait for a
 * word come first, then the newest: a host that keeps the change is asked on for as long as that costs little.
 */
export function vantageTasks(rollouts: Iterable<Rollout>, places: Places): Map<HostId, VantageTask[]> {
  const orders = new Map<HostId, Order[]>();
  for (const rollout of rollouts) {
    for (const [point, order] of ordersOf(rollout, places)) {
      const mine = orders.get(point);
      if (mine) mine.push(order);
      else orders.set(point, [order]);
    }
  }
  const urgent = (a: Order, b: Order): number =>
    Number(b.soaking) - Number(a.soaking) || b.task.epoch - a.task.epoch;
  return new Map(
    [...orders].map(([point, mine]) => [
      point,
      mine
        .toSorted(urgent)
        .slice(0, MOST_VANTAGE_TASKS)
        .map(({ task }) => task),
    ]),
  );
}

function ordersOf(rollout: Rollout, places: Places): [point: HostId, order: Order][] {
  return watched(rollout).flatMap(([row, watch]) => {
    const place = places.get(row.id);
    if (!place) return [];
    const order = { task: taskOf(rollout, row, place), soaking: row.state === 'soaking' };
    return watch.points.map(({ host }): [HostId, Order] => [host, order]);
  });
}

function watched(rollout: Rollout): [row: HostRow, watch: Watch][] {
  return Object.entries(rollout.vantage).flatMap(([id, watch]): [HostRow, Watch][] => {
    const row = rollout.hosts[id as HostId];
    const holds = row && !watch.over && watch.epoch === row.epoch && isWatched(rollout, row);
    return holds ? [[row, watch]] : [];
  });
}

/** Every pair of a host that asks and an attempt that it asks about, under a name of the pair: who asks. */
export function pairsIn(rollout: Rollout): Map<string, HostId> {
  return new Map(
    watched(rollout).flatMap(([row, { epoch, points }]) =>
      points.map(({ host }): [string, HostId] => [`${host} ${row.id} ${epoch}`, host]),
    ),
  );
}

/** Only what must hold for everybody is asked: not what may vanish, and not what is meant for the host itself. */
function taskOf(
  rollout: Rollout,
  row: HostRow,
  { address, port }: { address: string; port: number },
): VantageTask {
  const { zonesRemoved } = rollout.expect;
  const plain = (name: string): string => name.toLowerCase().replace(/(?<=.)\.$/, '');
  const gone = zonesRemoved === '*' ? null : new Set(zonesRemoved.map(plain));
  return {
    target: row.id,
    epoch: row.epoch,
    address,
    port,
    checks: rollout.checks.slice(0, MOST_VANTAGE_CHECKS),
    answers: row.answers.filter(({ zone }) => gone !== null && !gone.has(plain(zone))),
  };
}
