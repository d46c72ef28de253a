import { Assignment, type Digest, HostId, pass, type Step, type Verdict } from '@breakwater/shared';
import { FakeClock } from '@breakwater/shared/testing';
import { pino } from 'pino';
import type { Checker } from '../adapters/checker/interface.ts';
import { MemoryJournal } from '../adapters/journal/memory-journal.ts';
import { Agent } from '../runtime/agent.ts';
import { Link } from '../runtime/link.ts';
import type { Outside } from '../runtime/outside.ts';
import { FakeDaemon, type TreeConfig } from './fake-daemon.ts';
import { CONFIG_PATH, FakeGenerations } from './fake-generations.ts';
import { FakeOrchestrator } from './fake-orchestrator.ts';

export const OLD: TreeConfig = { zones: { 'a.example': 'NOERROR' } };
export const GOOD: TreeConfig = { zones: { 'a.example': 'NOERROR', 'b.example': 'NOERROR' } };

/** A whole host: everything outside the agent keeps on existing while agents come and go. */
export class FakeHost {
  readonly clock = new FakeClock();
  readonly journal = new MemoryJournal({ clock: this.clock, boot: 'boot-1' });
  readonly generations: FakeGenerations;
  readonly daemon: FakeDaemon;
  readonly orchestrator = new FakeOrchestrator(this.clock);
  /** What the daemon's checker says. */
  checked: Verdict = pass('accepted', 'named-checkconf accepts it.');
  agent: Agent | null = null;
  link: Link | null = null;
  #running: { stop: AbortController; ended: Promise<unknown> } | null = null;

  constructor(found: TreeConfig = OLD) {
    this.generations = new FakeGenerations(found);
    this.daemon = new FakeDaemon(this.clock, () => this.generations.liveTree());
  }

  /** Starts an agent, as after a boot or a kill. */
  async start(changes: Partial<Outside> = {}): Promise<void> {
    const stop = new AbortController();
    const outside = { ...this.#outside(), ...changes };
    const agent: Agent = new Agent(outside, () => link.tell());
    const options = { host: HostId.parse('ns1'), pollForMs: 10_000, leaseMs: 30_000 };
    const link = new Link(outside, options, agent);
    this.agent = agent;
    this.link = link;
    await agent.look();
    this.#running = { stop, ended: Promise.all([agent.run(stop.signal), link.run(stop.signal)]) };
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

  #outside(): Outside {
    const { clock, journal, generations, daemon, orchestrator } = this;
    const host = { id: 'ns1', address: '127.0.0.1', datacenter: 'ams', port: 53, controlPort: 953 };
    const view = { host: { ...host, root: '/root', stateDir: '/state' }, vars: {} };
    const log = pino({ level: 'silent' });
    const around = { clock, random: () => 0.5, log, boot: 'boot-1', view, checker: this.#checker() };
    return { ...around, journal, generations, supervisor: daemon, dns: daemon, orchestrator };
  }

  #checker(): Checker {
    return {
      zones: async (tree) =>
        Object.keys(this.generations.tree(tree).zones).map((name) => ({ name, type: 'primary' })),
      check: async () => this.checked,
    };
  }
}
