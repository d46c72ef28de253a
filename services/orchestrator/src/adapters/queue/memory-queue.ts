import type { Deliver, Look, PageQueue, WakeUp, WaveQueue } from './interface.ts';

/** Wake-ups in memory. Nothing runs by itself: a test lets the jobs that are due look. */
export class MemoryWaveQueue implements WaveQueue {
  /** What everything that asks the queue is refused with. */
  failure: Error | null = null;
  /** The jobs, each with the wall-clock time of its next look. */
  readonly jobs: { wakeUp: WakeUp; at: number }[] = [];

  async wakeAt(wakeUp: WakeUp, at: number): Promise<void> {
    if (this.failure) throw this.failure;
    const same = ({ wakeUp: { rollout, part } }: { wakeUp: WakeUp }): boolean =>
      rollout === wakeUp.rollout && part === wakeUp.part;
    const job = this.jobs.find(same);
    if (job) job.at = Math.min(job.at, at);
    else this.jobs.push({ wakeUp, at });
  }

  async depth(): Promise<Record<string, number>> {
    return { delayed: this.jobs.length };
  }

  async close(): Promise<void> {
    this.jobs.length = 0;
  }

  /** Lets every job look that is due, once; it sleeps until its next look, or is over. */
  async run(now: number, look: Look): Promise<void> {
    const due = this.jobs.filter((job) => job.at <= now);
    for (const { wakeUp } of due) {
      this.jobs.splice(
        this.jobs.findIndex((job) => job.wakeUp === wakeUp),
        1,
      );
      const next = await look(wakeUp);
      if (next !== null) await this.wakeAt(wakeUp, next);
    }
  }
}

/** Deliveries of pages in memory. A test lets them be tried. */
export class MemoryPageQueue implements PageQueue {
  /** What everything that asks the queue is refused with. */
  failure: Error | null = null;
  /** Ids of the pages that are to be delivered. */
  readonly jobs = new Set<string>();

  async deliver(pageId: string): Promise<void> {
    if (this.failure) throw this.failure;
    this.jobs.add(pageId);
  }

  async close(): Promise<void> {
    this.jobs.clear();
  }

  /** Tries every delivery once. @returns why those that stay in the queue have failed. */
  async run(deliver: Deliver): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const page of this.jobs) {
      try {
        await deliver(page);
        this.jobs.delete(page);
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }
}
