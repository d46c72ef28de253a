import type { Clock } from '@breakwater/shared';
import type { Life } from './simulated-disk.ts';

/** A call of an adapter, as whoever watches it sees it. */
export interface Call {
  /** Such as `journal.append applying` or `generations.switchTo`. */
  step: string;
  when: 'before' | 'after';
}

/** Methods that answer at once, without a promise. */
const AT_ONCE = new Set<string | symbol>(['records', 'pathOf', 'last', 'describe']);

const forever = (): Promise<never> => new Promise(() => undefined);

/**
 * An adapter as one process sees it: after that process is dead nothing is done for it, and nothing that it waits
 * for comes. `onCall` is told of every call, and may end the life before or after it.
 */
export function within<T extends object>(
  life: Life,
  name: string,
  adapter: T,
  onCall: (call: Call) => void = () => undefined,
): T {
  return new Proxy(adapter, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || AT_ONCE.has(key)) {
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      }
      return async (...given: unknown[]) => {
        if (life.dead) return forever();
        const step = `${name}.${String(key)}${detailOf(given[0])}`;
        onCall({ step, when: 'before' });
        if (life.dead) return forever();
        try {
          const result: unknown = await (value.apply(target, given) as unknown);
          if (!life.dead) onCall({ step, when: 'after' });
          return life.dead ? await forever() : result;
        } catch (error) {
          if (life.dead) return forever();
          throw error;
        }
      };
    },
  });
}

/** A journal entry is a step of its own kind. */
function detailOf(argument: unknown): string {
  if (typeof argument !== 'object' || argument === null || !('type' in argument)) return '';
  return typeof argument.type === 'string' && !('name' in argument) ? ` ${argument.type}` : '';
}

/**
 * The clock of one process or machine: its timers end with it. While it is paused they wait, as when a process is
 * stopped or its machine is too busy to run it. Monotonic time counts from the boot.
 */
export class LifeClock implements Clock {
  #paused: (() => void)[] | null = null;
  readonly #clock: Clock;
  readonly #life: { dead: boolean };
  readonly #bootedAt: number;

  constructor(clock: Clock, life: { dead: boolean }, bootedAt: number) {
    this.#clock = clock;
    this.#life = life;
    this.#bootedAt = bootedAt;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic() - this.#bootedAt;
  }

  setTimer(ms: number, callback: () => void): () => void {
    return this.#clock.setTimer(ms, () => {
      if (this.#life.dead) return;
      if (this.#paused) this.#paused.push(callback);
      else callback();
    });
  }

  pause(): void {
    this.#paused ??= [];
  }

  resume(): void {
    const due = this.#paused ?? [];
    this.#paused = null;
    for (const callback of due) if (!this.#life.dead) callback();
  }
}
