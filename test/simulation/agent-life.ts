import { type Assignment, fail, type HostStatus, pass, revisionOf } from '@breakwater/shared';
import { entryOfGuard, generationToStart } from '../../services/agent/src/core/boot-guard.ts';
import { decide } from '../../services/agent/src/core/decide.ts';
import type { JournalEntry } from '../../services/agent/src/core/journal-entry.ts';
import { isLegal, type Memory, recall, remember } from '../../services/agent/src/core/memory.ts';
import { BOUNDS } from '../../services/agent/src/core/pace.ts';
import { keptGenerations } from '../../services/agent/src/core/retention.ts';
import type { NextStep } from '../../services/agent/src/core/situation.ts';
import { spreadOf } from '../../services/agent/src/core/spread.ts';
import { newsOf, statusOf } from '../../services/agent/src/core/status.ts';
import {
  addRound,
  type Evidence,
  type Level,
  NO_EVIDENCE,
  type World as Seen,
} from '../../services/agent/src/core/world.ts';
import { Link } from '../../services/agent/src/runtime/link.ts';
import { silentLog } from '../../services/agent/src/testing/silent-log.ts';
import { kindAt } from './behaviour.ts';
import { Client, LEASE_MS } from './client.ts';
import type { AgentLife, LightMachine, World } from './interfaces.ts';
import { SimulatedMeasurer } from './measurer.ts';
import { Process } from './timeline.ts';
import { VantagePoint } from './vantage-point.ts';

const POLL_MS = 10_000;
const ROUND_MS = 3;
const FETCH_AGAIN_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const ABORTED = new AbortController().signal;

/**
 * One life of an agent: its real core, memory and link. Steps are carried out here on the simulated machine, each with
 * the time that it takes, so that everything else may happen in between, the end of this life too.
 */
export class SimulatedAgent implements AgentLife {
  readonly process: Process;
  memory: Memory;
  level: Level | null = null;
  evidence: Evidence = NO_EVIDENCE;
  readonly link: Link;
  readonly vantage: VantagePoint;
  readonly measurer: SimulatedMeasurer;
  readonly #machine: LightMachine;
  readonly #world: World;
  readonly #client: Client;
  readonly #spread: number;
  #staged: number | null = null;
  #restartAskedAt: number | null = null;
  /** When it last asked for a reload; what came of earlier ones it cannot know. */
  #reloadAskedAt: number | null = null;
  #told = '';
  /** Cancels the wait that the agent is in; `null` while it is doing something. */
  #waiting: (() => void) | null = null;

  constructor(world: World, machine: LightMachine) {
    this.#world = world;
    this.#machine = machine;
    const { power } = machine;
    this.process = new Process(world.timeline, power.timeline.now - power.monotonic());
    this.memory = recall(machine.records);
    this.#spread = spreadOf(machine.id);
    this.#client = new Client(world, machine, this.process);
    this.vantage = new VantagePoint(world, machine, this.process, () => this.link.tell());
    this.measurer = new SimulatedMeasurer(world, machine, this.process);
    const { process: clock } = this;
    const outside = {
      orchestrator: world.wiring.client?.(this.#client) ?? this.#client,
      journal: {
        id: machine.journalId,
        // The link tells only what is surely on disk.
        records: () => machine.records.slice(0, machine.durable),
        append: () => Promise.reject(new Error('the link does not write')),
      },
      clock,
      random: world.random.next,
      log: silentLog,
      boot: machine.bootId,
    };
    const options = { host: machine.id, pollForMs: POLL_MS, leaseMs: world.wiring.leaseMs ?? LEASE_MS };
    this.link = new Link(outside, options, this, this.vantage);
  }

  start(): void {
    this.#guard();
    void this.link.run(ABORTED).catch((error: unknown) => this.#world.fault('sound', String(error)));
    this.#after(1);
  }

  status(): HostStatus {
    return {
      ...statusOf(this.memory, this.#seen(), 1, this.process.monotonic()),
      ...this.measurer.measures(),
    };
  }

  /** Takes what the orchestrator said last. */
  follow(level: Level): void {
    const before = this.level;
    this.level = level;
    this.measurer.follow(level);
    const changed = revisionOf(before?.assignment ?? null) !== revisionOf(level.assignment);
    const renewed = before !== null && this.process.monotonic() > before.validUntil;
    if ((changed || renewed) && this.#waiting) {
      this.#waiting();
      this.#after(0);
    }
  }

  #seen(): Seen {
    const { live, daemon, bootId } = this.#machine;
    return {
      live,
      daemon: daemon.state,
      boot: bootId,
      evidence: this.evidence,
      staged: this.#staged,
      spread: this.#spread,
      restartAskedAt: this.#restartAskedAt,
      reload: daemon.reload?.askedAt === this.#reloadAskedAt ? daemon.reload : null,
    };
  }

  /** What the real agent does before its first look: a boot may have been into something unconfirmed. */
  #guard(): void {
    const { live, bootId: boot } = this.#machine;
    const start = { live, absent: false, boot, agentAlive: true };
    const target = generationToStart(this.memory, start);
    if (target === null) return;
    this.#machine.switchTo(target);
    this.#machine.syncLink();
    const entry = entryOfGuard(this.memory, start, this.process.monotonic());
    if (entry !== null) this.#recorded(entry);
  }

  /** The next turn of its loop. Nothing else is planned while it is doing something. */
  #after(ms: number): void {
    this.#waiting = this.process.setTimer(ms, () => this.#turn());
  }

