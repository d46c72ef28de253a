import { Assignment, type Digest, HostId, pass, type Step, type Verdict } from '@breakwater/shared';
import { FakeClock } from '@breakwater/shared/testing';
import type { Checker } from '../adapters/checker/interface.ts';
import type { DnsClient } from '../adapters/dns/interface.ts';
import { MemoryJournal } from '../adapters/journal/memory-journal.ts';
import type { Rehearsal } from '../adapters/rehearsal/interface.ts';
import { Agent } from '../runtime/agent.ts';
import { Link } from '../runtime/link.ts';
import { Measurer, measuring } from '../runtime/measurer.ts';
import type { Outside } from '../runtime/outside.ts';
import { Vantage } from '../runtime/vantage.ts';
import { FakeDaemon, type TreeConfig } from './fake-daemon.ts';
import { CONFIG_PATH, FakeGenerations } from './fake-generations.ts';
import { FakeOrchestrator } from './fake-orchestrator.ts';
import { silentLog } from './silent-log.ts';

export const OLD: TreeConfig = { zones: { 'a.example': 'NOERROR' } };
export const GOOD: TreeConfig = { zones: { 'a.example': 'NOERROR', 'b.example': 'NOERROR' } };

/** A whole host: everything outside the agent keeps on existing while agents come and go. */
export class FakeHost {
  readonly clock = new FakeClock();
  readonly journal = new MemoryJournal({ clock: this.clock, boot: 'boot-1' });
  readonly generations: FakeGenerations;
  daemon: FakeDaemon;
  readonly orchestrator = new FakeOrchestrator(this.clock);
  /** What the daemon's checker says. */
  checked: Verdict = pass('accepted', 'named-checkconf accepts it.');
  /** Where changes are rehearsed; by default nowhere. */
  rehearsal: Rehearsal = { unavailable: 'a model has no daemon to rehearse', open: neverRehearsed };
  /** The name server of every other host that this one is to ask; its own daemon unless a test says otherwise. */
  elsewhere: DnsClient;
  agent: Agent | null = null;
  link: Link | null = null;
  #running: { stop: AbortController; ended: Promise<unknown> } | null = null;

  constructor(found: TreeConfig = OLD) {
    this.generations = new FakeGenerations(found);
    this.daemon = new FakeDaemon(this.clock, () => this.generations.liveTree());
    this.elsewhere = this.daemon;
  }

  /** Starts an agent, as after a boot or a kill. */
  async start(changes: Partial<Outside> = {}): Promise<void> {
    const stop = new AbortController();
    const outside = { ...this.outside(), ...changes };
    const agent: Agent = new Agent(outside, () => link.tell());
    const options = { host: HostId.parse('ns1'), pollForMs: 10_000, leaseMs: 30_000 };
    const vantage: Vantage = new Vantage(outside, () => link.tell());
    const measurer = new Measurer(outside, () => agent.memory);
    const link = new Link(outside, options, measuring(agent, measurer), vantage);
    this.agent = agent;
    this.link = link;
    await agent.look();
    this.#running = {
      stop,
      ended: Promise.all([agent, link, vantage, measurer].map((part) => part.run(stop.signal))),
    };
    await this.pass(1);
  }

  /** Lets time go by, after whatever has just happened has been heard by everybody. */
  async pass(ms: number): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.clock.advance(ms);
  }

  /** Ends the agent. */
  async stop(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.ended;
    this.#running = null;
  }

  /** Offers a tree as a bundle and tells the host to go to a step with it. */
  assign(epoch: number, step: Step, tree: TreeConfig | string, more: Partial<Assignment> = {}): Digest {
    const text = typeof tree === 'string' ? tree : JSON.stringify(tree);
    const bundle = this.orchestrator.store({ [CONFIG_PATH]: text });
    const expect = { noChange: false, zonesRemoved: [] };
    const times = { soakMs: 2000, confirmWithinMs: 60_000, verifyWithinMs: 5000 };
    const given = { epoch, rollout: 'r-1', bundle, step, checks: [], expect, ...times };
    this.orchestrator.assign({ ...Assignment.parse(given), ...more });
    return bundle;
  }

  /** What was written to the journal. */
  get entries(): string[] {
    return this.journal.records().map((record) => record.type);
  }

  /** Everything around an agent that starts now. */
  outside(): Outside {
    const { clock, journal, generations, daemon, orchestrator } = this;
    const host = { id: 'ns1', address: '127.0.0.1', datacenter: 'ams', port: 53, controlPort: 953 };
    const view = { host: { ...host, root: '/root', stateDir: '/state' }, vars: {} };
    const log = silentLog;
    const around = {
      clock,
      random: () => 0.5,
      log,
      boot: 'boot-1',
      view,
      checker: this.#checker(),
      rehearsal: this.rehearsal,
    };
    return {
      ...around,
      journal,
      generations,
      supervisor: daemon,
      dns: daemon,
      dnsTo: () => this.elsewhere,
      orchestrator,
    };
  }

  /** What a daemon would read in a folder. */
  treeAt(path: string): TreeConfig {
    return this.generations.tree(path);
  }

  #checker(): Checker {
    return {
      zones: async (tree) => Object.keys(this.treeAt(tree).zones).map((name) => ({ name, type: 'primary' })),
      describe: async (tree) => ({
        statements: 1,
        zones: Object.keys(this.treeAt(tree).zones).map((name) => ({
          name,
          type: 'primary',
          view: '_default',
          file: null,
          inTree: null,
          format: 'text',
          selfContained: true,
        })),
        listeners: [],
        controls: [],
      }),
      countRecords: async (_, zones) => zones.map(() => 1),
      check: async () => this.checked,
    };
  }
}

const neverRehearsed = (): Promise<never> => Promise.reject(new Error('nothing is rehearsed here'));
