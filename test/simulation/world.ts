import { type Digest, type HostId, type RolloutId, sha256, type Submission } from '@breakwater/shared';
import { Random } from '../../services/agent/src/testing/random.ts';
import type { Rollout } from '../../services/orchestrator/src/core/rollout.ts';
import { type Behaviour, GOOD } from './behaviour.ts';
import { EnrolmentFile } from './enrolment.ts';
import { fleetOf } from './fleet.ts';
import { Freezes } from './freezes.ts';
import { SimulatedMetrics } from './metrics.ts';
import { FullMachine } from './full-machine.ts';
import { TruthJudge } from './judge.ts';
import { SimulatedMachine } from './machine.ts';
import type { Hazards, Machine, Submitted, Wiring, World } from './interfaces.ts';
import { Network } from './network.ts';
import { type Orchestrator } from './orchestrator.ts';
import { SimulatedPager } from './pager.ts';
import { QueueServer } from './queue-server.ts';
import { chooseSettings, kindsOf, type Settings } from './settings.ts';
import { SimulatedSite } from './site.ts';
import { StoreServer } from './store-server.ts';
import { Timeline } from './timeline.ts';

const NOTES_KEPT = 4000;

/** One run: its parts, what has happened, and what was found wrong. */
export class SimulatedWorld implements World {
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly settings: Settings;
  readonly wiring: Wiring;
  readonly network: Network;
  readonly server = new StoreServer();
  readonly queues: QueueServer;
  readonly pager: SimulatedPager;
  readonly judge: TruthJudge;
  hazards: Hazards = { atStep: () => undefined, atCall: () => undefined };
  readonly enrolment: EnrolmentFile;
  readonly metrics: SimulatedMetrics;
  readonly freezes: Freezes;
  readonly machines: readonly Machine[];
  readonly sites: readonly SimulatedSite[];
  readonly submitted = new Map<RolloutId, Submitted>();
  readonly behaviours = new Map<Digest, Behaviour>();
  readonly faults: string[] = [];
  readonly reached = new Map<string, number>();
  readonly notes: string[] = [];
  /** What people have sent, by its reason, whether or not anybody has taken it. */
  readonly #sent = new Map<string, Submission>();
  readonly #byId: ReadonlyMap<HostId, Machine>;
  #uuids = 0;

  constructor(seed: number, wiring: Wiring, hosts?: number) {
    this.random = new Random(seed);
    this.wiring = wiring;
    this.settings = chooseSettings(this.random, kindsOf(seed), hosts);
    this.metrics = new SimulatedMetrics(this);
    this.freezes = new Freezes(this.settings.freezes);
    this.judge = new TruthJudge(this);
    this.network = new Network(this.timeline, this.random, this.settings.network);
    this.network.onFate = (fate) => this.count(`message ${fate}`);
    this.queues = new QueueServer(this.timeline, this.random);
    this.pager = new SimulatedPager(this);
    const fleet = fleetOf(this.settings);
    this.enrolment = new EnrolmentFile(this.settings.joinsAt === null ? fleet : fleet.slice(0, -1));
    const original = sha256('the configuration that was there before');
    this.machines = fleet.map((place, index) =>
      index < this.settings.fullHosts
        ? new FullMachine(this, place, original)
        : new SimulatedMachine(this, place, original),
    );
    this.#byId = new Map(this.machines.map((machine) => [machine.id, machine]));
    this.sites = Array.from(
      { length: this.settings.orchestrators },
      (_, index) => new SimulatedSite(this, index, () => this.sites),
    );
    this.queues.workers = () => this.orchestrators.filter((each) => each !== null);
    this.server.onCommit = (commit, before) => this.judge.committed(commit, before);
  }

  /** The orchestrators, by place; `null` where there is none just now. */
  get orchestrators(): readonly (Orchestrator | null)[] {
    return this.sites.map((site) => site.orchestrator);
  }

  machine(id: HostId): Machine {
    const machine = this.#byId.get(id);
    if (!machine) throw new Error(`there is no host ${id}`);
    return machine;
  }

  /** A new host is enrolled, and starts. */
  join(machine: Machine): void {
    this.enrolment.write([...this.enrolment.hosts, machine.place]);
    this.note(`${machine.id} is enrolled`);
    machine.start();
  }

  behaviourOf(generation: Digest): Behaviour {
    return this.behaviours.get(generation) ?? GOOD;
  }

  /** A submission is on its way. */
  expects(submission: Submission): void {
    this.#sent.set(submission.reason, submission);
  }

  /** A rollout was stored: from here on it is judged by what was submitted, not by what is stored of it. */
  born(rollout: Rollout): void {
    const sent = this.#sent.get(rollout.reason);
    const waves = new Map(
      rollout.waves.flatMap((wave) => wave.hosts.map((host) => [host, wave.soakMs] as const)),
    );
    this.submitted.set(rollout.id, {
      reason: rollout.reason,
      strategy: sent?.strategy ?? rollout.strategy,
      named: new Set(sent?.targets.hosts ?? []),
      bundle: rollout.bundle,
      steered: this.submitted.has(rollout.id),
      soak: (host) => waves.get(host) ?? 0,
    });
  }

  uuid(): string {
    this.#uuids += 1;
    return `00000000-0000-4000-8000-${String(this.#uuids).padStart(12, '0')}`;
  }

  count(situation: string): void {
    this.reached.set(situation, (this.reached.get(situation) ?? 0) + 1);
  }

  /** What happened, for whoever reads a failure, and to compare two runs of a seed. */
  note(what: string): void {
    if (this.notes.length < NOTES_KEPT) this.notes.push(`${this.timeline.now} ${what}`);
  }

  fault(promise: string, what: string, machine?: Machine): void {
    const where = machine ? `${machine.id}: ` : '';
    const text = `${promise}: ${where}${what}`;
    this.note(`FAULT ${text}`);
    if (this.faults.length < 20) this.faults.push(`${text} (at ${this.timeline.now} ms)`);
  }
}
