import type { HostId } from '@breakwater/shared';

/** What one orchestrator tells all of them: which hosts have a new assignment, and that the log has grown. */
export interface Signal {
  hosts: HostId[];
  head: number;
}

/** Carries signals between orchestrators, at most once: whoever misses one sees it at the next poll or look. */
export interface Wakeups {
  publish(signal: Signal): Promise<void>;
  /** @returns a function that ends the subscription. */
  subscribe(listener: (signal: Signal) => void): () => void;
  close(): Promise<void>;
}
