import { canonicalJson, type Clock, type Digest, formatDuration } from '@breakwater/shared';
import type { Journal } from '../adapters/journal/interface.ts';
import type { OrchestratorClient } from '../adapters/orchestrator/interface.ts';
import { violations } from '../core/invariants.ts';
import type { JournalEntry, JournalRecord } from '../core/journal-entry.ts';
import { type Change, type Memory, recall } from '../core/memory.ts';
import type { Agent } from '../runtime/agent.ts';
import type { TreeConfig } from './fake-daemon.ts';

/** How long after its request a grant may lead to a switch. */
const LEASE_MS = 30_000;

/** What is judged: the truth of a host, as nobody on it need see it. */
export interface Judged {
  clock: Clock;
  /** The generation that the managed root leads to. */
  readonly live: Digest | null;
  daemon: { runs: TreeConfig | null };
  disk: { blocks: number | null };
  process: { agent: Agent | null } | null;
  /** What a daemon would read in a folder. */
  treeAt(path: string): TreeConfig;
}

interface Grant {
  askedAt: number;
  epoch: number;
}

/**
 * Judges a host by the truth: what is on its disk, what its daemon was really started on, what was acknowledged as
 * durable, and when permission was asked for. It never asks the agent what it believes.
 */
export class Judge {
  readonly faults: string[] = [];
  /** How often each situation was seen. */
  readonly reached = new Map<string, number>();
  /** Generations that were found in place or confirmed, and not given up since. */
  readonly #good = new Set<Digest>();
  readonly #trees = new Map<Digest, TreeConfig>();
  readonly #startedOn = new WeakMap<TreeConfig, Digest>();
  /** What the tree that was found in place has become. */
  #found: Digest | null = null;
  readonly #attempted = new Set<string>();
  #durable: JournalRecord[] = [];
  #grants: Grant[] = [];
  #burst = { at: 0, records: 0 };
  /** For each epoch, how often the link was switched to its generation, and to which. */
  readonly #applied = new Map<number, { times: number; to: Digest }>();
  readonly #host: Judged;

  constructor(host: Judged) {
    this.#host = host;
  }

