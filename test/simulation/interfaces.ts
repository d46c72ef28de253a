import type { Assignment, Digest, HostId, RolloutId, Strategy, Submission } from '@breakwater/shared';
import type { OrchestratorClient } from '../../services/agent/src/adapters/orchestrator/interface.ts';
import type { JournalEntry, JournalRecord } from '../../services/agent/src/core/journal-entry.ts';
import type { Memory } from '../../services/agent/src/core/memory.ts';
import type { Random } from '../../services/agent/src/testing/random.ts';
import type { Pager } from '../../services/orchestrator/src/adapters/pagers/interface.ts';
import type { MetricSource } from '../../services/orchestrator/src/adapters/prometheus/interface.ts';
import type { Commit, Snapshot, Store } from '../../services/orchestrator/src/adapters/store/interface.ts';
import type { MemoryWitness } from '../../services/orchestrator/src/adapters/witness/memory-witness.ts';
import type { EnrolledHost } from '../../services/orchestrator/src/core/fleet.ts';
import type { Rollout } from '../../services/orchestrator/src/core/rollout.ts';
import type { Behaviour, Mood } from './behaviour.ts';
import type { Daemon } from './daemon.ts';
import type { EnrolmentFile } from './enrolment.ts';
import type { Freezes } from './freezes.ts';
import type { Network } from './network.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { QueueServer } from './queue-server.ts';
import type { Settings } from './settings.ts';
import type { StoreServer } from './store-server.ts';
import type { Process, Timeline } from './timeline.ts';

/** What deliberate bugs change about how things are put together. */
export interface Wiring {
  leaseMs?: number;
  client?: (client: OrchestratorClient) => OrchestratorClient;
  store?: (store: Store, world: World) => Store;
  pager?: (pager: Pager) => Pager;
}

/** One life of an agent. */
export interface AgentLife {
  readonly process: Process;
  readonly memory: Memory;
  start(): void;
}

/** A host as it is: what is on its disk and in its page cache, what its daemon runs, and its agent, if one lives. */
export interface Machine {
  readonly id: HostId;
  readonly place: EnrolledHost;
  readonly daemon: Daemon;
  /** Its present life, from a boot to a power cut. */
  readonly power: Process;
  readonly agent: AgentLife | null;
  readonly agentLives: boolean;
  /** How often it was started; 0 while it is not there yet. */
  readonly boot: number;
  readonly bootId: string;
  /** Where the managed root leads. */
  readonly live: Digest;
  /** Generations that were found in place or confirmed, and not given up since. */
  good: ReadonlySet<Digest>;
  /** What the present agent was permitted lately, and when it had asked (on the host's monotonic clock). */
  grants: readonly { askedAt: number; epoch: number }[];
  /** Holds a generation that is neither confirmed nor the one that was there before. */
  readonly pending: boolean;
  start(): void;
  killAgent(againMs: number): void;
  /** @param downMs how long it is gone */
  cutPower(downMs?: number): void;
  /** Whether a generation is there. */
  holds(generation: Digest): boolean;
}

/** A host whose disk is only as much of one as an agent's core sees of it. */
export interface LightMachine extends Machine {
  readonly journalId: string;
  /** The journal as a reader sees it; of these so many are surely on disk. */
  readonly records: readonly JournalRecord[];
  readonly durable: number;
  generations: ReadonlySet<Digest>;
  /** Writes a record, which is not yet on disk. */
  write(entry: JournalEntry): JournalRecord;
  /** Everything that was written is on disk from here on. */
  sync(): void;
  /** Switches the link, which is not yet on disk. */
  switchTo(generation: Digest): void;
  syncLink(): void;
}

/** A place where an orchestrator runs; its supervisor starts another one when it dies. */
export interface Site {
  readonly index: number;
  readonly orchestrator: Orchestrator | null;
  /** What this place has seen of the store. */
  readonly witness: MemoryWitness;
  /** Signals are published, and nobody hears them here. */
  deaf: boolean;
  start(): void;
  /** `kill -9`. */
  kill(againMs: number): void;
}

/** Who judges by the truth, and is told of everything when it happens. */
export interface Judge {
  /** Every page that was ever queued. */
  readonly pages: ReadonlyMap<string, { key: string }>;
  changed(machine: Machine): void;
  disturbed(machine: Machine): void;
  powerWasCut(machine: Machine): void;
  daemonStarts(machine: Machine): void;
  switches(machine: Machine, to: Digest): void;
  /** The link may be where it was. */
  switchFailed(machine: Machine): void;
  confirms(machine: Machine): void;
  recorded(machine: Machine, record: JournalRecord): void;
  /** @param sequence how much of the log the host had seen when it asked */
  answered(orchestrator: Orchestrator, host: HostId, assignment: Assignment, sequence: number): void;
  committed(commit: Commit, before: Snapshot): void;
  rolledBack(): void;
  /** After every event. */
  tick(): void;
}

/** Where anything may go wrong by chance. */
export interface Hazards {
  /** Around a step of an agent: it may die of it. */
  atStep(machine: Machine, step: string, when: 'before' | 'after'): void;
  /** Around a call of an orchestrator's store. */
  atCall(site: Site, name: string, when: 'before' | 'after'): void;
}

/** A change that people have submitted, as far as the judge has to know. */
export interface Submitted {
  reason: string;
  strategy: Strategy;
  named: ReadonlySet<string>;
  bundle: Digest;
  /** A person has since said that it shall go on where it would not by itself. */
  steered: boolean;
  soak: (host: HostId) => number;
}

/** Everything that there is in one run. */
export interface World {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly settings: Settings;
  readonly wiring: Wiring;
  readonly network: Network;
  readonly server: StoreServer;
  readonly queues: QueueServer;
  readonly pager: Pager & {
    down: boolean;
    /** It takes pages, and its answer is lost. */
    deaf: boolean;
    readonly taken: ReadonlyMap<string, { dedupKey: string; times: number }>;
  };
  readonly metrics: MetricSource & {
    mood: Mood;
    /** It has said that all is well where it may not have been. */
    readonly hasLied: boolean;
    /** When it last said that all is well, by rollout and wave. */
    readonly wellAt: ReadonlyMap<string, number>;
  };
  readonly freezes: Freezes;
  readonly judge: Judge;
  readonly hazards: Hazards;
  /** Who is enrolled, as it is written now. */
  readonly enrolment: EnrolmentFile;
  readonly machines: readonly Machine[];
  readonly sites: readonly Site[];
  /** The orchestrators, by place; `null` where there is none just now. */
  readonly orchestrators: readonly (Orchestrator | null)[];
  readonly submitted: ReadonlyMap<RolloutId, Submitted>;
  /** What generations do when they are run; the others are good. */
  readonly behaviours: Map<Digest, Behaviour>;
  machine(id: HostId): Machine;
  behaviourOf(generation: Digest): Behaviour;
  /** A submission is on its way. */
  expects(submission: Submission): void;
  /** A rollout was stored: from here on it is judged by what was submitted, not by what is stored of it. */
  born(rollout: Rollout): void;
  uuid(): string;
  /** Counts a situation that was reached. */
  count(situation: string): void;
  /** What happened, for whoever reads a failure, and to compare two runs of a seed. */
  note(what: string): void;
  /** A promise was broken. */
  fault(promise: string, what: string, machine?: Machine): void;
}
