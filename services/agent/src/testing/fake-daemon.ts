import { type Clock, fail, pass, pending, type Rcode, type Verdict } from '@breakwater/shared';
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
  /** How a reload of it goes, if not well; the old tree is answered from then. */
  reload?: 'failed' | 'silent';
}

const STOPS_AFTER = 40;
const STARTS_AFTER = 30;

/** A name server under a supervisor, on a fake clock. Its faults are data. */
export class FakeDaemon implements Supervisor, DnsClient {
  /** What makes `observe` or `restart` fail, when it is set. */
  observeError: Error | null = null;
  restartError: Error | null = null;
  reloadError: Error | null = null;
  restarts = 0;
  reloads = 0;
  /** What the running process was started on. */
  runs: TreeConfig | null = null;
  #state: DaemonState = { process: null, exits: 0, lastExit: null };
  #reloaded: Verdict = pending('reloading', 'No reload was asked for.');
  #pids = 100;
  #startedAt = 0;
  readonly #clock: Clock;
  readonly #liveTree: () => TreeConfig;

  constructor(clock: Clock, liveTree: () => TreeConfig) {
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

  async reload(): Promise<void> {
    if (this.reloadError) throw this.reloadError;
    this.reloads += 1;
    this.#reloaded = pending('reloading', 'The daemon has not said anything of a reload.');
    const { process } = this;
    const tree = this.#liveTree();
    if (tree.reload === 'silent') return;
    this.#clock.setTimer(STARTS_AFTER, () => {
      if (this.process !== process || process === null) return;
      const failed = tree.reload === 'failed';
      if (!failed) this.runs = tree;
      this.#reloaded = failed
        ? fail('reload_failed', 'The daemon could not reload: not loaded due to errors.')
        : pass('reloaded', 'The daemon says that it reloaded.');
    });
  }

  reloaded(): Promise<Verdict> {
    return Promise.resolve(this.#reloaded);
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
    const flags = { aa, ad: false, ra: false, tc: false };
    const serial = aa ? 1 : null;
    return Promise.resolve({ kind: 'answer', rcode, ...flags, answers: [], serial, nsid: null, latencyMs });
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
