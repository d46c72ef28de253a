import { noData, type VantageResult, type VantageTask } from '@breakwater/shared';
import {
  addVantageRound,
  judgeVantage,
  VANTAGE,
  vantagePace,
  type VantageRound,
} from '../../services/agent/src/core/vantage.ts';
import type { Observer } from '../../services/agent/src/runtime/link.ts';
import type { Machine, World } from './interfaces.ts';
import type { Process } from './timeline.ts';

interface Followed {
  task: VantageTask;
  rounds: readonly VantageRound[];
  cancel: () => void;
}

const nameOf = ({ target, epoch }: VantageTask): string => `${target} ${epoch}`;

/** Asks other hosts as the agent does, with the agent's own rule for what is certain; the answers are the truth. */
export class VantagePoint implements Observer {
  #followed = new Map<string, Followed>();
  #validUntil = Number.NEGATIVE_INFINITY;
  readonly #world: World;
  readonly #process: Process;
  readonly #machine: Machine;
  readonly #onNews: () => void;

  constructor(world: World, machine: Machine, process: Process, onNews: () => void) {
    this.#world = world;
    this.#machine = machine;
    this.#process = process;
    this.#onNews = onNews;
  }

  follow(tasks: readonly VantageTask[], validUntil: number): void {
    this.#validUntil = validUntil;
    if (tasks.length === 0 && this.#followed.size === 0) return;
    const next = new Map<string, Followed>();
    for (const task of tasks) {
      const known = this.#followed.get(nameOf(task));
      const followed = known ?? { task, rounds: [], cancel: () => undefined };
      next.set(nameOf(task), followed);
      if (!known) this.#plan(followed, 1);
    }
    for (const [name, { cancel }] of this.#followed) if (!next.has(name)) cancel();
    this.#followed = next;
  }

  results(): VantageResult[] {
    const now = this.#process.monotonic();
    if (now > this.#validUntil) return [];
    return [...this.#followed.values()].flatMap(({ task: { target, epoch }, rounds }) => {
      const newest = rounds.at(-1);
      if (newest === undefined || now - newest.startedAt > VANTAGE.stale) return [];
      return [{ target, epoch, verdict: judgeVantage(rounds), askedAgoMs: now - newest.startedAt }];
    });
  }

  news(): string {
    return this.results()
      .filter(({ verdict }) => verdict.verdict !== 'pending')
      .map(({ target, epoch, verdict }) => `${target} ${epoch} ${verdict.verdict}`)
      .join(', ');
  }

  #plan(followed: Followed, ms: number): void {
    followed.cancel = this.#process.setTimer(ms, () => this.#round(followed));
  }

  #round(followed: Followed): void {
    const now = this.#process.monotonic();
    // Nobody has said for too long that it is still to be asked.
    if (now > this.#validUntil) return this.#plan(followed, VANTAGE.stale);
    const before = this.news();
    const target = this.#world.machine(followed.task.target);
    const apart = this.#world.network.isolates(this.#machine.id) || this.#world.network.isolates(target.id);
    const verdict = apart ? noData('no_answer', 'Nothing.') : target.daemon.answer('another');
    if (verdict.verdict === 'fail') this.#world.count('another host found wrong answers');
    followed.rounds = addVantageRound(followed.rounds, { startedAt: now, verdict });
    if (this.news() !== before) this.#onNews();
    return this.#plan(followed, vantagePace(followed.rounds));
  }
}
