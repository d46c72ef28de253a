import type { Assignment, HostId, RolloutId } from '@breakwater/shared';
import type {
  Commit,
  RolloutWrite,
  Snapshot,
} from '../../services/orchestrator/src/adapters/store/interface.ts';
import type { LoggedEvent } from '../../services/orchestrator/src/core/event.ts';
import { type HostRow, type Rollout, waveName } from '../../services/orchestrator/src/core/rollout.ts';
import {
  HOST_TRANSITIONS,
  ROLLOUT_TRANSITIONS,
  WAVE_TRANSITIONS,
} from '../../services/orchestrator/src/core/transitions.ts';
import { LEASE_MS } from './client.ts';
import type { Machine, World } from './interfaces.ts';
import type { Orchestrator } from './orchestrator.ts';

/** How old a look at the store may be that an answer rests on: the way there and back, when it is slow. */
const STALE_MS = 500;

type Wrote = (machine: Machine, type: string, epoch: number) => boolean;

const GRANTING = 'running';
/** What a host has said itself before its row can say so. */
const SAID: Partial<Record<HostRow['state'], string>> = {
  ready: 'ready',
  verifying: 'verifying',
  soaking: 'soaking',
  confirmed: 'confirmed',
  reverted: 'reverted',
};

/** Judges what is written to the store, and what follows from it, against the truth on the hosts. */
export class StoreJudge {
  /** Since when a rollout may grant nothing; absent while it may. */
  readonly #stoppedSince = new Map<RolloutId, number>();
  readonly #rollouts = new Map<RolloutId, Rollout>();
  /** Waves that have ever started, also in a store that was put back since. */
  readonly #begun = new Set<string>();
  /** Every cause of a halt, by its page's key, and the pages that were queued for it. */
  readonly pages = new Map<string, { key: string }>();
  #lineStoppedSince: number | null = null;
  readonly #world: World;
  readonly #wroteItself: Wrote;

  /** @param wrote whether an entry is surely in a host's journal */
  constructor(world: World, wrote: Wrote) {
    this.#world = world;
    this.#wroteItself = wrote;
  }

  committed(commit: Commit, before: Snapshot): void {
    const { events } = commit;
    const [first] = events;
    // A person who takes a store that has lost something has its log go on beyond all that anybody has seen.
    const gap = first.type === 'store.accepted';
    if ((first.seq !== before.head.seq + 1 && !gap) || first.prev !== before.head.hash)
      this.#fault('S19', `event ${first.seq} does not follow event ${before.head.seq}`);
    for (const write of commit.rollouts ?? []) this.#wrote(write, commit, before);
    if (commit.line) {
      this.#lineStoppedSince = commit.line.stopped ? this.#world.timeline.now : null;
      this.#world.note(`line ${commit.line.stopped ? 'stopped' : 'started'}`);
    }
    // A decision that is overtaken, since its cause is back, is told to nobody.
    for (const page of commit.pages ?? [])
      if (page.status === 'firing') this.pages.set(page.id, { key: page.dedupKey });
    this.#oneOwner();
  }

  /** Another store is in place: an older one, or the right one again. */
  rolledBack(): void {
    const { data } = this.#world.server;
    const { line } = data.snapshot();
    for (const rollout of data.rollouts.flatMap((id) => data.rollout(id) ?? [])) {
      this.#rollouts.set(rollout.id, rollout);
      this.#stopped(rollout);
      // The other store may have given the same name to another change.
      this.#world.born(rollout);
    }
    this.#lineStoppedSince = line.stopped ? this.#world.timeline.now : null;
  }

