import type { DomainEvent } from '../../services/orchestrator/src/core/event.ts';
import type { HostRow, Rollout } from '../../services/orchestrator/src/core/rollout.ts';
import type { StoredToken } from '../../services/orchestrator/src/core/token.ts';
import type { Commit, RolloutWrite, Head } from '../../services/orchestrator/src/adapters/store/interface.ts';
import { chain } from '../../services/orchestrator/src/runtime/chain.ts';
import {
  type DatacenterName,
  type Digest,
  type HostId,
  type OperatorName,
  type Page,
  pending,
  type RolloutId,
  Strategy,
} from '@breakwater/shared';

export const ADA = 'ada' as OperatorName;
export const host = (name: string): HostId => name as HostId;
export const digest = (letter: string): Digest => letter.repeat(64) as Digest;
export const quiet = { info: () => undefined, warn: () => undefined };

/** A token of somebody who may stop things in ams. */
export function token(id: string): StoredToken {
  return {
    id: id as StoredToken['id'],
    name: ADA,
    role: 'responder',
    scope: { datacenters: ['ams' as DatacenterName] },
    sha256: digest('d'),
    reason: 'a test',
    createdAt: 1000,
    createdBy: ADA,
    expiresAt: null,
  };
}

/** A row of a host to which nothing has happened yet. */
export function row(name: string, changes: Partial<HostRow> = {}): HostRow {
  return {
    id: host(name),
    datacenter: 'ams' as DatacenterName,
    groups: [],
    state: 'pending',
    since: 1000,
    verdict: null,
    epoch: 1,
    grantedAt: null,
    taken: false,
    soaked: false,
    confirming: false,
    changed: false,
    failure: null,
    answers: [],
    released: null,
    wrong: [],
    heard: null,
    ...changes,
  };
}

/** A rollout of one wave over some hosts. */
function rolloutOf(number: number, hosts: readonly string[], changes: Partial<Rollout> = {}): Rollout {
  return {
    id: `r-${number}` as RolloutId,
    title: 'Let ams and fra resolve each other – größer',
    reason: 'NET-1234',
    ticket: null,
    submittedBy: ADA,
    createdAt: 1000,
    bundle: digest('a'),
    strategy: Strategy.parse({}),
    checks: [],
    expect: { noChange: false, zonesRemoved: [] },
    named: [],
    targets: {},
    emergency: null,
    replaces: null,
    queued: false,
    catchUpOf: null,
    state: 'running',
    since: 1000,
    pausedFrom: null,
    verdict: pending('running', 'The canary is on its way.'),
    haltedBy: null,
    waves: [
      {
        kind: 'canary',
        datacenter: null,
        state: 'running',
        hosts: hosts.map(host),
        soakMs: 1000,
        startedAt: 1000,
        pausedMs: 0,
        held: null,
        approvedBy: null,
      },
    ],
    hosts: Object.fromEntries(hosts.map((name) => [host(name), row(name)])),
    vantage: {},
    gates: {},
    detectedAt: null,
    haltedAt: null,
    pagedAt: null,
    pages: 0,
    lastPageAt: null,
    openPages: [],
    ...changes,
  };
}

export const submitted = (rollout: Rollout): DomainEvent => ({
  type: 'rollout.submitted',
  rollout: rollout.id,
  by: ADA,
  title: rollout.title,
  reason: rollout.reason,
  hosts: Object.keys(rollout.hosts).length,
});

export const lineStopped = (reason: string): DomainEvent => ({ type: 'line.stopped', by: ADA, reason });

export function page(id: string, at = '2026-01-01T00:00:00.000Z'): Page {
  return {
    id,
    dedupKey: 'r-1:1',
    severity: 'critical',
    status: 'firing',
    summary: 'halted',
    rollout: 'r-1',
    code: 'canary_failed',
    reason: 'ns1 answers REFUSED',
    decide: 'POST /v1/rollouts/r-1/rollback',
    at,
  };
}

/** A commit on top of a head. */
export function write(
  head: Head,
  event: DomainEvent,
  rest: Omit<Commit, 'expected' | 'events'> = {},
): Commit {
  return { expected: head, events: chain(head, [event], 1000), ...rest };
}

/** A submission on top of a head: the rollout's number is that of its first event. */
export function submission(head: Head, hosts: readonly string[]): Commit & { rollouts: [RolloutWrite] } {
  const after = rolloutOf(head.seq + 1, hosts);
  return { ...write(head, submitted(after)), rollouts: [{ before: null, after, live: true }] };
}
