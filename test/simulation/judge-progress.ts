import type { HostId } from '@breakwater/shared';
import type {
  Commit,
  RolloutWrite,
  Snapshot,
} from '../../services/orchestrator/src/adapters/store/interface.ts';
import {
  type HostRow,
  type Rollout,
  type Wave,
  waveName,
} from '../../services/orchestrator/src/core/rollout.ts';
import type { World } from './interfaces.ts';

/** How old what a gate told may be when something follows from it: two paces, a slow source, and a slow store. */
const GATE_LAG_MS = 20_000;

/** Judges what may keep a rollout from going forward: gates, freezes, what people said of hosts, and who catches up with what. */
export class ProgressJudge {
  /** When hosts began to soak, by rollout and epoch. */
  readonly #soaksSince = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  committed({ rollouts = [], events, orders }: Commit, snapshot: Snapshot): void {
    const at = events[0].at;
    for (const event of events) {
      if (event.type === 'rollout.overtaken') this.#world.count('rollout overtaken');
      if (event.type === 'gate.measured') this.#world.count(`gate told ${event.verdict.code}`);
      if (event.type === 'wave.held' && event.reason?.startsWith('frozen'))
        this.#world.count('wave held by a freeze');
    }
    for (const order of orders?.values() ?? []) if (order) this.#world.count(`host ${order.kind}`);
    for (const write of rollouts) {
      if (write.before === null) this.#born(write.after, snapshot);
      else this.#wrote(write.before, write, snapshot, at);
    }
  }

  #wrote(before: Rollout, { after }: RolloutWrite, { orders }: Snapshot, at: number): void {
    this.#reached(before, after);
    const { freezes } = this.#world;
    const frozen = freezes.freezeAt(at) !== null && after.emergency === null;
    for (const row of Object.values(after.hosts)) {
      const old = before.hosts[row.id];
      if (!old || old === row) continue;
      this.#moved(old, row, after);
      if (row.grantedAt === null || (row.grantedAt === old.grantedAt && row.epoch === old.epoch)) continue;
      const order = orders.get(row.id)?.kind;
      if (order) this.#world.fault('order', `${row.id} is taken by ${after.id}, and was ${order}`);
      if (frozen) this.#world.fault('freeze', `${row.id} is taken by ${after.id} in a freeze`);
    }
    for (const [index, wave] of after.waves.entries()) {
      if (wave.startedAt === null || before.waves[index]?.startedAt !== null) continue;
      if (frozen) this.#world.fault('freeze', `${waveName(wave)} of ${after.id} begins in a freeze`);
      this.#begins(after, wave);
    }
  }

  #moved(old: HostRow, row: HostRow, rollout: Rollout): void {
    if (row.state === 'soaking' && old.state !== 'soaking')
      this.#soaksSince.set(nameOf(rollout, row), this.#world.timeline.now);
    if (row.state === 'skipped' && old.state !== 'skipped')
      this.#world.count(`left out: ${row.verdict?.code}`);
    if (row.confirming && !old.confirming) this.#measured(rollout, row);
  }

  /** Before the wave begins, its gates were told that all is well, and not long ago. */
  #begins(rollout: Rollout, wave: Wave): void {
    for (const gate of rollout.strategy.gates) {
      if (gate.kind !== 'prometheus' || !gate.before.includes(wave.kind)) continue;
      const since = this.#world.timeline.now - 2 * gate.every - GATE_LAG_MS;
      if (this.#wellAt(rollout, wave) < since)
        this.#world.fault(
          'gate',
          `${waveName(wave)} of ${rollout.id} begins, and nothing has said that it may`,
        );
    }
  }

  /** A host is told to keep the change: what is measured during its wave was well since it soaks. */
  #measured(rollout: Rollout, row: HostRow): void {
    const wave = rollout.waves.find(({ hosts }) => hosts.includes(row.id));
    const since = this.#soaksSince.get(nameOf(rollout, row));
    if (!wave || since === undefined) return;
    for (const gate of rollout.strategy.gates) {
      if (gate.kind !== 'prometheus' || !gate.during.includes(wave.kind)) continue;
      this.#world.count('host kept by the word of a gate');
      if (this.#wellAt(rollout, wave) < since)
        this.#world.fault(
          'gate',
          `${row.id} keeps ${rollout.id}, and nothing has said since it soaks that it may`,
        );
    }
  }

  #wellAt(rollout: Rollout, wave: Wave): number {
    return this.#world.metrics.wellAt.get(`${rollout.id} ${waveName(wave)}`) ?? -Infinity;
  }

  /** What hosts catch up with has succeeded, and no two of a datacenter catch up at once. */
  #born(born: Rollout, { live, orders }: Snapshot): void {
    if (born.catchUpOf === null) return;
    const { server } = this.#world;
    const original = server.data.rollout(born.catchUpOf);
    if (original?.state !== 'succeeded' || original.bundle !== born.bundle)
      this.#world.fault(
        'catchUp',
        `${born.id} brings what ${born.catchUpOf} has not proved (${original?.state})`,
      );
    const datacenters = datacentersOf(born);
    const others = [...live.values()].filter(({ catchUpOf }) => catchUpOf !== null);
    for (const other of others)
      if (datacentersOf(other).some((name) => datacenters.includes(name)))
        this.#world.fault('catchUp', `${born.id} begins beside ${other.id} in the same datacenter`);
    for (const id of Object.keys(born.hosts) as HostId[])
      if (orders.has(id)) this.#world.fault('order', `${id} is to catch up, and was ${orders.get(id)?.kind}`);
  }

  #reached(before: Rollout, after: Rollout): void {
    const { state, verdict, catchUpOf } = after;
    if (before.state === state) return;
    if (before.state === 'planned' && state === 'preflighting') {
      if (before.verdict.code === 'frozen') this.#world.count('frozen, then begun');
      if (before.verdict.code === 'queued') this.#world.count('queued, then begun');
    }
    if (state === 'succeeded' && catchUpOf !== null) {
      const [id] = Object.keys(after.hosts) as HostId[];
      const isNew =
        id !== undefined && this.#world.machines.at(-1)?.id === id && this.#world.settings.joinsAt !== null;
      this.#world.count(isNew ? 'new host caught up' : 'host caught up');
    }
    if (state !== 'halted') return;
    this.#world.count(`halted by ${verdict.code}`);
    if (verdict.code !== 'gate_failed') return;
    const wave = before.waves.find((each) => each.state === 'soaking');
    if (wave) this.#world.count('halted by a gate in a soak');
  }
}

const nameOf = (rollout: Rollout, row: HostRow): string => `${rollout.id} ${row.epoch} ${row.id}`;

function datacentersOf(rollout: Rollout): string[] {
  return Object.values(rollout.hosts).map(({ datacenter }) => datacenter);
}