  /** A host is about to switch its link to what it was granted. */
  applies(machine: Machine, { rollout: id, epoch }: Assignment): void {
    const rollout = this.#rollouts.get(id);
    if (!rollout)
      return this.#fault('S3', `${machine.id} applies a change of ${id}, which nobody has submitted`);
    const wave = rollout.waves.find((each) => each.hosts.includes(machine.id));
    if (!wave || !this.#begun.has(`${id} ${waveName(wave)}`))
      this.#fault('S3', `${machine.id} applies a change of ${id} before its wave has started`);
    const since = this.#stopOf(id);
    const begun = this.#wroteItself(machine, 'applying', epoch);
    if (since !== null && !begun && this.#world.timeline.now - since > LEASE_MS)
      this.#fault('S5', `${machine.id} applies ${id} long after it was stopped`);
  }

  /** An orchestrator answers a host. @param sequence how much of the log the host had seen when it asked */
  answered(
    orchestrator: Orchestrator,
    host: HostId,
    { rollout, step, epoch }: Assignment,
    sequence: number,
  ): void {
    const since = this.#stopOf(rollout);
    if (step !== 'apply') return;
    const { older, data } = this.#world.server;
    if (older && sequence > data.head.seq)
      this.#fault('S20', `${host} is granted ${rollout} by a store that is behind what this host has seen`);
    if (since === null) return;
    const machine = this.#world.machine(host);
    const stale = this.#world.timeline.now - Math.max(since, orchestrator.resumedAt);
    if (stale <= STALE_MS || this.#wroteItself(machine, 'applying', epoch)) return;
    this.#fault('S4', `${host} is granted ${rollout} epoch ${epoch}, which was stopped ${stale} ms ago`);
  }

  #stopOf(id: RolloutId): number | null {
    const own = this.#stoppedSince.get(id) ?? null;
    if (own === null) return this.#lineStoppedSince;
    return Math.min(own, this.#lineStoppedSince ?? own);
  }

  #wrote({ before, after }: RolloutWrite, commit: Commit, snapshot: Snapshot): void {
    const stored = snapshot.live.get(after.id) ?? this.#rollouts.get(after.id) ?? null;
    if (before !== null && stored !== null && !isSame(before, stored))
      this.#fault('S14', `${after.id} is written over a state that nobody has looked at`);
    this.#rollouts.set(after.id, after);
    for (const wave of after.waves)
      if (wave.startedAt !== null) this.#begun.add(`${after.id} ${waveName(wave)}`);
    this.#stopped(after);
    if (before === null) return this.#world.born(after);
    this.#legal(before, after);
    this.#logged(before, after, commit.events);
    this.#waves(before, after);
    for (const row of Object.values(after.hosts)) this.#row(before.hosts[row.id], row, after, commit.events);
    if (after.state === 'halted' && before.state !== 'halted') this.#halted(before, after, commit);
    if (before.state !== after.state) {
      this.#world.count(`rollout ${after.state}`);
      this.#world.note(
        `${after.id} ${before.state} -> ${after.state}: ${after.verdict.code} ${after.verdict.reason}`,
      );
    }
  }

  #stopped(after: Rollout): void {
    if (after.state === GRANTING) this.#stoppedSince.delete(after.id);
    else if (!this.#stoppedSince.has(after.id)) this.#stoppedSince.set(after.id, this.#world.timeline.now);
  }

  #legal(before: Rollout, after: Rollout): void {
    const wrong: string[] = [];
    if (before.state !== after.state && !ROLLOUT_TRANSITIONS[before.state].includes(after.state))
      wrong.push(`${before.state} -> ${after.state}`);
    for (const [index, wave] of after.waves.entries()) {
      const old = before.waves[index]?.state ?? wave.state;
      if (old !== wave.state && !WAVE_TRANSITIONS[old].includes(wave.state))
        wrong.push(`wave ${index} ${old} -> ${wave.state}`);
    }
    for (const row of Object.values(after.hosts)) {
      const old = before.hosts[row.id]?.state ?? row.state;
      if (old !== row.state && !HOST_TRANSITIONS[old].includes(row.state))
        wrong.push(`${row.id} ${old} -> ${row.state}`);
    }
    for (const each of wrong) this.#fault('S15', `${after.id}: ${each} is in no table`);
  }

