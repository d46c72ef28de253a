import type {
  Deliver,
  Look,
  PageQueue,
  WakeUp,
  WaveQueue,
} from '../../services/orchestrator/src/adapters/queue/interface.ts';
import type { Random } from '../../services/agent/src/testing/random.ts';
import type { Process, Timeline } from './timeline.ts';

/** How long a job belongs to a worker that died before another one takes it. */
const STALLED_MS = 5000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

/** Whoever may be handed a job. */
interface Worker {
  process: Process;
  look: Look;
  deliver: Deliver;
}

interface Job {
  at: number;
  /** Runs the job on a worker; `null` ends it, a number has it run again so many milliseconds later. */
  run: (worker: Worker) => Promise<number | null>;
  cancel: () => void;
  busy: boolean;
}

/**
 * The queues of all orchestrators: any of them may be handed a job, at least once. What is in here may vanish at any
 * time, and nothing but a few seconds may be lost by it.
 */
export class QueueServer {
  down = false;
  /** Everybody who may be handed a job. */
  workers: () => readonly Worker[] = () => [];
  readonly #jobs = new Map<string, Job>();
  readonly #timeline: Timeline;
  readonly #random: Random;

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** Every `bull:*` key is deleted. */
  clear(): void {
    for (const job of this.#jobs.values()) job.cancel();
    this.#jobs.clear();
  }

  /** The queues as one orchestrator has them; its wall clock says when. */
  clientOf(worker: Worker): { waves: WaveQueue; pages: PageQueue } {
    const waves: WaveQueue = {
      wakeAt: async (wakeUp, at) => this.#plan(nameOf(wakeUp), at - worker.process.now(), look(wakeUp)),
      depth: async () => ({ delayed: this.size }),
      close: async () => undefined,
    };
    const pages: PageQueue = {
      deliver: async (id) => {
        if (!this.#jobs.has(id)) this.#plan(id, 0, delivery(id));
      },
      close: async () => undefined,
    };
    return { waves, pages };
  }

  #plan(name: string, inMs: number, run: Job['run']): void {
    if (this.down) throw new Error('the queue is down');
    const at = this.#timeline.now + Math.max(0, inMs);
    const known = this.#jobs.get(name);
    if (known && (known.busy || known.at <= at)) return;
    known?.cancel();
    this.#arm(name, { at, run, busy: false, cancel: () => undefined });
  }

  #arm(name: string, job: Job): void {
    this.#jobs.set(name, job);
    job.cancel = this.#timeline.after(job.at - this.#timeline.now, () => this.#hand(name, job));
  }

  /** Hands a job to one that runs. Whoever dies with it lets it stall, and it comes again. */
  #hand(name: string, job: Job): void {
    const able = this.workers().filter((worker) => worker.process.runs);
    const again = (ms: number): void => {
      if (this.#jobs.get(name) !== job) return;
      job.cancel();
      this.#arm(name, { ...job, at: this.#timeline.now + ms, busy: false });
    };
    if (able.length === 0 || this.down) return again(STALLED_MS);
    const worker = this.#random.pick(able);
    job.busy = true;
    job.cancel = this.#timeline.after(STALLED_MS, () => again(0));
    const ended = (next: number | null): void => {
      if (worker.process.dead || this.#jobs.get(name) !== job) return;
      if (next !== null) return again(next);
      job.cancel();
      this.#jobs.delete(name);
    };
    job.run(worker).then(ended, () => ended(STALLED_MS));
  }
}

const nameOf = ({ rollout, part }: WakeUp): string => `${rollout} ${part}`;

function look(wakeUp: WakeUp): Job['run'] {
  return async (worker) => {
    const next = await worker.look(wakeUp);
    return next === null ? null : next - worker.process.now();
  };
}

function delivery(id: string): Job['run'] {
  let tries = 0;
  return async (worker) => {
    try {
      await worker.deliver(id);
      return null;
    } catch {
      tries += 1;
      return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (tries - 1));
    }
  };
}
