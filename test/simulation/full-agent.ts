import { type Digest, Digest as DigestSchema, fail, pass, pending, type Verdict } from '@breakwater/shared';
import type { Checker } from '../../services/agent/src/adapters/checker/interface.ts';
import { openGenerations } from '../../services/agent/src/adapters/generations/file-generations.ts';
import type { Generations } from '../../services/agent/src/adapters/generations/interface.ts';
import { hasCode } from '../../services/agent/src/adapters/durable.ts';
import { openPatiently } from '../../services/agent/src/adapters/journal/patient-journal.ts';
import type { Journal } from '../../services/agent/src/adapters/journal/interface.ts';
import type { Supervisor } from '../../services/agent/src/adapters/supervisor/interface.ts';
import type { Answer, Question } from '../../services/agent/src/core/answer.ts';
import { type Memory, NO_MEMORY, recall } from '../../services/agent/src/core/memory.ts';
import { Agent } from '../../services/agent/src/runtime/agent.ts';
import { guardStart } from '../../services/agent/src/runtime/guard.ts';
import { Link } from '../../services/agent/src/runtime/link.ts';
import { Measurer, measuring } from '../../services/agent/src/runtime/measurer.ts';
import type { Outside } from '../../services/agent/src/runtime/outside.ts';
import { within } from '../../services/agent/src/testing/lifetime.ts';
import { silentLog } from '../../services/agent/src/testing/silent-log.ts';
import type { Life } from '../../services/agent/src/testing/simulated-disk.ts';
import { kindAt } from './behaviour.ts';
import { Client, LEASE_MS } from './client.ts';
import { type FullHost, JOURNAL, ROOT, STORE } from './full-host.ts';
import type { AgentLife, World } from './interfaces.ts';
import { Process } from './timeline.ts';
import { VantagePoint } from './vantage-point.ts';

const POLL_MS = 10_000;
const AGAIN_MS = 1000;
const ANSWER_MS = 2;
const ZONE = { name: 'a.example', type: 'primary' } as const;

/** One life of an agent: all of its runtime, on a simulated disk and beside a simulated daemon. */
export class FullAgent implements AgentLife {
  readonly process: Process;
  #agent: Agent | null = null;
  readonly #machine: FullHost;
  readonly #world: World;

  constructor(world: World, machine: FullHost) {
    this.#world = world;
    this.#machine = machine;
    const { power } = machine;
    this.process = new Process(world.timeline, power.timeline.now - power.monotonic());
  }

  get memory(): Memory {
    return this.#agent?.memory ?? NO_MEMORY;
  }

  /** @returns what became of it; `null` when there was nothing to repair. */
  async repairIfDrifted(): Promise<string | null> {
    const agent = this.#agent;
    const drift = agent?.status().drift ?? null;
    if (agent === null || drift === null || drift.kind === 'none') return null;
    this.#world.note(`${this.#machine.id} is repaired by a person: ${drift.kind}`);
    const { result } = await agent.operate({ verb: 'repair', reason: 'the status says that it drifted' });
    return result;
  }