  #logged(before: Rollout, after: Rollout, events: readonly LoggedEvent[]): void {
    const said = events.some(
      (event) => event.type === 'rollout.state' && event.rollout === after.id && event.to === after.state,
    );
    if (before.state !== after.state && !said)
      this.#fault('S19', `${after.id} became ${after.state} without an event`);
  }

  /** A wave begins only when every host ahead of it really keeps the change, or was left out by a person or a rule. */
  #waves(before: Rollout, after: Rollout): void {
    const begins = after.waves.findIndex(
      (wave, index) => wave.startedAt !== null && before.waves[index]?.startedAt === null,
    );
    if (begins === -1) return;
    this.#world.count(`wave ${after.waves[begins]?.kind} begins`);
    for (const wave of after.waves.slice(0, begins)) {
      const failed = wave.hosts.filter((id) => after.hosts[id]?.failure !== null).length;
      const tolerance = wave.kind === 'canary' ? 0 : after.strategy.failureThreshold;
      for (const id of wave.hosts) {
        const row = after.hosts[id];
        if (!row || row.state === 'skipped' || (row.failure !== null && failed <= tolerance)) continue;
        const machine = this.#world.machine(id);
        const confirmed = row.state === 'confirmed' && this.#wroteItself(machine, 'confirmed', row.epoch);
        if (!confirmed) this.#fault('S13', `a wave of ${after.id} begins while ${id} is ${row.state}`);
      }
    }
  }

  #row(before: HostRow | undefined, row: HostRow, rollout: Rollout, events: readonly LoggedEvent[]): void {
    if (!before || before === row) return;
    const machine = this.#world.machine(row.id);
    const said = SAID[row.state];
    if (before.state !== row.state && said !== undefined && !this.#wroteItself(machine, said, row.epoch))
      this.#fault('S21', `${row.id} is ${row.state} in ${rollout.id}, and has never said so`);
    if (row.soaked && !before.soaked && !this.#wroteItself(machine, 'soaked', row.epoch))
      this.#fault('S21', `${row.id} has soaked for ${rollout.id}, and has never said so`);
    this.#forgotten(before, row, rollout, events);
  }

  /** Nothing is forgiven, and nobody given up, without a person who says so. */
  #forgotten(before: HostRow, row: HostRow, { id }: Rollout, events: readonly LoggedEvent[]): void {
    const asked = ['rollout.command', 'rollout.overtaken'];
    if (events.some((event) => asked.includes(event.type))) return;
    if (before.released === null && row.released !== null)
      this.#fault('S15', `${row.id} is given up by ${id}, and nobody has said so`);
    // Whoever overtook it has said so before it was home.
    const isLetGo = before.released !== null && row.state === 'skipped';
    if (before.failure !== null && row.failure === null && !isLetGo)
      this.#fault('S15', `the failure of ${row.id} in ${id} is forgotten, and nobody has said so`);
  }

  #halted(before: Rollout, after: Rollout, { pages = [], events }: Commit): void {
    const wave = after.waves.find((each) => each.state === 'failed')?.kind ?? 'preflight';
    this.#world.count(`halted in ${before.state === 'preflighting' ? 'preflight' : wave}`);
    if (before.state === 'awaitingApproval') this.#world.count('halted while awaiting approval');
    if (before.state === 'paused') this.#world.count('halted while paused');
    const queued = pages.some((page) => page.rollout === after.id && page.status === 'firing');
    const logged = events.some((event) => event.type === 'page.queued' && event.rollout === after.id);
    if (!queued || !logged) this.#fault('S18', `${after.id} halted without a page in the same write`);
  }

  /** At most one live rollout has a host in its hands. */
  #oneOwner(): void {
    const owners = new Map<HostId, RolloutId>();
    for (const rollout of this.#world.server.snapshot().live.values()) {
      if ((rollout.pausedFrom ?? rollout.state) === 'planned') continue;
      for (const row of Object.values(rollout.hosts)) {
        if (row.released !== null) continue;
        const other = owners.get(row.id);
        if (other) this.#fault('S12', `${row.id} belongs to ${other} and to ${rollout.id}`);
        owners.set(row.id, rollout.id);
      }
    }
  }

  #fault(promise: string, what: string): void {
    this.#world.fault(promise, what);
  }
}

function isSame(a: Rollout, b: Rollout): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
