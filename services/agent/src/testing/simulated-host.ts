import {
  type Assignment,
  bundleDigest,
  type Digest,
  Digest as DigestSchema,
  HostId,
  manifestOf,
} from '@breakwater/shared';
import { treeIn } from '../adapters/generations/layout.ts';
import { liveLink } from '../adapters/generations/live-link.ts';
import { openGenerations } from '../adapters/generations/file-generations.ts';
import type { Generations } from '../adapters/generations/interface.ts';
import { openJournal } from '../adapters/journal/file-journal.ts';
import type { Journal } from '../adapters/journal/interface.ts';
import { openPatiently } from '../adapters/journal/patient-journal.ts';
import { recall } from '../core/memory.ts';
import { Agent } from '../runtime/agent.ts';
import { guardStart } from '../runtime/guard.ts';
import { Link } from '../runtime/link.ts';
import type { Outside } from '../runtime/outside.ts';
import { Vantage } from '../runtime/vantage.ts';
import { FakeDaemon, type TreeConfig } from './fake-daemon.ts';
import { FakeHost, OLD } from './fake-host.ts';
import { CONFIG_PATH } from './fake-generations.ts';
import { Judge } from './judge.ts';
import { type Call, LifeClock, within } from './lifetime.ts';
import { type Life, SimulatedDisk } from './simulated-disk.ts';

export const ROOT = '/root';
export const STORE = '/store';
const JOURNAL = '/store/journal';
/** A tree that no daemon can be started on. */
const NOTHING: TreeConfig = { zones: {}, exitsAfterMs: 1 };

/** What tests change about how a host is put together: mutants, and watchers of every call. */
export interface Wiring {
  leaseMs?: number;
  /** Whether a guard runs before the daemon. */
  guard?: boolean;
  journal?: (journal: Journal, host: SimulatedHost) => Journal;
  generations?: (generations: Generations, host: SimulatedHost) => Generations;
  outside?: (outside: Outside, host: SimulatedHost) => Outside;
  disk?: NonNullable<Life['onCall']>;
}

interface Process {
  life: Life;
  clock: LifeClock;
  agent: Agent | null;
}

/**
 * A whole machine on a simulated disk: the real agent with its real journal and generations, a daemon under a
 * supervisor that runs the guard before every start, and an orchestrator. Agent, daemon and machine may die at any
 * call; the disk stays, less what a power cut takes.
 */
export class SimulatedHost extends FakeHost {
  readonly disk = new SimulatedDisk();
  readonly judge: Judge;
  readonly wiring: Wiring;
  process: Process | null = null;
  /** Called with every call of an adapter by the agent. */
  onStep: (call: Call) => void = () => undefined;
  /** Called with every call of the disk by the agent; may name the error that it fails with. */
  onDisk: NonNullable<Life['onCall']> = () => null;
  /** Whether the daemon hangs: it runs and answers nothing. */
  hung = false;
  #machine: Life = { dead: true };
  #boots = 0;
  #bootedAt = 0;
  #cancelBoot: () => void = () => undefined;

  constructor(wiring: Wiring = {}) {
    super(OLD);
    this.wiring = wiring;
    this.judge = new Judge(this);
  }

  /** A machine that has run its daemon for long, and gets its first agent. */
  static async create(wiring: Wiring = {}): Promise<SimulatedHost> {
    const host = new SimulatedHost(wiring);
    const disk = host.disk.for({ dead: false });
    await disk.mkdir('/original');
    const file = await disk.open('/original/named.conf', 'wx', 0o644);
    await file.writeFile(JSON.stringify(OLD));
    await file.sync();
    await disk.symlink('/original', ROOT);
    for (const folder of ['/original', '/']) await (await disk.open(folder, 'r')).sync();
    await host.boot();
    return host;
  }

  get bootId(): string {
    return `boot-${this.#boots}`;
  }