  start(): void {
    const { process } = this;
    this.#run().catch((error: unknown) => {
      this.#world.note(`${this.#machine.id} agent gives up: ${String(error)}`);
      if (!process.dead) this.#machine.killAgent(AGAIN_MS);
    });
  }

  async #run(): Promise<void> {
    const outside = await this.#outside();
    const { journal, generations, clock, boot } = outside;
    const append: Journal['append'] = (entry) => journal.append(entry);
    const memory = recall(journal.records());
    await guardStart({ clock, boot, agentAlive: true, memory, link: generations, append }).catch(
      () => undefined,
    );
    const agent: Agent = new Agent(outside, () => link.tell());
    const vantage: VantagePoint = new VantagePoint(this.#world, this.#machine, this.process, () =>
      link.tell(),
    );
    const measurer = new Measurer(outside, () => agent.memory);
    const leaseMs = this.#world.wiring.leaseMs ?? LEASE_MS;
    const options = { host: this.#machine.id, pollForMs: POLL_MS, leaseMs };
    const link: Link = new Link(outside, options, measuring(agent, measurer), vantage);
    this.#agent = agent;
    await agent.look();
    const { signal } = new AbortController();
    await Promise.all([agent, link, measurer].map((part) => part.run(signal)));
  }

  async #outside(): Promise<Outside> {
    const machine = this.#machine;
    const world = this.#world;
    const { process: clock } = this;
    const life: Life = {
      get dead() {
        return clock.dead;
      },
      onCall: ({ name, path, when }) => {
        if (name === 'rename' && path === ROOT && when === 'after') machine.linkMoved();
        // Before it is synced: what a power cut leaves of it now is chance.
        if (name === 'write' && path === `${JOURNAL}/journal` && when === 'after')
          world.hazards.atStep(machine, 'written', 'after');
        return null;
      },
    };
    const disk = machine.disk.for(life);
    const { bootId: boot, place } = machine;
    const opened = machine.opened(await openPatiently(JOURNAL, { clock, boot, disk }));
    const generations = this.#watched(await openGenerations({ root: ROOT, storeDir: STORE, disk }));
    const client = new Client(world, machine, clock);
    const host = { id: place.id, address: place.address, datacenter: place.datacenter, port: 53 };
    const view = { host: { ...host, controlPort: 953, root: ROOT, stateDir: '/state' }, vars: {} };
    const gate = <T extends object>(name: string, adapter: T): T =>
      within(life, name, adapter, ({ step, when }) => this.#step(step, when));
    return {
      clock,
      random: world.random.next,
      log: silentLog,
      boot,
      view,
      journal: gate('journal', opened),
      generations: gate('generations', generations),
      checker: gate('checker', this.#checker()),
      rehearsal: {
        unavailable: 'a model has nothing to rehearse on',
        open: () => Promise.reject(new Error('none')),
      },
      supervisor: gate('supervisor', this.#supervisor()),
      dns: { ask: (question) => this.#ask(question) },
      dnsTo: () => ({ ask: (question) => this.#ask(question) }),
      orchestrator: gate('orchestrator', world.wiring.client?.(client) ?? client),
    };
  }

  /** Steps by the names that the other agents of the fleet have for them. */
  #step(step: string, when: 'before' | 'after'): void {
    const [what = '', detail] = step.split(' ');
    const named: Record<string, string> = {
      'journal.append': `record ${detail}`,
      'generations.switchTo': 'switchTo',
      'supervisor.restart': 'restart',
      'supervisor.reload': 'reload',
      'generations.build': 'stage',
      'generations.prune': 'prune',
    };
    const name = named[what];
    if (name !== undefined) this.#world.hazards.atStep(this.#machine, name, when);
  }

  #watched(generations: Generations): Generations {
    const { judge } = this.#world;
    const switchTo = (to: Digest): Promise<void> => {
      judge.switches(this.#machine, to);
      return this.#counted('switching', generations.switchTo(to)).catch((error: unknown) => {
        judge.switchFailed(this.#machine);
        throw error;
      });
    };
    const build: Generations['build'] = (...given) => this.#counted('staging', generations.build(...given));
    const put: Generations['put'] = (...given) => this.#counted('staging', generations.put(...given));
    const own: Partial<Generations> = { switchTo, build, put };
    return new Proxy(generations, {
      get(target, key) {
        const mine: unknown = Reflect.get(own, key);
        if (mine !== undefined) return mine;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  async #counted<T>(what: string, act: Promise<T>): Promise<T> {
    return act.catch((error: unknown) => {
      if (hasCode(error, 'ENOSPC')) this.#world.count(`${what} failed on a full disk`);
      throw error;
    });
  }

  #supervisor(): Supervisor {
    const { daemon } = this.#machine;
    return {
      observe: async () => daemon.state,
      restart: async () => daemon.restart(),
      reload: async () => daemon.reloadTo(this.#machine.live),
      reloaded: async () => daemon.reload?.verdict ?? pending('reloading', 'Not yet.'),
      lastWords: async () => '',
    };
  }

  #checker(): Checker {
    const zone = { ...ZONE, view: '_default', file: null, inTree: null, format: 'text', selfContained: true };
    return {
      zones: async () => [ZONE],
      describe: async () => ({ statements: 1, zones: [zone], listeners: [], controls: [] }),
      countRecords: async (_, zones) => zones.map(() => 1),
      check: async (tree) => {
        await this.#pass(this.#world.random.between(20, 400));
        return this.#checked(tree);
      },
    };
  }

  #checked(tree: string): Verdict {
    const digest = DigestSchema.safeParse(tree.split('/').at(-2));
    const kind = digest.success ? kindAt(this.#world.behaviourOf(digest.data), this.#machine.id) : 'good';
    return kind === 'rejected'
      ? fail('rejected', 'The checker refuses it.')
      : pass('accepted', 'The checker accepts it.');
  }

  async #ask({ timeoutMs }: Question): Promise<Answer> {
    const { daemon } = this.#machine;
    const verdict = daemon.answer('itself');
    const latencyMs = ANSWER_MS;
    if (verdict.verdict === 'noData') {
      await this.#pass(timeoutMs);
      return { kind: 'none', cause: 'timeout', latencyMs: timeoutMs };
    }
    await this.#pass(latencyMs);
    const { runs } = daemon;
    if (runs === null) return { kind: 'none', cause: 'refused', latencyMs, refused: true };
    const costly = kindAt(this.#world.behaviourOf(runs), this.#machine.id) === 'costly';
    const good = verdict.verdict === 'pass';
    const rcode = good ? 'NOERROR' : verdict.verdict === 'inconclusive' ? 'SERVFAIL' : 'REFUSED';
    const flags = { aa: good, ad: false, ra: false, tc: false };
    const serial = good ? 1 : null;
    const took = costly ? 40 : latencyMs;
    return { kind: 'answer', rcode, ...flags, answers: [], serial, nsid: null, latencyMs: took };
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.process.setTimer(ms, resolve));
  }
}
