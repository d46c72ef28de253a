import type { Page, RolloutId } from '@breakwater/shared';
import type { GroupDiff } from '../../core/bundle-diff.ts';
import type { LatencyPoint } from '../../core/latency-series.ts';
import type { Rollout } from '../../core/rollout.ts';
import type { Planned } from '../calendar/interface.ts';

/** A page as people ask about it: was it sent, and has anybody taken it. */
export interface PageView {
  page: Page;
  /** Wall-clock milliseconds; `null` while nobody has taken it. */
  takenAt: number | null;
  /** Which channel took it; `null` while none has, or where none had to be told of a decision. */
  channel: string | null;
}

/** What the pages for people show beyond what the API answers. */
export interface Sights {
  /** Rollouts that are not settled, newest first: one that waits for a person is among them, however old it is. */
  live(): Promise<Rollout[]>;
  /** The newest pages that are known of, newest first; all that nobody has taken are among them. */
  pages(): Promise<PageView[]>;
  /** The freeze window that begins next, if any does within days. */
  nextFreeze(): Planned | null;
  /** How quickly hosts with and without the change answer, as far as this orchestrator has heard. */
  latencies(rollout: RolloutId): readonly LatencyPoint[];
  /** What the change makes of the files that are live on its hosts now. */
  diff(rollout: Rollout): Promise<readonly GroupDiff[]>;
}
