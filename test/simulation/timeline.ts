import type { Clock } from '@breakwater/shared';

interface Planned {
  at: number;
  order: number;
  act: (() => void) | null;
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/**
 * The one queue of everything that is going to happen, in the order of simulated time; what falls due together happens in
 * the order in which it was planned. After each event every promise that can settle does, before the next one begins: so a
 * run depends on nothing but its seed.
 */
export class Timeline {
  now = 0;
  events = 0;
  readonly #heap: Planned[] = [];
  #planned = 0;

  /** @returns a function that cancels it. */
  after(ms: number, act: () => void): () => void {
    const planned: Planned = { at: this.now + Math.max(0, ms), order: this.#planned, act };
    this.#planned += 1;
    this.#push(planned);
    return () => {
      planned.act = null;
    };
  }

  /** Lets everything happen until `end`; `afterEach` is called once everything that an event led to has settled. */
  async run(end: number, afterEach: () => void): Promise<void> {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > end) break;
      this.#pop();
      if (next.act === null) continue;
      this.now = Math.max(this.now, next.at);
      next.act();
      this.events += 1;
      await settled();
      afterEach();
    }
    this.now = Math.max(this.now, end);
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(planned);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(planned, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = planned;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Simulated wall clocks begin here. */
export const EPOCH = 1_760_000_000_000;

/**
 * One process or machine, and the time that it sees. Once it is dead nothing of it ever happens again; while it is
 * stopped, what should happen waits, as after SIGSTOP.
 */
export class Process implements Clock {
  dead = false;
  /** How far its wall clock is ahead. */
  wallAhead = 0;
  readonly timeline: Timeline;
  readonly #zero: number;
  #held: (() => void)[] | null = null;

  /** @param zero the simulated time at which its monotonic clock began. */
  constructor(timeline: Timeline, zero: number) {
    this.timeline = timeline;
    this.#zero = zero;
  }

  get stopped(): boolean {
    return this.#held !== null;
  }

  /** Whether it does anything at this moment. */
  get runs(): boolean {
    return !this.dead && this.#held === null;
  }

  now(): number {
    return EPOCH + this.timeline.now + this.wallAhead;
  }

  monotonic(): number {
    return this.timeline.now - this.#zero;
  }

  setTimer(ms: number, callback: () => void): () => void {
    let over = false;
    const cancel = this.timeline.after(ms, () => this.do(() => !over && callback()));
    return () => {
      over = true;
      cancel();
    };
  }

  /** Has it do something: now, when it goes on, or never. */
  do(act: () => void): void {
    if (this.dead) return;
    if (this.#held) this.#held.push(act);
    else act();
  }

  /** What somebody else answers it; whoever is dead is never answered. */
  hear<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => this.do(() => resolve(value)),
        (error: unknown) => this.do(() => reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  }

  stop(): void {
    this.#held ??= [];
  }

  /** Goes on. Each thing that waited is an event of its own, as when the operating system hands them out. */
  resume(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const act of held) this.timeline.after(0, () => this.do(act));
  }
}
