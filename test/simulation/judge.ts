import type { Assignment, Digest, HostId } from '@breakwater/shared';
import type { JournalRecord } from '../../services/agent/src/core/journal-entry.ts';
import type { Commit, Snapshot } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { HostJudge } from './judge-hosts.ts';
import { ProgressJudge } from './judge-progress.ts';
import { StoreJudge } from './judge-store.ts';
import type { Judge, Machine, World } from './interfaces.ts';
import type { Orchestrator } from './orchestrator.ts';

/**
 * Judges by the truth, after every event: what hosts really run, what is really stored, what was really sent. It asks
 * nobody what they believe.
 */
export class TruthJudge implements Judge {
  readonly #hosts: HostJudge;
  readonly #store: StoreJudge;
  readonly #progress: ProgressJudge;

  constructor(world: World) {
    this.#hosts = new HostJudge(world, (machine, assignment) => this.#store.applies(machine, assignment));
    this.#progress = new ProgressJudge(world);
    this.#store = new StoreJudge(world, (machine, type, epoch) => this.#hosts.wrote(machine, type, epoch));
  }

  get pages(): ReadonlyMap<string, { key: string }> {
    return this.#store.pages;
  }

  changed(machine: Machine): void {
    this.#hosts.changed(machine);
  }

  disturbed(machine: Machine): void {
    this.#hosts.disturbed(machine);
  }

  powerWasCut(machine: Machine): void {
    this.#hosts.powerWasCut(machine);
  }

  daemonStarts(machine: Machine): void {
    this.#hosts.daemonStarts(machine);
  }

  switches(machine: Machine, to: Digest): void {
    this.#hosts.switches(machine, to);
  }

  switchFailed(machine: Machine): void {
    this.#hosts.switchFailed(machine);
  }

  confirms(machine: Machine): void {
    this.#hosts.confirms(machine);
  }

  recorded(machine: Machine, record: JournalRecord): void {
    this.#hosts.recorded(machine, record);
  }

  answered(orchestrator: Orchestrator, host: HostId, assignment: Assignment, sequence: number): void {
    this.#store.answered(orchestrator, host, assignment, sequence);
  }

  committed(commit: Commit, before: Snapshot): void {
    this.#store.committed(commit, before);
    this.#progress.committed(commit, before);
  }

  rolledBack(): void {
    this.#store.rolledBack();
  }

  tick(): void {
    this.#hosts.tick();
  }
}
