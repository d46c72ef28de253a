import type { HostId, Report } from '@breakwater/shared';
import type { Command } from './commands.ts';
import type { Measurement } from './gates.ts';

/** What a rollout may have to react to. `look` is the passing of time, and news about the fleet. */
export type Input =
  | { type: 'look' }
  | { type: 'reports'; host: HostId; journal: string; reports: readonly Report[] }
  | { type: 'command'; command: Command }
  | { type: 'measured'; measurement: Measurement }
  | { type: 'pageDelivered'; page: string; dedupKey: string; channel: string | null };
