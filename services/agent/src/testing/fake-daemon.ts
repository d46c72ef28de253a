import type { Rcode } from '@breakwater/shared';
import type { FakeClock } from '@breakwater/shared/testing';
import type { DnsClient } from '../adapters/dns/interface.ts';
import type { Supervisor } from '../adapters/supervisor/interface.ts';
import type { DaemonState, ProcessId } from '../core/daemon.ts';

/** What a daemon does when it is started on a tree. */
export interface TreeConfig {
  /** Zones that the tree configures, and how each is answered. */
  zones: Record<string, Rcode>;
  /** Milliseconds until it answers anything. */
  silentFor?: number;
  /** It ends this many milliseconds after its start. */
  exitsAfterMs?: number;
}

const STOPS_AFTER = 40;
const STARTS_AFTER = 30;

/** A name server under a supervisor, on a fake clock. Its faults are data. */
export class FakeDaemon implements Supervisor, DnsClient {
  /** What makes `observe` or `restart` fail, when it is set. */
  observeError: Error | null = null;
  restartError: Error | null = null;
  restarts = 0;
  /** What the running process was started on. */
  runs: TreeConfig | null = null;
  #state: DaemonState = { process: null, exits: 0, lastExit: null };
  #pids = 100;
  #startedAt = 0;
  readonly #clock: FakeClock;
  readonly #liveTree: () => TreeConfig;

  constructor(clock: FakeClock, liveTree: () => TreeConfig) {
    this.#clock = clock;
    this.#liveTree = liveTree;
    this.#start();
  }

  get process(): ProcessId | null {
    return this.#state.process;
  }

  observe(): Promise<DaemonState> {
    return this.observeError ? Promise.reject(this.observeError) : Promise.resolve(this.#state);
  }

  restart(): Promise<void> {
    if (this.restartError) return Promise.reject(this.restartError);
    this.restarts += 1;
    const old = this.process;
    this.#clock.setTimer(STOPS_AFTER, () => {
      if (this.process === old) this.#end('killed by signal 15');
      this.#clock.setTimer(STARTS_AFTER, () => this.#start());
    });
    return Promise.resolve();
  }

  lastWords(): Promise<string> {
    return Promise.resolve('loading configuration: failure');
  }

  ask({ name }: { name: string }): ReturnType<DnsClient['ask']> {
    const latencyMs = 1;
    const silent = this.#clock.monotonic() - this.#startedAt < (this.runs?.silentFor ?? 0);
    if (this.runs === null || silent) return Promise.resolve({ kind: 'none', cause: 'refused', latencyMs });
    const found = this.runs.zones[name];
    const rcode = found ?? 'REFUSED';
    const aa = rcode === 'NOERROR';
    return Promise.resolve({ kind: 'answer', rcode, aa, answers: [], serial: aa ? 1 : null, latencyMs });
  }

  /** The process dies; the supervisor starts another one. */
  kill(): void {
    this.#end('killed by signal 9');
    this.#clock.setTimer(STARTS_AFTER, () => this.#start());
  }

  #start(): void {
    if (this.process !== null) return;
    this.#pids += 1;
    this.runs = this.#liveTree();
    this.#startedAt = this.#clock.monotonic();
    const process = { pid: this.#pids, startedAt: this.#startedAt };
    this.#state = { ...this.#state, process };
    const { exitsAfterMs } = this.runs;
    if (exitsAfterMs === undefined) return;
    this.#clock.setTimer(exitsAfterMs, () => {
      if (this.process === process) this.kill();
    });
  }

  #end(how: string): void {
    if (this.process === null) return;
    this.runs = null;
    this.#state = { process: null, exits: this.#state.exits + 1, lastExit: how };
  }
}
