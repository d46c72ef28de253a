import { type Digest, fail, inconclusive, noData, pass, pending, type Verdict } from '@breakwater/shared';
import { entryOfGuard, generationToStart } from '../boot-guard.ts';
import type { DaemonState, ProcessId } from '../daemon.ts';
import { decide } from '../decide.ts';
import type { JournalEntry, JournalRecord } from '../journal-entry.ts';
import { isLegal, type Memory, recall, remember } from '../memory.ts';
import { keptGenerations } from '../retention.ts';
import type { NextStep } from '../situation.ts';
import { addRound, type Evidence, type Level, NO_EVIDENCE, type Reload, type World } from '../world.ts';

/** How a generation behaves when a daemon runs it. */
/** `mute`: good, but nothing of a reload reaches its log. */
export const BEHAVIOURS = ['good', 'slow', 'wrong', 'silent', 'crashes', 'mute'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

const STOPS_AFTER = 30;
const STARTS_AFTER = 20;
const RELOADS_AFTER = 15;
const LATE_WORD = 4;
const CRASHES_AFTER = 40;
const SUPERVISOR_PAUSE = 1000;
const SLOW = 900;

/**
 * A host as a small piece of data: link, journal, daemon under a supervisor, and an agent that can lose its
 * memory between any two steps. It knows the truth that the agent can only guess: what the daemon really runs.
 */
export class HostModel {
  now = 1_000_000;
  boot = 'boot-1';
  live: Digest;
  journal: JournalRecord[] = [];
  memory: Memory = recall([]);
  level: Level | null = null;
  /** What the running daemon was started with. */
  runs: Digest | null;
  /** Every switch of the link: which epoch was under way, and where it led. */
  switches: { epoch: number; to: Digest }[] = [];
  /** What is found wrong the moment it happens. */
  faults: string[] = [];
  process: ProcessId | null;
  exits = 0;
  /** Whether the agent runs; while it does not, every start of the daemon goes through the guard. */
  agentAlive = true;
  #evidence: Evidence = NO_EVIDENCE;
  /** The trees that are on its disk. */
  generations: Set<Digest>;
  #staged: number | null = null;
  #restartAskedAt: number | null = null;
  #reload: Reload | null = null;
  #plans: { at: number; run: () => void }[] = [];
  #pids = 100;
  readonly #behaviourOf: (generation: Digest) => Behaviour;

  constructor(live: Digest, behaviourOf: (generation: Digest) => Behaviour) {
    this.live = live;
    this.generations = new Set([live]);
    this.runs = live;
    this.#behaviourOf = behaviourOf;
    this.process = this.#newProcess();
  }

  world(): World {
    return {
      live: this.live,
      daemon: { process: this.process, exits: this.exits, lastExit: null } satisfies DaemonState,
      boot: this.boot,
      evidence: this.#evidence,
      staged: this.#staged,
      spread: 0.5,
      restartAskedAt: this.#restartAskedAt,
      reload: this.#reload,
    };
  }

  /** Lets the agent run for some time. */
  run(ms: number): void {
    const end = this.now + ms;
    while (this.now < end) {
      const step = this.next();
      if (step.do === 'wait') this.pass(Math.min(Math.max(1, step.forMs), end - this.now));
      else this.perform(step);
    }
  }

  next(): NextStep {
    return decide(this.memory, this.world(), this.level, this.now);
  }

  /** One step of the agent; each takes a little time. */
  perform(step: NextStep): void {
    this.pass(1);
    switch (step.do) {
      case 'adopt':
        return this.record({ type: 'adopted', generation: this.live });
      case 'stage':
        this.generations.add(step.assignment.bundle);
        this.#staged = step.assignment.epoch;
        return undefined;
      case 'prove':
        this.#need(step.assignment.bundle);
        return this.record({ type: 'ready', epoch: step.assignment.epoch, verdict: pass('fine', 'Fine.') });
      case 'takeBaseline': {
        const { epoch } = step.assignment;
        const { previous } = step;
        return this.record({ type: 'applying', epoch, previous, baseline: [], process: this.process });
      }
      case 'record':
        return this.record(step.entry);
      case 'switchTo':
        this.switches.push({ epoch: this.memory.change?.assignment.epoch ?? 0, to: step.generation });
        this.#need(step.generation);
        this.live = step.generation;
        return undefined;
      case 'restart':
        return this.#restart();
      case 'reload':
        return this.#reloadTo(step.generation);
      case 'check':
        return this.#check(step.turn);
      case 'wait':
        return undefined;
      default:
        return step satisfies never;
    }
  }

  record(entry: JournalEntry): void {
    if (!isLegal(this.memory, entry)) this.faults.push(`${entry.type} after ${this.memory.change?.phase}`);
    if (entry.type === 'confirmed' && this.runs !== this.memory.change?.assignment.bundle) {
      this.faults.push('confirmed a generation that does not run');
    }
    if (entry.type === 'reverted' && this.memory.change?.restart && this.runs !== this.live) {
      this.faults.push('called a host reverted whose daemon still runs another generation');
    }
    const record = this.#recorded(entry);
    this.journal.push(record);
    this.memory = remember(this.memory, record);
    // Cleaning up comes with the end of a change, as in the agent.
    if (entry.type === 'confirmed' || entry.type === 'reverted') {
      this.generations = this.generations.intersection(new Set(keptGenerations(this.memory, this.live)));
    }
  }

  #recorded(entry: JournalEntry): JournalRecord {
    return { ...entry, seq: this.journal.length + 1, at: this.now, boot: this.boot };
  }

  #need(generation: Digest): void {
    if (!this.generations.has(generation))
      this.faults.push(`needs a generation that was cleaned up: ${generation}`);
  }

  /** Time goes by for everybody but the agent. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = this.#plans.filter((plan) => plan.at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#plans = this.#plans.filter((plan) => plan !== next);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }

  /** The agent is killed and starts again: only the journal is left of what it knew. */
  crash(): void {
    this.memory = recall(this.journal);
    this.level = null;
    this.#evidence = NO_EVIDENCE;
    this.#staged = null;
    this.#restartAskedAt = null;
    this.#reload = null;
  }

  /** The agent is dead for some time, while the daemon and its supervisor go on, and then starts again. */
  absence(ms: number): void {
    this.crash();
    this.agentAlive = false;
    this.pass(ms);
    this.agentAlive = true;
    this.crash();
  }

  /** The machine starts again, and the daemon before the agent. */
  reboot(): void {
    this.boot = `${this.boot}+`;
    this.now = 5000;
    this.#plans = [];
    this.process = null;
    this.agentAlive = false;
    this.#start();
    this.agentAlive = true;
    this.crash();
  }

  /** What `guard.sh` does before every start of the daemon: nothing, while an agent runs. */
  #guard(): void {
    if (this.agentAlive) return;
    const memory = recall(this.journal);
    const start = { live: this.live, absent: false, boot: this.boot, agentAlive: false };
    const target = generationToStart(memory, start);
    if (target !== null) {
      this.#need(target);
      this.live = target;
      const entry = entryOfGuard(memory, start, this.now);
      if (entry !== null) this.journal.push(this.#recorded(entry));
    }
    if (memory.lastKnownGood !== null && !memory.confirmed.includes(this.live)) {
      this.faults.push(
        'the daemon started, with no agent alive, on a generation that is not known to be good',
      );
    }
  }

  /** The daemon dies, and its supervisor starts it again. */
  kill(): void {
    if (this.process === null) return;
    this.process = null;
    this.exits += 1;
    this.#plan(SUPERVISOR_PAUSE, () => this.#start());
  }

  /** A daemon that cannot load a generation keeps the old one, and says so a moment after it said "done". */
  #reloadTo(generation: Digest): void {
    const asked = this.now;
    const say = (verdict: Verdict): void => {
      if (this.#reload?.askedAt === asked) this.#reload = { askedAt: asked, verdict };
    };
    this.#reload = { askedAt: asked, verdict: pending('reloading', 'Not yet.') };
    if (this.live !== generation) this.faults.push('reloads another generation than the one that is live');
    const { process } = this;
    const behaviour = this.#behaviourOf(generation);
    this.#plan(RELOADS_AFTER, () => {
      if (process === null || this.process !== process || behaviour === 'mute') return;
      if (behaviour !== 'crashes') this.runs = generation;
      say(pass('reloaded', 'Done.'));
      if (behaviour === 'crashes')
        this.#plan(LATE_WORD, () => say(fail('reload_failed', 'Not loaded due to errors.')));
    });
  }

  #restart(): void {
    this.#restartAskedAt = this.now;
    this.#reload = null;
    const old = this.process;
    this.#plans = [];
    this.#plan(STOPS_AFTER, () => {
      if (old !== null && this.process === old) {
        this.process = null;
        this.exits += 1;
      }
      this.#plan(STARTS_AFTER, () => this.#start());
    });
  }

  #start(): void {
    if (this.process !== null) return;
    this.#guard();
    const mine = this.#newProcess();
    this.process = mine;
    this.runs = this.live;
    if (this.#behaviourOf(this.runs) !== 'crashes') return;
    this.#plan(CRASHES_AFTER, () => {
      if (this.process === mine) this.kill();
    });
  }

  #newProcess(): ProcessId {
    this.#pids += 1;
    return { pid: this.#pids, startedAt: this.now };
  }

  #plan(ms: number, run: () => void): void {
    this.#plans.push({ at: this.now + ms, run });
  }

  #check(turn: number): void {
    const { process, exits } = this;
    const startedAt = this.now;
    const verdict = this.#answer();
    this.pass(3);
    const round = { startedAt, endedAt: this.now, turn, verdict, process, exits };
    this.#evidence = addRound(this.#evidence, round);
  }

  #answer(): Verdict {
    if (this.process === null || this.runs === null) return fail('daemon_not_running', 'It does not run.');
    const behaviour = this.#behaviourOf(this.runs);
    switch (behaviour) {
      case 'good':
      case 'mute':
      case 'crashes':
        return pass('answered', 'Right.');
      case 'slow':
        return this.now - this.process.startedAt < SLOW
          ? inconclusive('still_starting', 'SERVFAIL')
          : pass('answered', 'Right.');
      case 'wrong':
        return fail('wrong_answers', 'Wrong.');
      case 'silent':
        return noData('no_answer', 'Nothing.');
      default:
        return behaviour satisfies never;
    }
  }
}