  /** The generation that the managed root leads to. */
  get live(): Digest | null {
    const found = this.disk.peek(ROOT)?.path.split('/') ?? [];
    const digest = DigestSchema.safeParse(found.at(-2));
    return digest.success ? digest.data : null;
  }

  get paused(): LifeClock | null {
    return this.process?.clock ?? null;
  }

  override treeAt(path: string): TreeConfig {
    const text = this.disk.peek(`${path}/named.conf`)?.text;
    if (text === undefined) return NOTHING;
    try {
      return JSON.parse(text) as TreeConfig;
    } catch {
      return NOTHING;
    }
  }

  /** The machine starts: the guard, then the daemon, then the agent. */
  async boot(): Promise<void> {
    this.#boots += 1;
    this.#bootedAt = this.clock.monotonic() - 5000;
    const machine: Life = { dead: false };
    this.#machine = machine;
    await this.#guarded(machine, () => {
      const clock = new LifeClock(this.clock, machine, this.#bootedAt);
      const guarding = { now: () => clock.now(), monotonic: () => clock.monotonic() };
      const setTimer = (ms: number, callback: () => void): (() => void) =>
        clock.setTimer(ms, () => void this.#guarded(machine, callback));
      this.daemon = new FakeDaemon({ ...guarding, setTimer }, () => this.#daemonStarts());
    });
    this.#later(machine, 10, () => void this.startAgent());
  }

  /** Starts the agent; its supervisor tries again each second while it cannot be started. */
  async startAgent(): Promise<void> {
    const machine = this.#machine;
    if (machine.dead || (this.process !== null && !this.process.life.dead)) return;
    const life: Life = {
      dead: false,
      onCall: (call) => {
        if (call.name === 'rename' && call.path === ROOT && call.when === 'after') this.judge.linkMoved();
        return this.wiring.disk?.(call) ?? this.onDisk(call);
      },
    };
    const running: Process = { life, clock: new LifeClock(this.clock, life, this.#bootedAt), agent: null };
    this.process = running;
    try {
      await this.#run(running);
    } catch {
      if (this.process === running) this.kill(1000);
    }
  }

  /** `kill -9` of the agent; its supervisor starts another one after a while. */
  kill(againAfterMs = 200): void {
    if (this.process === null) return;
    this.process.life.dead = true;
    this.process = null;
    this.#later(this.#machine, againAfterMs, () => void this.startAgent());
  }

  /** The power goes, and comes back after three seconds. @returns what the disk has lost. */
  cutPower(random: () => number): ReturnType<SimulatedDisk['cutPower']> {
    this.#machine.dead = true;
    if (this.process) this.process.life.dead = true;
    this.process = null;
    this.daemon.runs = null;
    const lost = this.disk.cutPower(random);
    this.judge.powerWasCut();
    this.#cancelBoot();
    this.#cancelBoot = this.clock.setTimer(3000, () => void this.boot());
    return lost;
  }

  override outside(): Outside {
    const { process } = this;
    if (process === null) return super.outside();
    const base = super.outside();
    const dns = {
      ask: (question: Parameters<Outside['dns']['ask']>[0]) =>
        this.hung
          ? Promise.resolve({ kind: 'none', cause: 'timeout', latencyMs: 1 } as const)
          : this.daemon.ask(question),
    };
    const view = { ...base.view, host: { ...base.view.host, root: ROOT } };
    // The daemon of the moment: the agent may start before the guard has let the daemon start.
    const supervisor = new Proxy(this.daemon, {
      get: (_, key) => {
        const value: unknown = Reflect.get(this.daemon, key, this.daemon);
        return typeof value === 'function' ? (value.bind(this.daemon) as unknown) : value;
      },
    });
    return { ...base, clock: process.clock, boot: this.bootId, view, dns, supervisor };
  }

  /** Offers a tree and says what the host is to do with it. */
  order(epoch: number, step: Assignment['step'], tree: TreeConfig, more: Partial<Assignment> = {}): Digest {
    const files = { [CONFIG_PATH]: JSON.stringify(tree) };
    this.judge.knows(bundleDigest(manifestOf(files)), tree);
    return this.assign(epoch, step, tree, { rollout: `r-${epoch}` as Assignment['rollout'], ...more });
  }

  async #run(mine: Process): Promise<void> {
    const { life } = mine;
    const disk = this.disk.for(life);
    const file = await openPatiently(JOURNAL, { clock: mine.clock, boot: this.bootId, disk });
    this.judge.opened(file);
    const store = await openGenerations({ root: ROOT, storeDir: STORE, disk });
    const generations = this.wiring.generations?.(store, this) ?? store;
    const watched = this.judge.watch(this.wiring.journal?.(file, this) ?? file);
    const base = this.outside();
    const orchestrator = this.judge.listen(base.orchestrator);
    const raw = { ...base, journal: watched, generations, orchestrator };
    const outside = gated(this.wiring.outside?.(raw, this) ?? raw, life, (call) => this.onStep(call));
    if (this.wiring.guard !== false) {
      const memory = recall(file.records());
      const append: Journal['append'] = (entry) => outside.journal.append(entry);
      const { clock, boot } = outside;
      await guardStart({ clock, boot, agentAlive: true, memory, link: outside.generations, append }).catch(
        () => undefined,
      );
    }
    const agent: Agent = new Agent(outside, () => link.tell());
    const leaseMs = this.wiring.leaseMs ?? 30_000;
    const options = { host: HostId.parse('ns1'), pollForMs: 10_000, leaseMs };
    const vantage: Vantage = new Vantage(outside, () => link.tell());
    const link: Link = new Link(outside, options, agent, vantage);
    mine.agent = agent;
    await agent.look();
    const { signal } = new AbortController();
    await Promise.all([agent.run(signal), link.run(signal), vantage.run(signal)]);
  }

  /** What stands in the daemon's start script: no agent alive, or a new boot, and the guard looks at the link. */
  async #guarded(machine: Life, then: () => void): Promise<void> {
    if (machine.dead) return;
    const alive = this.process !== null;
    try {
      if (!alive && this.wiring.guard !== false) await this.#guard(machine);
    } catch {
      this.#later(machine, 1000, () => void this.#guarded(machine, then));
      return;
    }
    if (!machine.dead) then();
  }

  async #guard(machine: Life): Promise<void> {
    const disk = this.disk.for(machine);
    const clock = new LifeClock(this.clock, machine, this.#bootedAt);
    const journal = await openJournal(JOURNAL, { clock, boot: this.bootId, disk });
    this.judge.opened(journal);
    const memory = recall(journal.records());
    const live = liveLink(ROOT, (generation) => treeIn(STORE, generation), disk);
    const append: Journal['append'] = (entry) => this.judge.watch(journal).append(entry);
    const link = {
      live: () => live.read(),
      absent: () => live.absent(),
      switchTo: (to: Digest) => live.switchTo(to),
    };
    await guardStart({ clock, boot: this.bootId, agentAlive: false, memory, link, append });
  }

  #daemonStarts(): TreeConfig {
    const tree = { ...this.treeAt(ROOT) };
    this.judge.daemonStarts(tree, this.live, this.process !== null);
    return tree;
  }

  #later(life: { dead: boolean }, ms: number, then: () => void): void {
    this.clock.setTimer(ms, () => {
      if (!life.dead) then();
    });
  }
}

/** Adapters of an agent, as long as it lives. */
function gated(outside: Outside, life: Life, onCall: (call: Call) => void): Outside {
  const plain = new Set(['clock', 'log', 'view']);
  const entries = Object.entries(outside).map(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !plain.has(name)
      ? [name, within(life, name, value, onCall)]
      : [name, value],
  );
  return Object.fromEntries(entries) as Outside;
}
