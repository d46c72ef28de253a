import type { DatacenterName, GroupName, HostId, Labels, Verdict } from '@breakwater/shared';

/** Whether a host may be counted on. No fresh word from it means `unknown`, and unknown is never healthy. */
export type Availability = 'healthy' | 'unhealthy' | 'unknown';

/** A host as it was enrolled: who it is and where its name server answers. */
export interface EnrolledHost {
  id: HostId;
  datacenter: DatacenterName;
  /** IP literal of the service address. */
  address: string;
  port: number;
  groups: readonly GroupName[];
  labels: Labels;
}

/** One host as decisions see it. */
export interface FleetHost extends Omit<EnrolledHost, 'address' | 'port'> {
  availability: Availability;
  /** When anything was last heard from its agent, or `null`. */
  heardAt: number | null;
  /** Since when its status has not called it well, and what it says now; `null` while it is well or was never heard. */
  unwell: { since: number; verdict: Verdict } | null;
  /** What somebody else than the agent changed of what is live there, in words; `null` when nothing is known of any. */
  drift: string | null;
  /** A person has taken it out of service: no rollout takes it. */
  drained: boolean;
  /** In flight for some other rollout than the one that is being decided. */
  busy: boolean;
}

/** The fleet at one moment, by host id. */
export type Fleet = ReadonlyMap<HostId, FleetHost>;
