import { type Digest, fail, noData, pass, pending, type Verdict } from '@breakwater/shared';
import type { DaemonState, ProcessId } from '../../services/agent/src/core/daemon.ts';
import type { Reload } from '../../services/agent/src/core/world.ts';
import { answerOf, type Behaviour, CRASH_MS, kindAt, SLOW_MS } from './behaviour.ts';
import type { Process } from './timeline.ts';

const STOPS_MS = 30;
const STARTS_MS = 20;
const RELOADS_MS = 15;
/** How long a supervisor waits before it starts a daemon again that has died. */
const AGAIN_MS = 1000;

/** What the daemon is told by the machine that it runs on. */
interface Place {
  host: string;
  /** The life of the machine: nothing of a daemon outlives it. */
  power: () => Process;
  behaviourOf: (generation: Digest) => Behaviour;
  /** What has to be over before a start; without it nothing. */
  prepare?: (then: () => void) => void;
  /** What runs before every start, and says which generation the link leads to then. */
  beforeStart: () => Digest;
  /** Called whenever what it runs, or whether it serves, may have changed. */
  changed: () => void;
}

/** A name server under a supervisor: the truth of what a host serves. */
export class Daemon {
  process: ProcessId | null = null;
  runs: Digest | null = null;
  exits = 0;
  /** It runs and answers nothing. */
  hung = false;
  /** It answers wrongly whatever it was started on: something else on the host is broken. */
  sick = false;
  /** How long it takes to stop; more than most are ready for. */
  stopMs = STOPS_MS;
  reload: Reload | null = null;
  #startedAt = 0;
  #pids = 100;
  #job = 0;
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  get state(): DaemonState {
    return { process: this.process, exits: this.exits, lastExit: null };
  }

  /** Whether clients get right answers at this moment. */
  get serves(): boolean {
    return this.answer('itself').verdict === 'pass' && this.answer('another').verdict === 'pass';
  }

  answer(asker: 'itself' | 'another'): Verdict {
    if (this.process === null || this.runs === null)
      return asker === 'itself'
        ? fail('daemon_not_running', 'It does not run.')
        : noData('no_answer', 'Nothing.');
    if (this.hung) return noData('no_answer', 'Nothing.');
    if (this.sick) return fail('wrong_answer', 'SERVFAIL');
    const kind = kindAt(this.#place.behaviourOf(this.runs), this.#place.host);
    return answerOf(kind, this.#place.power().timeline.now - this.#startedAt, asker);
  }

  /** What a supervisor does when it is asked to restart: TERM, wait, start. A new request replaces an older one. */
  restart(): void {
    this.reload = null;
    const old = this.process;
    const start = (): void => this.#plan(STARTS_MS, () => this.start());
    this.#job += 1;
    this.#plan(old === null ? 0 : this.stopMs, () => {
      if (old !== null && this.process === old) this.#end();
      start();
    });
  }

  /** Dies, and is started again by its supervisor. */
  die(): void {
    if (this.process === null) return;
    this.#end();
    this.#job += 1;
    this.#plan(AGAIN_MS, () => this.start());
  }

  /** The power is gone. */
  vanish(): void {
    this.#job += 1;
    this.process = null;
    this.runs = null;
    this.exits = 0;
    this.hung = false;
    this.#place.changed();
  }

  start(): void {
    if (this.process !== null) return;
    const { prepare } = this.#place;
    if (!prepare) return this.#begin();
    const job = this.#job;
    return prepare(() => {
      if (this.#job === job && this.process === null) this.#begin();
    });
  }

  #begin(): void {
    const generation = this.#place.beforeStart();
    const power = this.#place.power();
    this.#pids += 1;
    this.#startedAt = power.timeline.now;
    const mine = { pid: this.#pids, startedAt: power.monotonic() };
    this.process = mine;
    this.#run(generation);
    const behaviour = this.#place.behaviourOf(generation);
    const kind = kindAt(behaviour, this.#place.host);
    const livesMs = kind === 'crashes' ? CRASH_MS : kind === 'diesLater' ? behaviour.livesMs : null;
    if (livesMs === null) return;
    power.setTimer(livesMs, () => {
      if (this.process === mine && this.runs === generation) this.die();
    });
  }

  /** Reads the live generation again, and says so a moment later. One that it cannot read leaves it as it was. */
  reloadTo(generation: Digest): void {
    const power = this.#place.power();
    const askedAt = power.monotonic();
    const { process } = this;
    const kind = kindAt(this.#place.behaviourOf(generation), this.#place.host);
    this.reload = { askedAt, verdict: pending('reloading', 'Not yet.') };
    power.setTimer(RELOADS_MS, () => {
      if (process === null || this.process !== process || this.reload?.askedAt !== askedAt) return;
      const failed = kind === 'crashes';
      if (!failed) this.#run(generation);
      const verdict = failed ? fail('reload_failed', 'Not loaded due to errors.') : pass('reloaded', 'Done.');
      this.reload = { askedAt, verdict };
    });
  }

  #run(generation: Digest): void {
    this.runs = generation;
    this.#place.changed();
    this.#place.power().setTimer(SLOW_MS, () => this.#place.changed());
  }

  #end(): void {
    this.process = null;
    this.runs = null;
    this.hung = false;
    this.exits += 1;
    this.#place.changed();
  }

  /** Something of the present job of the supervisor; a newer job takes its place. */
  #plan(ms: number, act: () => void): void {
    const job = this.#job;
    this.#place.power().setTimer(ms, () => {
      if (this.#job === job) act();
    });
  }
}
