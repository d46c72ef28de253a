import {
  type DatacenterName,
  type Digest,
  type GroupName,
  type HostId,
  type OperatorName,
  RolloutId,
  Submission,
} from '@breakwater/shared';
import type { Availability, Fleet, FleetHost } from '../fleet.ts';
import { newRollout } from '../new-rollout.ts';
import { plan } from '../plan.ts';
import type { Rollout } from '../rollout.ts';

/** A host such as `ns1.ams`, healthy and just heard of unless told otherwise. */
export function host(id: string, change: Partial<FleetHost> = {}): FleetHost {
  const datacenter = id.split('.')[1] ?? 'ams';
  return {
    id: id as HostId,
    datacenter: datacenter as DatacenterName,
    groups: [],
    labels: {},
    availability: 'healthy',
    heardAt: 0,
    unwell: null,
    drift: null,
    busy: false,
    drained: false,
    ...change,
  };
}

export function fleetOf(...hosts: readonly FleetHost[]): Map<HostId, FleetHost> {
  return new Map(hosts.map((one) => [one.id, one]));
}

/** A fleet of `perDatacenter` hosts in each datacenter: ns1.ams, ns2.ams, …, ns1.fra, … */
export function evenFleet(datacenters: readonly string[], perDatacenter: number): Map<HostId, FleetHost> {
  const numbers = Array.from({ length: perDatacenter }, (_, index) => index + 1);
  return fleetOf(...datacenters.flatMap((name) => numbers.map((n) => host(`ns${n}.${name}`))));
}

export function withAvailability(
  fleet: Fleet,
  id: string,
  availability: Availability,
): Map<HostId, FleetHost> {
  return new Map([...fleet].map(([key, one]) => [key, key === id ? { ...one, availability } : one]));
}

export const group = (name: string): GroupName => name as GroupName;

const BUNDLE = { digest: 'a'.repeat(64) };

/** A submission of the given strategy, valid in every other respect. */
export function submissionOf(change: Record<string, unknown> = {}): Submission {
  return Submission.parse({ title: 'a change', reason: 'a test', bundle: BUNDLE, ...change });
}

/** A planned rollout over a fleet. @throws when the plan is refused. */
export function rolloutOver(fleet: Fleet, change: Record<string, unknown> = {}, now = 0): Rollout {
  const submission = submissionOf(change);
  const planned = plan(
    { ...submission, maxHosts: undefined, emergency: submission.emergency !== null },
    fleet,
  );
  if ('faults' in planned) throw new Error(planned.faults.map((fault) => fault.message).join('; '));
  const id = RolloutId.parse('r-1');
  const birth = {
    id,
    submission,
    bundle: BUNDLE.digest as Digest,
    plan: planned,
    by: 'sam' as OperatorName,
    replaces: null,
    epoch: 1,
    now,
  };
  return newRollout(birth, fleet);
}
