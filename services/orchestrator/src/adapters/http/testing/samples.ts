import { bundleDigest, manifestOf, parse, pass, pending, Strategy, Submission } from '@breakwater/shared';
import type { LoggedEvent } from '../../../core/event.ts';
import type { HostRow, Rollout, Wave } from '../../../core/rollout.ts';
import type { HostView } from '../interface.ts';

/** 2026-01-01T00:00:00Z. */
export const T0 = Date.UTC(2026, 0, 1);

export const FILES = { 'all/named.conf': 'options { recursion no; };\n' };
export const BUNDLE = bundleDigest(manifestOf(FILES));

export const SUBMISSION = {
  title: 'Let ams and fra resolve each other',
  reason: 'They cannot today.',
  bundle: { files: FILES },
  strategy: { canary: { soak: '30s' } },
} as const;

export function sampleRow(id: string, changes: Partial<HostRow> = {}): HostRow {
  return {
    id: id as HostRow['id'],
    datacenter: 'ams' as HostRow['datacenter'],
    groups: [],
    state: 'pending',
    since: T0,
    verdict: null,
    epoch: 0,
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

export function sampleWave(kind: Wave['kind'], hosts: readonly string[], changes: Partial<Wave> = {}): Wave {
  return {
    kind,
    datacenter: null,
    state: 'pending',
    hosts: hosts as Wave['hosts'],
    soakMs: 30_000,
    startedAt: null,
    pausedMs: 0,
    held: null,
    approvedBy: null,
    ...changes,
  };
}

/** A running rollout over ns1.ams (the canary) and ns2.ams. */
export function sampleRollout(changes: Partial<Rollout> = {}): Rollout {
  const rows = [sampleRow('ns1.ams'), sampleRow('ns2.ams')];
  return {
    id: 'r-1' as Rollout['id'],
    title: SUBMISSION.title,
    reason: SUBMISSION.reason,
    ticket: null,
    submittedBy: 'sue' as Rollout['submittedBy'],
    createdAt: T0,
    bundle: BUNDLE,
    strategy: parse(Strategy, {}),
    checks: [],
    expect: parse(Submission, SUBMISSION).expect,
    named: [],
    targets: {},
    emergency: null,
    replaces: null,
    queued: false,
    catchUpOf: null,
    state: 'running',
    since: T0,
    pausedFrom: null,
    verdict: pending('waiting', 'The canary wave has begun.'),
    haltedBy: null,
    waves: [
      sampleWave('canary', ['ns1.ams']),
      sampleWave('datacenter', ['ns2.ams'], { datacenter: 'ams' as Wave['datacenter'] }),
    ],
    hosts: Object.fromEntries(rows.map((row) => [row.id, row])) as Rollout['hosts'],
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

export function sampleHost(id: string, changes: Partial<HostView> = {}): HostView {
  return {
    id: id as HostView['id'],
    datacenter: 'ams' as HostView['datacenter'],
    groups: [],
    labels: {},
    availability: 'healthy',
    heardAt: T0,
    unwell: null,
    drift: null,
    busy: false,
    drained: false,
    address: '192.0.2.1',
    port: 53,
    status: {
      generation: BUNDLE,
      lastKnownGood: BUNDLE,
      epoch: 3,
      daemon: { running: true, pid: 42, restarts: 0 },
      drift: null,
      health: pass('answers', 'Every question was answered as expected.'),
      zones: 2,
    },
    rollout: null,
    desired: BUNDLE,
    order: null,
    ...changes,
  };
}

/** A log made of what happened, a second apart. The chain's hashes are not worked out. */
export function sampleLog(...events: Record<string, unknown>[]): LoggedEvent[] {
  return events.map(
    (event, i) =>
      ({
        seq: i + 1,
        at: T0 + (i + 1) * 1000,
        rollout: 'r-1',
        prev: 'a'.repeat(64),
        hash: 'b'.repeat(64),
        ...event,
      }) as unknown as LoggedEvent,
  );
}
