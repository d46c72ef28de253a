import {
  type HostId,
  type HostStatus,
  PROTOCOL_VERSION,
  type PollResponse,
  type Report,
  revisionOf,
  sleep,
  type VantageResult,
  type VantageTask,
} from '@breakwater/shared';
import type { Memory } from '../core/memory.ts';
import { refusal } from '../core/refusal.ts';
import { reportsAfter } from '../core/reports.ts';
import { newsOf } from '../core/status.ts';
import type { Level } from '../core/world.ts';
import { backoffMs } from './backoff.ts';
import type { Outside } from './outside.ts';
import { Wakeup } from './wakeup.ts';

/** The agent, as far as the link needs it. */
export interface Follower {
  readonly memory: Memory;
  status(): HostStatus;
  follow(level: Level): void;
}

/** The vantage checks, as far as the link needs them. */
export interface Observer {
  follow(tasks: readonly VantageTask[], validUntil: number): void;
  results(): VantageResult[];
  /** What of the results should be heard at once. */
  news(): string;
}

export interface LinkOptions {
  host: HostId;
  /** How long a long poll may be held open. */
  pollForMs: number;
  /** How long after its request was sent an answer may still be used. */
  leaseMs: number;
}

type LinkOutside = Pick<Outside, 'orchestrator' | 'journal' | 'clock' | 'random' | 'log' | 'boot'>;

/** News wakes the reporting; this is only for the case that such a wake-up was missed. */
const LOOK_AGAIN_MS = 60_000;

/**
 * The conversation with the orchestrator: one long poll that waits for another level, and short ones that
 * carry new reports at once. Every answer says both, so that either of them is enough.
 */
export class Link {
  /** The highest report that the orchestrator has stored; unknown until it has answered once. */
  #acknowledged: number | null = null;
  /** What was last said of the host's state, as `newsOf` puts it; empty when it may not have arrived. */
  #told = '';
  /** The level that was heard last, followed or refused. */
  #heard = revisionOf(null);
  /** The highest sequence that was answered; an epoch is one too, and is remembered across restarts. */
  #sequence = 0;
  /** When the request left whose answer was used last. */
  #newestAskedAt = Number.NEGATIVE_INFINITY;
  readonly #news = new Wakeup();
  readonly #outside: LinkOutside;
  readonly #options: LinkOptions;
  readonly #agent: Follower;
  readonly #vantage: Observer;

  constructor(outside: LinkOutside, options: LinkOptions, agent: Follower, vantage: Observer) {
    this.#outside = outside;
    this.#options = options;
    this.#agent = agent;
    this.#vantage = vantage;
  }

  /** Says that there is something new: a record, or another state of the host. */
  tell(): void {
    this.#news.wake();
  }

  /** Goes on until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#listen(signal), this.#report(signal)]);
  }

  async #listen(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const { clock, random } = this.#outside;
      const startedAt = clock.monotonic();
      const heard = this.#heard;
      const ok = await this.#exchange(this.#options.pollForMs, signal);
      // An orchestrator that answers at once without anything new must not be asked in a tight circle.
      const idle = this.#heard === heard && clock.monotonic() - startedAt < this.#options.pollForMs / 2;
      failures = ok && !idle ? 0 : failures + 1;
      if (failures > 0) await sleep(clock, backoffMs(ok ? 1 : failures, random), signal);
    }
  }

  async #report(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#outside;
    let failures = 0;
    while (!signal.aborted) {
      if (!this.#hasNews()) {
        failures = 0;
        await this.#news.sleep(clock, LOOK_AGAIN_MS, signal);
        continue;
      }
      const before = this.#acknowledged;
      const ok = await this.#exchange(0, signal);
      const progress = ok && (this.#acknowledged !== before || !this.#hasNews());
      failures = progress ? 0 : failures + 1;
      // Not cut short by news: whoever does not listen would otherwise be told louder and louder.
      if (!progress) await sleep(clock, backoffMs(failures, random), signal);
    }
  }

  /** Asks once. @returns whether there was an answer that could be used. */
  async #exchange(waitMs: number, signal: AbortSignal): Promise<boolean> {
    const { clock, orchestrator, journal, log } = this.#outside;
    const askedAt = clock.monotonic();
    const status = this.#agent.status();
    // Told as soon as it is sent: a long poll that ends later must not make what it carried the newest again.
    this.#told = this.#newsOf(status);
    let used = false;
    try {
      const request = {
        protocol: PROTOCOL_VERSION,
        journal: journal.id,
        status,
        reports: this.#unacknowledged(),
        vantage: this.#vantage.results(),
        following: this.#heard,
        sequence: this.#newestSequence(),
        waitMs,
      } as const;
      used = this.#use(await orchestrator.poll(request, signal), askedAt);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'the orchestrator could not be asked');
    }
    if (!used) this.#told = '';
    return used;
  }

  #use(response: PollResponse, askedAt: number): boolean {
    const { clock, log } = this.#outside;
    const { host, leaseMs } = this.#options;
    if (response.host !== host) {
      log.error(
        { answeredFor: response.host },
        'the orchestrator takes this host for another one; nothing is used',
      );
      return false;
    }
    // The request may have left before a halt and its answer been stuck on the way: dropped as a whole.
    const age = clock.monotonic() - askedAt;
    if (age > leaseMs) {
      log.warn({ age }, 'an answer came after its lease; nothing is used');
      return false;
    }
    // Two polls may cross: what was asked earlier may be older than what is already known, never newer than
    // what the next question will bring.
    const crossed = askedAt < this.#newestAskedAt;
    const newest = this.#newestSequence();
    if (response.sequence < newest) {
      // A leader that was stopped and knows no better, or a store that was put back to an earlier state.
      if (!crossed) {
        const { sequence } = response;
        log.error({ sequence, newest }, 'an answer is older than what was answered before; nothing is used');
      }
      return crossed;
    }
    this.#sequence = response.sequence;
    this.#acknowledged = response.acknowledged;
    if (crossed) return true;
    this.#newestAskedAt = askedAt;
    this.#heed(response, askedAt + leaseMs);
    return true;
  }

  #heed({ assignment, vantage }: PollResponse, validUntil: number): void {
    const revision = revisionOf(assignment, vantage);
    const refused = assignment === null ? null : refusal(this.#agent.memory, assignment);
    if (refused !== null && revision !== this.#heard) {
      this.#outside.log.error({ epoch: assignment?.epoch }, `the assignment is refused: ${refused}`);
    }
    this.#heard = revision;
    this.#vantage.follow(vantage, validUntil);
    this.#agent.follow({ assignment: refused === null ? assignment : null, validUntil });
  }

  #newestSequence(): number {
    return Math.max(this.#sequence, this.#agent.memory.highestEpoch);
  }

  #hasNews(): boolean {
    if (this.#acknowledged === null || this.#newsOf(this.#agent.status()) !== this.#told) return true;
    return this.#unacknowledged().length > 0;
  }

  #newsOf(status: HostStatus): string {
    return `${newsOf(status)} ${this.#vantage.news()}`;
  }

  #unacknowledged(): Report[] {
    const { journal, clock, boot } = this.#outside;
    if (this.#acknowledged === null) return [];
    return reportsAfter(journal.records(), this.#acknowledged, { at: clock.monotonic(), boot });
  }
}
