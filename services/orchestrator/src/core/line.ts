import type { OperatorName } from '@breakwater/shared';

/** Whether any rollout may take a further host. A stopped line holds for all of them, emergencies included. */
export interface Line {
  stopped: boolean;
  by: OperatorName | null;
  reason: string | null;
  since: number | null;
}

export const RUNNING_LINE: Line = { stopped: false, by: null, reason: null, since: null };
