import type { Measures } from '@breakwater/shared';
import type { Answer } from '../../services/agent/src/core/answer.ts';
import {
  addSamples,
  isSteady,
  type Measured,
  MEASURING,
  measuresOf,
} from '../../services/agent/src/core/measuring.ts';
import type { Memory } from '../../services/agent/src/core/memory.ts';
import type { Level } from '../../services/agent/src/core/world.ts';
import { kindAt } from './behaviour.ts';
import type { Machine, World } from './interfaces.ts';
import type { Process } from './timeline.ts';

const QUESTIONS = 5;
const SLOWER = 20;

/** Measures the host's own daemon as the agent does, with the agent's own rule for what of it counts. */
export class SimulatedMeasurer {
  #measured: Measured | null = null;
  #level: Level | null = null;
  #armed = false;
  readonly #world: World;
  readonly #process: Process;
  readonly #machine: Machine;

  constructor(world: World, machine: Machine, process: Process) {
    this.#world = world;
    this.#machine = machine;
    this.#process = process;
  }

  follow(level: Level): void {
    this.#level = level;
    this.#arm();
  }

  /** What was measured lately of what is live; nothing where that is nothing. */
  measures(): { measures?: Measures } {
    const measured = this.#measured?.generation === this.#machine.live ? this.#measured : null;
    const measures = measuresOf(measured, this.#process.monotonic());
    return measures === undefined ? {} : { measures };
  }

  #isAsked(): boolean {
    const { assignment, validUntil } = this.#level ?? { assignment: null, validUntil: 0 };
    return assignment?.measure === true && this.#process.monotonic() <= validUntil;
  }

  #arm(): void {
    if (this.#armed || !this.#isAsked()) return;
    this.#armed = true;
    this.#process.setTimer(MEASURING.every, () => {
      this.#armed = false;
      this.#round(this.#machine.agent?.memory ?? null);
      this.#arm();
    });
  }

  #round(memory: Memory | null): void {
    if (memory === null || !isSteady(memory)) return;
    const answers = Array.from({ length: QUESTIONS }, () => this.#answer());
    this.#measured = addSamples(this.#measured, this.#machine.live, answers, this.#process.monotonic());
  }

  #answer(): Answer {
    const { random } = this.#world;
    const { daemon, id } = this.#machine;
    const usual = random.between(10, 30) / 10;
    if (daemon.runs === null || daemon.answer('itself').verdict !== 'pass')
      return { kind: 'none', cause: 'timeout', latencyMs: usual };
    const costly = kindAt(this.#world.behaviourOf(daemon.runs), id) === 'costly';
    const latencyMs = costly ? usual * SLOWER : usual;
    const flags = { aa: true, ad: false, ra: false, tc: false };
    return { kind: 'answer', rcode: 'NOERROR', ...flags, answers: [], serial: 1, nsid: null, latencyMs };
  }
}
