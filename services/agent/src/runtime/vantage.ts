import {
  inconclusive,
  noData,
  sleep,
  type Verdict,
  type VantageResult,
  type VantageTask,
} from '@breakwater/shared';
import type { DnsClient } from '../adapters/dns/interface.ts';
import { worstOf } from '../core/judge-round.ts';
import { clipped } from '../core/status.ts';
import {
  addVantageRound,
  judgeVantage,
  VANTAGE,
  vantagePace,
  vantageQuestions,
  type VantageRound,
} from '../core/vantage.ts';
import { askAll, judgeAll } from './ask-all.ts';
import { mapBounded } from './bounded.ts';
import type { Outside } from './outside.ts';
import { Wakeup } from './wakeup.ts';

/** How many other hosts are asked at the same time: few beside the host's own checks. */
const TASKS_AT_ONCE = 4;

/** A task that is followed, with what was found so far. */
interface Followed {
  task: VantageTask;
  client: DnsClient;
  rounds: readonly VantageRound[];
  turn: number;
  dueAt: number;
}

const nameOf = ({ target, epoch }: VantageTask): string => `${target} ${epoch}`;

/**
 * Asks other hosts that were just changed, beside the agent's own work and never in its way: it shares nothing with it
 * but the link. A task lasts as long as the orchestrator names it, and not longer than its last word holds.
 */
export class Vantage {
  #followed: readonly Followed[] = [];
  #validUntil = Number.NEGATIVE_INFINITY;
  readonly #wakeup = new Wakeup();
  readonly #outside: Pick<Outside, 'clock' | 'dnsTo'>;
  readonly #onNews: () => void;

  /** @param onNews called when there is something else to say than before */
  constructor(outside: Pick<Outside, 'clock' | 'dnsTo'>, onNews: () => void) {
    this.#outside = outside;
    this.#onNews = onNews;
  }

  /** Takes the tasks that were heard last; they hold until `validUntil` (monotonic milliseconds). */
  follow(tasks: readonly VantageTask[], validUntil: number): void {
    const known = new Map(this.#followed.map((followed) => [nameOf(followed.task), followed]));
    const now = this.#outside.clock.monotonic();
    this.#followed = tasks.map(
      (task) =>
        known.get(nameOf(task)) ?? {
          task,
          client: this.#outside.dnsTo(task.address, task.port),
          rounds: [],
          turn: 0,
          dueAt: now,
        },
    );
    this.#validUntil = validUntil;
    if (tasks.length > 0) this.#wakeup.wake();
  }

  /** What was found lately at those that are still to be asked. */
  results(): VantageResult[] {
    const now = this.#outside.clock.monotonic();
    if (now > this.#validUntil) return [];
    return this.#followed.flatMap(({ task: { target, epoch }, rounds }) => {
      const newest = rounds.at(-1);
      if (newest === undefined || now - newest.startedAt > VANTAGE.stale) return [];
      const askedAgoMs = Math.round(now - newest.startedAt);
      return [{ target, epoch, verdict: clipped(judgeVantage(rounds)), askedAgoMs }];
    });
  }

  /** What of the results should be heard at once. */
  news(): string {
    return this.results()
      .filter(({ verdict }) => verdict.verdict !== 'pending')
      .map(({ target, epoch, verdict }) => `${target} ${epoch} ${verdict.verdict} ${verdict.code}`)
      .join(', ');
  }

  /** Goes on until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#outside;
    while (!signal.aborted) {
      const due = this.#due(clock.monotonic());
      await mapBounded(due, TASKS_AT_ONCE, (followed) => this.#round(followed, signal));
      const now = clock.monotonic();
      if (this.#due(now).length === 0) await this.#wakeup.sleep(clock, this.#idleFor(now), signal);
    }
  }

  #due(now: number): Followed[] {
    return now > this.#validUntil ? [] : this.#followed.filter(({ dueAt }) => dueAt <= now);
  }

  #idleFor(now: number): number {
    if (now > this.#validUntil) return VANTAGE.stale;
    return Math.min(VANTAGE.stale, ...this.#followed.map(({ dueAt }) => Math.max(1, dueAt - now)));
  }

  async #round(followed: Followed, signal: AbortSignal): Promise<void> {
    const before = this.news();
    const startedAt = this.#outside.clock.monotonic();
    const verdict = await this.#inTime(followed, signal);
    followed.rounds = addVantageRound(followed.rounds, { startedAt, verdict });
    followed.turn += 1;
    followed.dueAt = Math.max(startedAt + vantagePace(followed.rounds), this.#outside.clock.monotonic());
    if (this.news() !== before) this.#onNews();
  }

  async #ask({ task, turn, client }: Followed, signal: AbortSignal): Promise<Verdict> {
    const asks = vantageQuestions(task, turn);
    // Who answers nothing at all for as long as one answer may take is not asked on: the next round asks again.
    const silentAfterMs = Math.max(...asks.map(({ question }) => question.timeoutMs));
    const outside = { dns: client, clock: this.#outside.clock };
    return worstOf(judgeAll(asks, await askAll(asks, outside, { signal, silentAfterMs }), false));
  }

  /** A host that answers nobody must not keep this one from asking the others. */
  async #inTime(followed: Followed, signal: AbortSignal): Promise<Verdict> {
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const bound = sleep(this.#outside.clock, VANTAGE.round, ended);
    try {
      return await Promise.race([this.#ask(followed, ended).catch(unable), bound.then(unfinished)]);
    } finally {
      over.abort();
    }
  }
}

function unfinished(): Verdict {
  return noData('round_unfinished', 'Not all questions were answered in time.');
}

function unable(error: unknown): Verdict {
  return inconclusive('not_judged', `The answers could not be judged: ${String(error)}`);
}
