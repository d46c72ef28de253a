import type { RolloutId } from '@breakwater/shared';
import type { GroupDiff } from '../../../core/bundle-diff.ts';
import type { LatencyPoint } from '../../../core/latency-series.ts';
import type { Rollout } from '../../../core/rollout.ts';
import { ENDED } from '../../../core/transitions.ts';
import type { Planned } from '../../calendar/interface.ts';
import type { PageView, Sights } from '../interface.ts';

/** Sights in memory, over the rollouts of the operations that they stand beside; they fail when those do. */
export class FakeSights implements Sights {
  sentPages: PageView[] = [];
  planned: Planned | null = null;
  points: LatencyPoint[] = [];
  groups: GroupDiff[] = [];
  /** When set, making a diff throws it. */
  diffFault: Error | null = null;
  readonly #operations: { store: ReadonlyMap<string, Rollout>; fault: Error | null };

  constructor(operations: { store: ReadonlyMap<string, Rollout>; fault: Error | null }) {
    this.#operations = operations;
  }

  #check(): void {
    if (this.#operations.fault !== null) throw this.#operations.fault;
  }

  async live() {
    this.#check();
    return [...this.#operations.store.values()].filter(({ state }) => !ENDED.includes(state)).toReversed();
  }

  async pages() {
    this.#check();
    return this.sentPages;
  }

  nextFreeze() {
    return this.planned;
  }

  latencies(_rollout: RolloutId) {
    return this.points;
  }

  async diff(_rollout: Rollout) {
    this.#check();
    if (this.diffFault !== null) throw this.diffFault;
    return this.groups;
  }
}
