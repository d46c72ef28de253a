/** What one orchestrator counts and times itself. Rollouts, hosts and operators are never labels: their number has no bound. */
export interface Metrics {
  /** Seconds from the first sign of a failure to the durable halt. */
  halted(seconds: number): void;
  /** Seconds that one decision took, saving included. */
  decided(seconds: number): void;
  /** A decision was made again because somebody else had written first. */
  conflicted(): void;
  /** A pager took a page, did not, or will never take it. */
  paged(channel: string, outcome: 'accepted' | 'failed' | 'refused'): void;
  /** Seconds that the store took to answer, or to fail. */
  stored(operation: 'snapshot' | 'commit', seconds: number): void;
}
