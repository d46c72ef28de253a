import type { OperatorName } from '@breakwater/shared';

/** What a person has ordered of one host, beside any rollout. */
export interface HostOrder {
  /** `drained`: no rollout takes it until it is undrained. `removed`: it is no part of the fleet any more. */
  kind: 'drained' | 'removed';
  by: OperatorName;
  reason: string;
  /** Wall-clock milliseconds. */
  since: number;
}
