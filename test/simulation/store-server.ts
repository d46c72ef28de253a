import { BreakwaterError } from '@breakwater/shared';
import type { Commit, Snapshot, Store } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { MemoryData } from '../../services/orchestrator/src/adapters/store/memory-data.ts';
import { MemoryStore } from '../../services/orchestrator/src/adapters/store/memory-store.ts';
import type { Random } from '../../services/agent/src/testing/random.ts';
import type { Process } from './timeline.ts';

/** How the way to the store behaves in this run. */
export interface StoreTroubles {
  /** Up to so many milliseconds each way, for a share of the calls. */
  latencyMs: number;
  slowShare: number;
  /** How often a call is carried out and its answer is lost. */
  lostReplies: number;
}

/** How long a client waits for an answer. */
const WITHIN_MS = 2000;

/** The one store, as a machine of its own: it stays when orchestrators die, and may be down, or come back older. */
export class StoreServer {
  data = new MemoryData();
  memory = new MemoryStore(this.data);
  down = false;
  /** It holds less than it once acknowledged. */
  older = false;
  /** Which start of the store this is: what is behind a new one nobody has looked at. */
  incarnation = 1;
  /** Every write that took place, in order: what an older copy of the store is made of. */
  commits: Commit[] = [];
  /** Called with every write that has just taken place. */
  onCommit: (commit: Commit, before: Snapshot) => void = () => undefined;
  #snapshot: Snapshot | null = null;

  snapshot(): Snapshot {
    if (this.#snapshot?.head !== this.data.head) this.#snapshot = this.data.snapshot();
    return this.#snapshot;
  }

  async commit(commit: Commit): Promise<'committed' | 'conflict'> {
    const before = this.snapshot();
    const outcome = await this.memory.commit(commit);
    if (outcome === 'committed') {
      this.commits.push(commit);
      this.onCommit(commit, before);
    }
    return outcome;
  }

  /**
   * The store comes back as it was so many writes ago. @returns what puts the right one back, and with it all that was
   * written until now; what was written to the wrong one is lost then.
   */
  rollBack(writes: number): () => void {
    const right = this.commits;
    this.#becomes(right.slice(0, Math.max(0, right.length - writes)));
    return () => this.#becomes(right);
  }

  #becomes(commits: readonly Commit[]): void {
    const other = new MemoryData();
    for (const commit of commits) other.write(commit);
    // Bundles and sightings are as they were: only the log is to tell.
    for (const [digest, manifest] of this.data.manifests) other.manifests.set(digest, manifest);
    for (const [digest, file] of this.data.files) other.files.set(digest, file);
    for (const [host, sighting] of this.data.sightings) other.sightings.set(host, sighting);
    this.commits = [...commits];
    this.data = other;
    this.memory = new MemoryStore(other);
    this.#snapshot = null;
    this.incarnation += 1;
  }
}

/** What happens on the way of one call. */
type Moment = 'before' | 'after';

/** The store as one orchestrator has it: over a connection that is slow, breaks, or ends with its process. */
export class StoreClient {
  /** Called around every call; it may end the process. */
  onCall: (name: string, when: Moment) => void = () => undefined;
  /** The connection of this orchestrator alone is cut. */
  cut = false;
  readonly #server: StoreServer;
  readonly #process: Process;
  readonly #troubles: StoreTroubles;
  readonly #random: Random;

  constructor(server: StoreServer, process: Process, troubles: StoreTroubles, random: Random) {
    this.#server = server;
    this.#process = process;
    this.#troubles = troubles;
    this.#random = random;
  }

  /** Everything that the orchestrator asks of its store. */
  adapter(): Store {
    const memory = (): MemoryStore => this.#server.memory;
    const call = <T>(name: string, act: () => Promise<T>): Promise<T> => this.#call(name, act);
    return {
      incarnation: () => this.#server.incarnation,
      snapshot: () => call('snapshot', async () => this.#server.snapshot()),
      commit: (commit) => call('commit', () => this.#server.commit(commit)),
      rollout: (id) => call('rollout', () => memory().rollout(id)),
      rollouts: (limit, after) => call('rollouts', () => memory().rollouts(limit, after)),
      events: (rollout, after, limit) => call('events', () => memory().events(rollout, after, limit)),
      outbox: () => call('outbox', () => memory().outbox()),
      tallies: () => call('tallies', () => memory().tallies()),
      idempotent: (key) => call('idempotent', () => memory().idempotent(key)),
      putBundle: (digest, manifest, files) =>
        call('putBundle', () => memory().putBundle(digest, manifest, files)),
      manifest: (digest) => call('manifest', () => memory().manifest(digest)),
      file: (sha256) => call('file', () => memory().file(sha256)),
      putSightings: (sightings) => call('putSightings', () => memory().putSightings(sightings)),
      sightings: () => call('sightings', () => memory().sightings()),
      unsafeSettings: () => call('unsafeSettings', () => memory().unsafeSettings()),
    };
  }

  #call<T>(name: string, act: () => Promise<T>): Promise<T> {
    const process = this.#process;
    this.onCall(name, 'before');
    if (process.dead) return new Promise(() => undefined);
    const answer = this.#travel(act).then((value) => {
      if (!process.dead) this.onCall(name, 'after');
      return value;
    });
    return process.hear(answer);
  }

  async #travel<T>(act: () => Promise<T>): Promise<T> {
    const { latencyMs, slowShare, lostReplies } = this.#troubles;
    const slow = slowShare > 0 && this.#random.chance(slowShare);
    if (slow) await this.#pass(this.#random.between(1, latencyMs));
    if (this.#server.down || this.cut) {
      await this.#pass(this.#random.pick([1, 50, WITHIN_MS]));
      throw new BreakwaterError('store_unavailable', 'the store is down');
    }
    const value = await act();
    if (slow) await this.#pass(this.#random.between(1, latencyMs));
    if (lostReplies > 0 && this.#random.chance(lostReplies)) {
      await this.#pass(WITHIN_MS);
      throw new BreakwaterError('store_unavailable', 'the answer was lost');
    }
    return value;
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#process.timeline.after(ms, resolve));
  }
}
