import {
  type Assignment,
  type BundleFiles,
  bundleDigest,
  type Digest,
  HostId,
  type HostStatus,
  type Manifest,
  manifestOf,
  type PollRequest,
  type PollResponse,
  type Report,
  revisionOf,
  sha256,
  sleep,
  type VantageTask,
} from '@breakwater/shared';
import type { FakeClock } from '@breakwater/shared/testing';
import type { OrchestratorClient } from '../adapters/orchestrator/interface.ts';

/** An orchestrator with one host: it keeps reports, holds long polls open and serves bundles. */
export class FakeOrchestrator implements OrchestratorClient {
  down = false;
  /** Answers every poll at once, whatever it asks to wait for. */
  hasty = false;
  /** How long an answer is stuck on its way; what it says was true when it was sent. */
  stuckMs = 0;
  /** The newest event of its log; at least the epoch that it speaks of, and `null` when nothing else moves it. */
  sequence: number | null = null;
  answersAs = HostId.parse('ns1');
  polls: PollRequest[] = [];
  reports: Report[] = [];
  status: HostStatus | null = null;
  /** What is served instead of a file's content. */
  corrupt: string | null = null;
  #assignment: Assignment | null = null;
  #vantage: readonly VantageTask[] = [];
  #highest = 0;
  #changed = new AbortController();
  readonly #manifests = new Map<Digest, Manifest>();
  readonly #files = new Map<Digest, string>();
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** The states that were reported, in order. */
  get states(): string[] {
    return this.reports.map((report) => report.state);
  }

  store(files: BundleFiles): Digest {
    const manifest = manifestOf(files);
    for (const text of Object.values(files)) this.#files.set(sha256(text), text);
    this.#manifests.set(bundleDigest(manifest), manifest);
    return bundleDigest(manifest);
  }

  assign(assignment: Assignment | null): void {
    this.#assignment = assignment;
    this.#highest = Math.max(this.#highest, assignment?.epoch ?? 0);
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** Tells the host whom else to ask. */
  assignVantage(...tasks: readonly VantageTask[]): void {
    this.#vantage = tasks;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  async poll(request: PollRequest, signal: AbortSignal): Promise<PollResponse> {
    this.polls.push(request);
    if (this.down) throw new Error('connection refused');
    this.status = request.status;
    for (const report of request.reports) if (report.seq > this.#acknowledged()) this.reports.push(report);
    if (!this.hasty && request.following === revisionOf(this.#assignment, this.#vantage)) {
      await sleep(this.#clock, request.waitMs, AbortSignal.any([signal, this.#changed.signal]));
    }
    if (signal.aborted) throw new Error('aborted');
    const response = {
      host: this.answersAs,
      assignment: this.#assignment,
      vantage: [...this.#vantage],
      acknowledged: this.#acknowledged(),
      sequence: this.sequence ?? this.#highest,
    };
    if (this.stuckMs > 0) await sleep(this.#clock, this.stuckMs, signal);
    return response;
  }

  async manifest(bundle: Digest): Promise<Manifest> {
    const manifest = this.#manifests.get(bundle);
    if (this.down || !manifest) throw new Error('not found');
    return manifest;
  }

  async file(digest: Digest): Promise<Uint8Array> {
    const text = this.corrupt ?? this.#files.get(digest);
    if (this.down || text === undefined) throw new Error('not found');
    return new TextEncoder().encode(text);
  }

  #acknowledged(): number {
    return this.reports.at(-1)?.seq ?? 0;
  }
}
