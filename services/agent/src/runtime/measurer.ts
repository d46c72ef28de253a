import { type Digest, type Measures, sleep } from '@breakwater/shared';
import {
  addSamples,
  isSteady,
  type Measured,
  MEASURING,
  measuresOf,
  measuringQuestions,
} from '../core/measuring.ts';
import type { Memory } from '../core/memory.ts';
import type { Level } from '../core/world.ts';
import { askAll } from './ask-all.ts';
import type { Follower } from './link.ts';
import type { Outside } from './outside.ts';
import { Wakeup } from './wakeup.ts';
import { Zones } from './zones.ts';

type Around = Pick<Outside, 'clock' | 'dns' | 'log' | 'generations' | 'checker'>;

/**
 * Measures the host's own daemon while its rollout compares hosts, beside the agent's own work: it shares nothing with it,
 * decides nothing, and what it cannot do is only not measured.
 */
export class Measurer {
  #measured: Measured | null = null;
  #level: Level | null = null;
  #failing = false;
  readonly #wakeup = new Wakeup();
  readonly #zones: Zones;
  readonly #outside: Around;
  readonly #memory: () => Memory;

  /** @param memory what the agent's journal says */
  constructor(outside: Around, memory: () => Memory) {
    this.#outside = outside;
    this.#memory = memory;
    this.#zones = new Zones(outside);
  }

  /** Takes what the orchestrator said last; it holds as long as its lease. */
  follow(level: Level): void {
    this.#level = level;
    if (this.#isAsked()) this.#wakeup.wake();
  }

  /** What was measured lately of what is live; `undefined` when that is nothing. */
  measures(live: Digest | null): Measures | undefined {
    const measured = this.#measured?.generation === live ? this.#measured : null;
    return measuresOf(measured, this.#outside.clock.monotonic());
  }

  /** Goes on until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#outside;
    while (!signal.aborted) {
      if (!this.#isAsked()) {
        await this.#wakeup.sleep(clock, MEASURING.window, signal);
        continue;
      }
      const startedAt = clock.monotonic();
      await this.#round(signal);
      await sleep(clock, Math.max(1, startedAt + MEASURING.every - clock.monotonic()), signal);
    }
  }

  #isAsked(): boolean {
    const { assignment, validUntil } = this.#level ?? { assignment: null, validUntil: 0 };
    return assignment?.measure === true && this.#outside.clock.monotonic() <= validUntil;
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { generations, clock, log } = this.#outside;
    try {
      const live = await generations.live();
      if (live === null || !isSteady(this.#memory())) return;
      const questions = measuringQuestions(await this.#zones.of(live));
      const asked = questions.map((question) => ({ question, tries: 1 }));
      const at = clock.monotonic();
      const answers = await askAll(asked, this.#outside, { signal, silentAfterMs: null });
      // A change in the middle of a round: nobody knows which of the two has answered.
      if (signal.aborted || !isSteady(this.#memory()) || (await generations.live()) !== live) return;
      this.#measured = addSamples(this.#measured, live, answers, at);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) log.warn({ err: error }, 'the daemon could not be measured');
      this.#failing = true;
    }
  }
}

/** The agent as the link needs it, with what it measures in its status. */
export function measuring(agent: Follower, measurer: Measurer): Follower {
  return {
    get memory() {
      return agent.memory;
    },
    status() {
      const status = agent.status();
      const measures = measurer.measures(status.generation);
      return measures === undefined ? status : { ...status, measures };
    },
    follow(level) {
      agent.follow(level);
      measurer.follow(level);
    },
  };
}
