import type { Metrics } from './interface.ts';

/** What was counted and timed, to be looked at. */
export class MemoryMetrics implements Metrics {
  readonly halts: number[] = [];
  readonly deliveries: { channel: string; outcome: 'accepted' | 'failed' | 'refused' }[] = [];
  decisions = 0;
  conflicts = 0;

  halted(seconds: number): void {
    this.halts.push(seconds);
  }

  decided(): void {
    this.decisions += 1;
  }

  conflicted(): void {
    this.conflicts += 1;
  }

  paged(channel: string, outcome: 'accepted' | 'failed' | 'refused'): void {
    this.deliveries.push({ channel, outcome });
  }

  stored(): void {}
}
