import type { DatacenterName, HostId, Strategy, Targets, WaveKind } from '@breakwater/shared';

/** A wave as it is planned. */
export interface PlannedWave {
  kind: WaveKind;
  /** Set for `datacenter` waves. */
  datacenter: DatacenterName | null;
  hosts: readonly HostId[];
  soakMs: number;
}

export interface Plan {
  waves: readonly PlannedWave[];
  /** What a person should know before starting; none of it stops the rollout. */
  warnings: readonly string[];
}

/** What is asked for, as far as the plan depends on it. */
export interface PlanRequest {
  targets: Targets;
  strategy: Strategy;
  maxHosts: number | undefined;
  /** It may take hosts that are unhealthy, and so repair them. */
  emergency: boolean;
}
