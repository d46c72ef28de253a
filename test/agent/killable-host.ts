import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Digest } from '@breakwater/shared';
import { ConsoleHost } from './console-host.ts';
import { processesIn, until } from './named-service.ts';

const AGENT = fileURLToPath(new URL('killable-agent.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../services/agent/src/main.ts', import.meta.url));
const GUARD = fileURLToPath(new URL('../../services/agent/guard.sh', import.meta.url));

/** What ends a change. */
const END = new Set(['confirmed', 'reverted', 'rejected']);

/**
 * A host with a real name server under a real supervisor that runs the guard before every start, a real agent that
 * kills itself after an act, and a machine that can "start again": the kernel's boot id is a file of the test's own, in
 * the mount namespaces of agent and guard. It needs root.
 */
export class KillableHost {
  readonly host: ConsoleHost;
  /** The version that must answer when nothing is under way: what was confirmed last, as the journal has it. */
  kept = 'old';
  /** The newest epoch that was given out. */
  #epoch = 0;
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
    const { BREAKWATER_AGENT_CONFIG: config, NODE_COMPILE_CACHE: compiled } = killable.#environment;
    const variables = `BREAKWATER_AGENT_CONFIG=${config} NODE_COMPILE_CACHE=${compiled}`;
    const before = `${variables} ${guard.map((word) => `'${word}'`).join(' ')}`;
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

  /** Begins a change, to a bundle that calls itself by its `version`. */
  async begin(): Promise<void> {
    this.#epoch += 1;
    this.#reportsBefore = this.host.reports.length;
    await writeFile(this.#acts, '');
    this.#bundle = this.host.bundle(this.version);
  }

  /** The version of the newest change. */
  get version(): string {
    return `v${this.#epoch}`;
  }

  /** The acts since the change began, each as it was about to be done. */
  async acts(): Promise<string[]> {
    return (await readFile(this.#acts, 'utf8')).split('\n').slice(0, -1);
  }

  /** Whether the agent has taken over what it found on this host, before any change. */
  async hasAdopted(): Promise<boolean> {
    return (await this.#entries()).includes('adopted');
  }

  /** Whether the newest change has come to its end, as its journal has it. */
  async hasEnded(): Promise<boolean> {
    const entries = await this.#entries();
    const begun = entries.filter((entry) => entry === 'accepted').length === this.#epoch;
    return begun && END.has(entries.at(-1) ?? '');
  }

  /**
   * Starts an agent that kills itself after its n-th act (never, without a number), and waits until it has, or until
   * something else is true. `last` is what the orchestrator says after the soak. @returns whether it was killed.
   */
  async runAgent(
    killAfter: number | null,
    last: 'confirm' | 'revert' = 'confirm',
    enough: () => Promise<boolean> = async () => false,
  ): Promise<boolean> {
    this.#startAgent(killAfter);
    let isEnough = false;
    try {
      await until(
        `the agent had run (killed after ${killAfter ?? 'no'} acts); its last: ${(await this.acts()).at(-1)}`,
        async () => {
          const { exitCode, signalCode } = this.#agent ?? {};
          // What a killed agent had started may hold the lock for a moment; a supervisor tries again.
          if (exitCode === 75) this.#startAgent(killAfter);
          else if (exitCode != null) throw new Error(`the agent ended by itself, with status ${exitCode}`);
          this.#lead(last);
          isEnough = signalCode === null && (await enough());
          return isEnough || signalCode === 'SIGKILL';
        },
        40_000,
      );
    } finally {
      await this.#killAgent();
    }
    return !isEnough;
  }

  /**
   * Runs one agent after another, each killed after its first act, until something is true. What is on disk then is
   * what is there before the next act, so that this is a kill before each of them as well. `each` follows each kill.
   */
  async killEach(
    last: 'confirm' | 'revert',
    enough: () => Promise<boolean>,
    each: (act: string) => Promise<void> = async () => undefined,
  ): Promise<void> {
    let [nth, before] = [1, ''];
    while (!(await enough())) {
      await this.runAgent(nth, last, enough);
      // An act that is done again by the next agent, as nothing was written down yet, must not keep it from the rest.
      const act = (await this.acts()).at(-1) ?? '';
      nth = act === before ? nth + 1 : 1;
      before = act;
      await each(act);
    }
  }

  /** Lets an agent end what is under way, until the host itself says that it is old or new, and healthy. */
  async rest(last: 'confirm' | 'revert' = 'confirm'): Promise<void> {
    this.host.status = null;
    await this.runAgent(null, last, async () => {
      const { status } = this.host;
      const isHealthy = status?.health.verdict === 'pass' && status.generation === status.lastKnownGood;
      return isHealthy && (await this.hasEnded());
    });
  }

  /** What answers now, beside what must: `kept`, which a change that the journal calls confirmed has become. */
  async answers(): Promise<{ answers: string; kept: string }> {
    if ((await this.#entries()).at(-1) === 'confirmed') this.kept = this.version;
    return { answers: await this.host.version(), kept: this.kept };
  }

  /** The machine starts again: agent and daemon are killed, and the daemon's own start brings it back. */
  async reboot(): Promise<void> {
    await this.#killAgent();
    await this.#newBoot();
    const command = `named\0-f\0-c\0${this.host.named.folder}/`;
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

  /** Says the next step of the change, as an orchestrator does when it hears of the one before. */
  #lead(last: 'confirm' | 'revert'): void {
    const states = new Set(this.host.reports.slice(this.#reportsBefore).map(({ state }) => state));
    const started = states.has('ready') ? 'apply' : 'stage';
    const step = states.has('soaking') ? last : started;
    if (this.#bundle !== null) this.host.say({ epoch: this.#epoch, bundle: this.#bundle, step });
  }

  /**
   * The journal's entries, none before there is a journal. Left out is that a confirmed host is found unhealthy: it
   * says so when its machine started again while its rollout lasts, and nothing follows from it here.
   */
  async #entries(): Promise<string[]> {
    const entries = await this.host.entries().catch((): string[] => []);
    return entries.filter((entry) => entry !== 'unhealthy');
  }

  #startAgent(killAfter: number | null): void {
    const { store } = this.host;
    const command = ['flock', '-F', '-n', '-E', '75', join(store, 'agent.lock'), process.execPath, AGENT];
    const [program = '', ...words] = this.#inBoot(command);
    const env = { ...this.#environment, ACTS: this.#acts, KILL_AFTER: String(killAfter ?? '') };
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

  /** A test starts dozens of agents: what the first one has compiled, the others need not. */
  get #environment(): Record<string, string | undefined> {
    return { ...this.host.environment, NODE_COMPILE_CACHE: join(this.host.named.folder, 'compiled') };
  }

  get #bootId(): string {
    return join(this.host.named.folder, 'boot-id');
  }

  get #acts(): string {
    return join(this.host.named.folder, 'acts');
  }
}