  #turn(): void {
    this.#waiting = null;
    const news = newsOf(this.status());
    if (news !== this.#told) this.link.tell();
    this.#told = news;
    const step = decide(this.memory, this.#seen(), this.level, this.process.monotonic());
    if (step.do === 'wait') return this.#after(Math.min(Math.max(1, step.forMs), LONGEST_WAIT_MS));
    if (this.#dies(step, 'before')) return undefined;
    return this.#perform(step);
  }

  /** Carries a step out after the time that it takes, unless the agent dies before or right after it. */
  #act(ms: number, step: NextStep, act: () => void, thenMs = 0): void {
    this.process.setTimer(ms, () => {
      act();
      if (!this.#dies(step, 'after')) this.#after(thenMs);
    });
  }

  #dies(step: NextStep, when: 'before' | 'after'): boolean {
    const what = step.do === 'record' ? `record ${step.entry.type}` : step.do;
    this.#world.hazards.atStep(this.#machine, what, when);
    return this.process.dead;
  }

  #perform(step: Exclude<NextStep, { do: 'wait' }>): void {
    const { daemon } = this.#machine;
    switch (step.do) {
      case 'adopt':
        return this.#record({ type: 'adopted', generation: this.#machine.live });
      case 'stage':
        return this.#stage(step.assignment);
      case 'prove':
        return this.#prove(step.assignment);
      case 'takeBaseline':
        return this.#takeBaseline(step);
      case 'record':
        return this.#record(step.entry);
      case 'switchTo':
        return this.#switchTo(step);
      case 'restart':
        return this.#act(1, step, () => {
          this.#restartAskedAt = this.process.monotonic();
          this.#reloadAskedAt = null;
          daemon.restart();
        });
      case 'reload':
        return this.#act(1, step, () => {
          this.#reloadAskedAt = this.process.monotonic();
          daemon.reloadTo(step.generation);
        });
      case 'check':
        return this.#check(step.turn);
      default:
        return step satisfies never;
    }
  }

  /** Two calls of the disk: the rename, and the sync of its folder. In between another death is possible. */
  #switchTo(step: Extract<NextStep, { do: 'switchTo' }>): void {
    this.process.setTimer(1, () => {
      this.#world.judge.switches(this.#machine, step.generation);
      this.#machine.switchTo(step.generation);
      if (this.#dies(step, 'after')) return;
      this.#act(1, step, () => this.#machine.syncLink());
    });
  }

  #record(entry: JournalEntry): void {
    const step: NextStep = { do: 'record', entry };
    if (!isLegal(this.memory, entry))
      this.#world.fault('sound', `${entry.type} after ${this.memory.change?.phase}`, this.#machine);
    const machine = this.#machine;
    if (entry.type === 'confirmed') this.#world.judge.confirms(machine);
    const record = machine.write(entry);
    if (this.#dies(step, 'before')) return;
    this.#act(this.#world.random.between(1, 5), step, () => {
      machine.sync();
      this.memory = remember(this.memory, record);
      this.link.tell();
      if (entry.type === 'confirmed') this.#reloadAskedAt = null;
      if (entry.type === 'confirmed' || entry.type === 'reverted') this.#cleanUp();
    });
  }

  /** Of the guard: it has written and synced before anything else goes on. */
  #recorded(entry: JournalEntry): void {
    const record = this.#machine.write(entry);
    this.#machine.sync();
    this.memory = remember(this.memory, record);
  }

  #cleanUp(): void {
    const machine = this.#machine;
    const kept = new Set(keptGenerations(this.memory, machine.live));
    machine.generations = machine.generations.intersection(kept);
    this.#world.judge.changed(machine);
  }

  #stage({ bundle, epoch }: Assignment): void {
    const fetched = (): void => {
      this.#machine.generations = new Set([...this.#machine.generations, bundle]);
      this.#staged = epoch;
      this.#after(1);
    };
    this.#client.manifest(bundle).then(fetched, () => this.#after(FETCH_AGAIN_MS));
  }

  #prove({ bundle, epoch }: Assignment): void {
    const rejected = kindAt(this.#world.behaviourOf(bundle), this.#machine.id) === 'rejected';
    const verdict = rejected ? fail('rejected', 'The checker refuses it.') : pass('proved', 'Fine.');
    this.process.setTimer(this.#world.random.between(20, 400), () =>
      this.#record({ type: rejected ? 'rejected' : 'ready', epoch, verdict }),
    );
  }

  #takeBaseline(step: Extract<NextStep, { do: 'takeBaseline' }>): void {
    const { daemon, generations } = this.#machine;
    const { bundle, epoch } = step.assignment;
    this.process.setTimer(ROUND_MS, () => {
      const well = daemon.answer('itself').verdict === 'pass' && generations.has(bundle);
      const { previous } = step;
      const verdict = fail('daemon_not_healthy', 'Nothing is answered before the change.');
      if (well) this.#record({ type: 'applying', epoch, previous, baseline: [], process: daemon.process });
      else this.#record({ type: 'rejected', epoch, verdict });
    });
  }

  #check(turn: number): void {
    const { daemon } = this.#machine;
    const startedAt = this.process.monotonic();
    const { process, exits } = daemon;
    const silent = daemon.answer('itself').verdict === 'noData';
    this.process.setTimer(silent ? BOUNDS.silence : ROUND_MS, () => {
      const verdict = daemon.answer('itself');
      const endedAt = this.process.monotonic();
      const silence = verdict.verdict === 'noData' ? { silence: 'unanswered' as const } : {};
      const round = { startedAt, endedAt, turn, verdict, process, exits, ...silence };
      this.evidence = addRound(this.evidence, round);
      this.#after(0);
    });
  }
}