  /** What the records that are surely on disk say. */
  get memory(): Memory {
    return recall(this.#durable);
  }

  /** The generation that the running process was started on. */
  get runs(): Digest | null {
    const { runs } = this.#host.daemon;
    return runs === null ? null : (this.#startedOn.get(runs) ?? this.#found);
  }

  get lastEntry(): JournalEntry['type'] | 'none' {
    return this.#durable.at(-1)?.type ?? 'none';
  }

  isGood(generation: Digest | null): boolean {
    return generation !== null && this.#good.has(generation);
  }

  count(what: string): void {
    this.reached.set(what, (this.reached.get(what) ?? 0) + 1);
  }

  fault(promise: string, what: string): void {
    this.faults.push(`${promise}: ${what} (at ${formatDuration(this.#host.clock.monotonic() - 1_000_000)})`);
  }

  knows(generation: Digest, tree: TreeConfig): void {
    this.#trees.set(generation, tree);
  }

  /** A journal was read: what was durable must be there, and nothing that nobody wrote. */
  opened(journal: Journal): void {
    const records = journal.records();
    const bySeq = new Map(records.map((record) => [record.seq, canonicalJson(record)]));
    for (const record of this.#durable) {
      if (bySeq.get(record.seq) !== canonicalJson(record))
        this.fault('durability', `record ${record.seq} (${record.type}) was acknowledged and is lost`);
    }
    for (const record of records) {
      const { seq: _seq, at: _at, boot: _boot, ...entry } = record;
      if (!this.#attempted.has(canonicalJson(entry)))
        this.fault('durability', `record ${record.seq} (${record.type}) was never written like that`);
    }
    // What was only read, on a disk that takes nothing, may still be lost.
    if ((journal.unwritable ?? null) === null) this.#durable = structuredClone([...records]);
  }

  /** The journal, with an eye on what is written. */
  watch(journal: Journal): Journal {
    const append = async (entry: JournalEntry): Promise<JournalRecord> => {
      this.#attempted.add(canonicalJson(entry));
      if (this.#isEndless()) return new Promise(() => undefined);
      const { change } = recall(journal.records());
      if (entry.type === 'adopted') this.#adopted(entry.generation);
      if (entry.type === 'confirmed' && change) this.#confirmed(change);
      if (entry.type === 'reverting' && this.#host.disk.blocks !== null) this.count('revert on a full disk');
      const record = await journal.append(entry);
      this.#durable = structuredClone([...journal.records()]);
      this.count(`entry ${entry.type}`);
      if (entry.type === 'failed' || entry.type === 'reverting') this.count(`because ${entry.verdict.code}`);
      if (entry.type === 'reverting' && change && change.swap?.previous !== change.assignment.bundle)
        this.#good.delete(change.assignment.bundle);
      return record;
    };
    return {
      id: journal.id,
      get unwritable() {
        return journal.unwritable ?? null;
      },
      records: () => journal.records(),
      append,
    };
  }

  /** The orchestrator, with an eye on when its grants were asked for. */
  listen(orchestrator: OrchestratorClient): OrchestratorClient {
    return {
      poll: async (request, signal) => {
        const askedAt = this.#host.clock.monotonic();
        const response = await orchestrator.poll(request, signal);
        if (response.assignment?.step === 'apply' || response.assignment?.step === 'confirm') {
          this.#grants = [...this.#grants, { askedAt, epoch: response.assignment.epoch }].slice(-50);
          if (this.#host.clock.monotonic() - askedAt > LEASE_MS) this.count('grant later than its lease');
        }
        return response;
      },
      manifest: (bundle) => orchestrator.manifest(bundle),
      file: (digest) => orchestrator.file(digest),
    };
  }

  /** The managed root was renamed over. */
  linkMoved(): void {
    const { live, clock } = this.#host;
    if (live === null || this.#found === null || this.isGood(live)) return;
    const { change } = this.memory;
    const epoch = change?.assignment.epoch ?? 0;
    if (this.lastEntry !== 'applying' || change?.assignment.bundle !== live)
      this.fault('S3', `the link leads to a new generation after "${this.lastEntry}" of epoch ${epoch}`);
    const times = (this.#applied.get(epoch)?.times ?? 0) + 1;
    this.#applied.set(epoch, { times, to: live });
    if (times > 1) this.fault('S9', `epoch ${epoch} was applied ${times} times`);
    const granted = this.#grants.some(
      (grant) => grant.epoch === epoch && clock.monotonic() - grant.askedAt <= LEASE_MS,
    );
    if (!granted) this.fault('S5', `epoch ${epoch} was applied without a grant that still holds`);
  }

  /** What of the switching the disk forgot did not happen. */
  powerWasCut(): void {
    for (const [epoch, { to }] of this.#applied)
      if (
        this.#host.live !== to &&
        this.memory.change?.assignment.epoch === epoch &&
        this.lastEntry === 'applying'
      )
        this.#applied.delete(epoch);
  }

  /** A daemon process begins to read its configuration. */
  daemonStarts(tree: TreeConfig, live: Digest | null, watched: boolean): void {
    if (live !== null) this.#startedOn.set(tree, live);
    if (this.#found === null) return;
    if (live === null) this.fault('S3', 'the daemon is started on no generation at all');
    else if (JSON.stringify(this.#trees.get(live)) !== JSON.stringify(tree))
      this.fault('S11', `the daemon is started on files of ${live.slice(0, 8)} that are not what was built`);
    if (!watched && !this.isGood(live))
      this.fault('S8', `the daemon is started on ${live?.slice(0, 8)} with nobody to watch it`);
  }

  /** What must be true after every event. */
  check(): void {
    const { memory } = this;
    const agent = this.#host.process?.agent;
    if (agent && agent.memory.highestEpoch < memory.highestEpoch) this.fault('S9', 'an epoch went back');
    if (agent && this.#host.live !== null && memory.change?.phase !== 'reverting')
      for (const violation of violations(agent.memory, { live: this.#host.live, reload: null }))
        this.fault('invariant', violation);
    const needed = [memory.lastKnownGood, this.#host.live, this.runs];
    for (const generation of needed) if (generation !== null) this.#complete(generation);
  }

  #complete(generation: Digest): void {
    const tree = this.#host.treeAt(`/store/generations/${generation}/tree`);
    if (JSON.stringify(tree) !== JSON.stringify(this.#trees.get(generation)))
      this.fault('S11', `generation ${generation.slice(0, 8)} is needed and not on disk as it was built`);
  }

  /** Whether records are written one after the other with no time going by: nothing else would ever happen. */
  #isEndless(): boolean {
    const at = this.#host.clock.monotonic();
    this.#burst = this.#burst.at === at ? { at, records: this.#burst.records + 1 } : { at, records: 1 };
    if (this.#burst.records > 200) this.fault('S23', 'the journal is written without end');
    return this.#burst.records > 200;
  }

  #confirmed({ assignment, swap }: Change): void {
    const { bundle } = assignment;
    if (this.runs !== bundle) this.fault('S13', 'a generation was confirmed that does not run');
    const before = swap?.baseline.filter((answer) => answer.rcode === 'NOERROR') ?? [];
    const zones = this.#trees.get(bundle)?.zones ?? {};
    if (before.some((answer) => zones[answer.zone] !== 'NOERROR'))
      this.fault('S13', 'a generation was confirmed that does not answer as before');
    this.#good.add(bundle);
  }

  #adopted(generation: Digest): void {
    this.#good.add(generation);
    this.#found ??= generation;
    if (!this.#trees.has(generation))
      this.#trees.set(generation, this.#host.treeAt(`/store/generations/${generation}/tree`));
  }
}
