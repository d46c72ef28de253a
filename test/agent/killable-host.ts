import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Digest } from '@breakwater/shared';
import { ConsoleHost } from './console-host.ts';
import { processesIn, until } from './named-service.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const AGENT = here('killable-agent.ts');
const MAIN = here('../../services/agent/src/main.ts');
const GUARD = here('../../services/agent/guard.sh');

/** What ends a change. */
const END = new Set(['confirmed', 'reverted', 'rejected']);

/**
 * A host with a real name server under a real supervisor that runs the guard before every start, a real agent that
 * kills itself at an act, and a machine that can "start again": the kernel's boot id is a file of the test's own, in
 * the mount namespaces of agent and guard. It needs root.
 */
export class KillableHost {
  readonly host: ConsoleHost;
  /** The newest epoch that was given out. */
  epoch = 0;
  #boots = 0;
  #agent: ChildProcess | null = null;
  #reportsBefore = 0;
  #bundle: Digest | null = null;

  private constructor(host: ConsoleHost) {
    this.host = host;
  }

  static async start(): Promise<KillableHost> {
    const killable = new KillableHost(await ConsoleHost.start());
    const { named, root, store } = killable.host;
    const guard = killable.#inBoot([GUARD, store, process.execPath, MAIN, 'guard']);
    const before = `BREAKWATER_AGENT_CONFIG=${named.folder}/agent.json ${guard.map((word) => `'${word}'`).join(' ')}`;
    await killable.#newBoot();
    await writeFile(killable.#acts, '');
    const run = join(named.service, 'run');
    await writeFile(
      `${run}.new`,
      `#!/bin/sh\n${before}\nexec named -f -c ${root}/named.conf -L ${named.log}\n`,
    );
    await chmod(`${run}.new`, 0o755);
    await rename(`${run}.new`, run);
    return killable;
  }

  /** Begins a change, to a bundle that calls itself by the version that is returned. */
  async begin(): Promise<string> {
    this.epoch += 1;
    this.#reportsBefore = this.host.reports.length;
    await writeFile(this.#acts, '');
    const version = `v${this.epoch}`;
    this.#bundle = this.host.bundle(version);
    return version;
  }

  /** Says the next step of the change, as an orchestrator does when it hears of the one before. */
  lead(last: 'confirm' | 'revert'): void {
    const states = new Set(this.host.reports.slice(this.#reportsBefore).map(({ state }) => state));
    const started = states.has('ready') ? 'apply' : 'stage';
    const step = states.has('soaking') ? last : started;
    if (this.#bundle !== null) this.host.say({ epoch: this.epoch, bundle: this.#bundle, step });
  }

  /** The acts since the change began, each as it was about to be done. */
  async acts(): Promise<string[]> {
    return (await readFile(this.#acts, 'utf8')).split('\n').slice(0, -1);
  }

  /** Whether the newest change has come to its end, as its journal has it. */
  async hasEnded(): Promise<boolean> {
    const entries = await this.host.entries().catch((): string[] => []);
    const begun = entries.filter((entry) => entry === 'accepted').length === this.epoch;
    return begun && END.has(entries.at(-1) ?? '');
  }

  /**
   * Starts an agent that kills itself at an act (`3 after`; never, without one), and waits until it has, or until
   * something else is true. @returns whether it was killed.
   */
  async runAgent(killAt: string | null, enough: () => Promise<boolean>): Promise<boolean> {
    this.#startAgent(killAt);
    let isEnough = false;
    try {
      await until(`the agent had run (${killAt ?? 'for good'})`, async () => {
        // What a killed agent had started may hold the lock for a moment; a supervisor tries again.
        if (this.#agent?.exitCode === 75) this.#startAgent(killAt);
        isEnough = this.#agent?.signalCode === null && (await enough());
        return isEnough || this.#agent?.signalCode === 'SIGKILL';
      });
    } finally {
      await this.#killAgent();
    }
    return !isEnough;
  }

  /** The machine starts again: agent and daemon are killed, and the daemon's own start brings it back. */
  async reboot(): Promise<void> {
    await this.#killAgent();
    await this.#newBoot();
    const { root } = this.host;
    const command = `named\0-f\0-c\0${root}/named.conf`;
    const [running] = await processesIn(command);
    if (running !== undefined) process.kill(running, 'SIGKILL');
    await until('another daemon answers', async () => {
      const [now] = await processesIn(command);
      return now !== undefined && now !== running && (await this.host.version()) !== '';
    });
  }

  async remove(): Promise<void> {
    await this.#killAgent();
    await this.host.remove();
  }

  #startAgent(killAt: string | null): void {
    const { store, environment } = this.host;
    const command = ['flock', '-F', '-n', '-E', '75', join(store, 'agent.lock'), process.execPath, AGENT];
    const [program = '', ...words] = this.#inBoot(command);
    const env = { ...environment, ACTS: this.#acts, KILL_AT: killAt ?? '' };
    this.#agent = spawn(program, words, { stdio: 'ignore', env });
  }

  async #killAgent(): Promise<void> {
    const agent = this.#agent;
    this.#agent = null;
    if (agent === null || agent.exitCode !== null || agent.signalCode !== null) return;
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGKILL');
    await ended;
  }

  async #newBoot(): Promise<void> {
    this.#boots += 1;
    await writeFile(this.#bootId, `boot-${this.#boots}\n`);
  }

  /** A command line for which the kernel's boot id is the one of this host. */
  #inBoot(command: readonly string[]): string[] {
    const script = 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"';
    return ['unshare', '--mount', 'sh', '-c', script, this.#bootId, ...command];
  }

  get #bootId(): string {
    return join(this.host.named.folder, 'boot-id');
  }

  get #acts(): string {
    return join(this.host.named.folder, 'acts');
  }
}
