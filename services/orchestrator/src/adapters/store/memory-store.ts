import { BreakwaterError, type Digest, type HostId, type Manifest, type RolloutId } from '@breakwater/shared';
import type { LoggedEvent } from '../../core/event.ts';
import type { Rollout } from '../../core/rollout.ts';
import type { Commit, HostSighting, Slice, Snapshot, Store } from './interface.ts';
import { assertChained } from './chained.ts';
import { ageOf } from './commands.ts';
import { oldestFirst } from './snapshot.ts';
import { MemoryData } from './memory-data.ts';

/** What goes wrong between one view and the store. Nothing of it happens to other views. */
interface StoreFaults {
  /** Nothing is answered and nothing arrives. */
  down: boolean;
  /** So many of the next commits are written, and the answer is lost for good. */
  repliesLost: number;
  /** Writes of others: each lands just before the next commit of this view, which is a conflict by that. */
  rivals: ((snapshot: Snapshot) => Commit)[];
}

/** A store in memory, for tests and simulations. The contract suite in test/orchestrator/ holds it to the real one. */
export class MemoryStore implements Store {
  readonly faults: StoreFaults = { down: false, repliesLost: 0, rivals: [] };
  /** What `unsafeSettings` finds. */
  unsafe: string[] = [];
  readonly #data: MemoryData;

  constructor(data = new MemoryData()) {
    this.#data = data;
  }

  /** A further view of the same data, as another process has it, with faults of its own. */
  another(): MemoryStore {
    return new MemoryStore(this.#data);
  }

  /** Remembers what is stored now. @returns what puts the store back to it, for every view. */
  checkpoint(): () => void {
    return this.#data.checkpoint();
  }

  incarnation(): number {
    return this.#data.incarnation;
  }

  async snapshot(): Promise<Snapshot> {
    return this.#up().snapshot();
  }

  async commit(commit: Commit): Promise<'committed' | 'conflict'> {
    const data = this.#up();
    assertChained(commit);
    const rival = this.faults.rivals.shift();
    if (rival) data.write(rival(data.snapshot()));
    if (!data.write(commit)) return 'conflict';
    if (this.faults.repliesLost === 0) return 'committed';
    this.faults.repliesLost -= 1;
    throw new BreakwaterError('store_unavailable', 'the answer was lost');
  }

  async rollout(id: RolloutId): Promise<Rollout | null> {
    return this.#up().rollout(id);
  }

  async rollouts(limit: number, after: string | null): Promise<Slice<Rollout>> {
    const data = this.#up();
    const ids = data.rollouts.filter((id) => after === null || ageOf(id) < ageOf(after as RolloutId));
    const shown = ids.slice(0, limit);
    const items = shown.map((id) => data.rollout(id)).filter((rollout) => rollout !== null);
    return { items, next: ids.length > limit ? (shown.at(-1) ?? null) : null };
  }

  async events(rollout: RolloutId | null, after: number, limit: number): Promise<LoggedEvent[]> {
    const { events } = this.#up();
    // By number and not by place: the numbers may leave a gap.
    const later = events.slice(events.findLastIndex(({ seq }) => seq <= after) + 1);
    const mine = (event: LoggedEvent): boolean => 'rollout' in event && event.rollout === rollout;
    return (rollout === null ? later : later.filter(mine)).slice(0, limit);
  }

  async outbox(): ReturnType<Store['outbox']> {
    return oldestFirst([...this.#up().outbox.values()]);
  }

  async tallies(): ReturnType<Store['tallies']> {
    return new Map(this.#up().tallies);
  }

  async idempotent(key: string): ReturnType<Store['idempotent']> {
    return this.#up().idempotency.get(key) ?? null;
  }

  async putBundle(digest: Digest, manifest: Manifest, files: ReadonlyMap<Digest, Uint8Array>): Promise<void> {
    const data = this.#up();
    for (const [sha256, bytes] of files) {
      if (!data.files.has(sha256)) data.files.set(sha256, Uint8Array.from(bytes));
    }
    if (!data.manifests.has(digest)) data.manifests.set(digest, JSON.stringify(manifest));
  }

  async manifest(digest: Digest): Promise<Manifest | null> {
    const json = this.#up().manifests.get(digest);
    return json === undefined ? null : (JSON.parse(json) as Manifest);
  }

  async file(sha256: Digest): Promise<Uint8Array | null> {
    const bytes = this.#up().files.get(sha256);
    return bytes ? Uint8Array.from(bytes) : null;
  }

  async putSightings(sightings: ReadonlyMap<HostId, HostSighting>): Promise<void> {
    const data = this.#up();
    for (const [host, sighting] of sightings) data.sightings.set(host, JSON.stringify(sighting));
  }

  async sightings(): Promise<Map<HostId, HostSighting>> {
    const stored = [...this.#up().sightings];
    return new Map(stored.map(([host, json]) => [host, JSON.parse(json) as HostSighting]));
  }

  async unsafeSettings(): Promise<string[]> {
    this.#up();
    return [...this.unsafe];
  }

  #up(): MemoryData {
    if (this.faults.down) throw new BreakwaterError('store_unavailable', 'the store is down');
    return this.#data;
  }
}
