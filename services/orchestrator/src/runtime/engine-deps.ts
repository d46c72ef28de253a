import type { Clock } from '@breakwater/shared';
import type { Logger } from 'pino';
import type { Calendar } from '../adapters/calendar/interface.ts';
import type { EnrolmentSource, NewToken } from '../adapters/identities/interface.ts';
import type { Metrics } from '../adapters/metrics/interface.ts';
import type { PageQueue, WaveQueue } from '../adapters/queue/interface.ts';
import type { Store } from '../adapters/store/interface.ts';
import type { TextDiff } from '../adapters/text-diff/interface.ts';
import type { Wakeups } from '../adapters/wakeups/interface.ts';
import type { Limits } from '../core/limits.ts';
import type { FleetWatch } from './fleet-watch.ts';
import type { StoreGuard } from './store-guard.ts';
import type { StoreTrust } from './store-trust.ts';

/** What the engine and everything around it work with. */
export interface EngineDeps {
  store: Store;
  watch: FleetWatch;
  guard: StoreGuard;
  trust: StoreTrust;
  queues: () => { waves: WaveQueue; pages: PageQueue };
  wakeups: Wakeups;
  metrics: Metrics;
  clock: Clock;
  textDiff: TextDiff;
  log: Logger;
  repageEveryMs: number;
  /** Whether there is a Prometheus that gates can ask. */
  hasMetrics: boolean;
  /** What no submission may go beyond. */
  limits: Limits;
  calendar: Calendar;
  enrolment: EnrolmentSource;
  /** The text of a new token, which nobody can guess. */
  newToken: NewToken;
}
