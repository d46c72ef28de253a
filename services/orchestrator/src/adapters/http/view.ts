import { type Gate, noData, type Strategy, type Verdict } from '@breakwater/shared';
import type { z } from 'zod';
import type { LoggedEvent } from '../../core/event.ts';
import { type HostRow, type Rollout, rowsOf, type Wave, waveName } from '../../core/rollout.ts';
import type { Watch } from '../../core/watch.ts';
import type { HostView, LineState, PlanAnswer } from './interface.ts';
import type { EventReply, HostReply, LineReply, PlanReply, RolloutReply } from './replies.ts';

/** Wall-clock milliseconds as people and programs read them. */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | null;
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** A duration as a submission would write it: exact, in the largest unit that divides it. */
export function durationText(ms: number): string {
  const units = [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const [unit, size] = units.find(([, candidate]) => ms > 0 && ms % candidate === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

function strategyView(strategy: Strategy): RolloutReply['strategy'] {
  const { canary, datacenters, global, applyDeadline, progressDeadline, confirmDeadline, gates, ...rest } =
    strategy;
  return {
    canary: { ...canary, soak: durationText(canary.soak) },
    datacenters: { ...datacenters, soak: durationText(datacenters.soak) },
    global: { soak: durationText(global.soak) },
    ...rest,
    applyDeadline: durationText(applyDeadline),
    progressDeadline: durationText(progressDeadline),
    confirmDeadline: durationText(confirmDeadline),
    gates: gates.map(gateView),
  };
}

function gateView(gate: Gate): Record<string, unknown> {
  const times = { every: durationText(gate.every), deadline: durationText(gate.deadline) };
  if (gate.kind === 'prometheus') return { ...gate, ...times };
  const { ratio, by } = gate.maxSlower;
  return { ...gate, ...times, maxSlower: { ratio, by: durationText(by) } };
}

/** A failure is shown for as long as it counts: that a host went back well does not undo why it had to. */
function rowView(
  { id, state, epoch, failure, verdict: last, since, released }: HostRow,
  watch: Watch | undefined,
): RolloutReply['waves'][number]['hosts'][number] {
  const verdict = failure ?? last;
  // Who could not tell and was replaced stays in the picture; what was said of an earlier attempt does not.
  const asked = watch?.epoch === epoch ? [...watch.letGo, ...watch.points] : [];
  const vantage = asked.map((point) => ({ host: point.host, verdict: point.verdict }));
  return {
    id,
    state,
    ...(verdict !== null && { verdict }),
    since: isoTime(since),
    ...(released !== null && { releasedTo: released }),
    ...(vantage.length > 0 && { vantage }),
  };
}

function waveView(rollout: Rollout, wave: Wave): RolloutReply['waves'][number] {
  const gates = rollout.gates[waveName(wave)] ?? [];
  return {
    kind: wave.kind,
    ...(wave.datacenter !== null && { datacenter: wave.datacenter }),
    state: wave.state,
    startedAt: isoTime(wave.startedAt),
    soakSeconds: wave.soakMs / 1000,
    approvedBy: wave.approvedBy,
    ...(gates.length > 0 && {
      gates: gates.map(({ gate, phase, verdict }) => ({ name: gate, phase, verdict })),
    }),
    hosts: rowsOf(rollout, wave).map((row) => rowView(row, rollout.vantage[row.id])),
  };
}

export function rolloutView(rollout: Rollout): RolloutReply {
  const { id, state, verdict, pausedFrom, title, reason, ticket, submittedBy, bundle } = rollout;
  return {
    id,
    state,
    since: isoTime(rollout.since),
    verdict,
    pausedFrom,
    title,
    reason,
    ticket,
    submittedBy,
    bundle,
    queued: rollout.queued,
    catchUpOf: rollout.catchUpOf,
    emergency: rollout.emergency && {
      incident: rollout.emergency.incident,
      expiresAt: isoTime(rollout.emergency.expiresAt),
    },
    createdAt: isoTime(rollout.createdAt),
    detectedAt: isoTime(rollout.detectedAt),
    haltedAt: isoTime(rollout.haltedAt),
    pagedAt: isoTime(rollout.pagedAt),
    strategy: strategyView(rollout.strategy),
    hostsTotal: Object.keys(rollout.hosts).length,
    waves: rollout.waves.map((wave) => waveView(rollout, wave)),
  };
}

export function planView(plan: PlanAnswer): z.infer<typeof PlanReply> {
  return {
    planDigest: plan.planDigest,
    bundle: plan.bundle,
    strategy: strategyView(plan.strategy),
    waves: plan.waves.map(({ kind, datacenter, hosts, soakMs }) => ({
      kind,
      ...(datacenter !== null && { datacenter }),
      hosts: [...hosts],
      soakSeconds: soakMs / 1000,
    })),
    diff: plan.diff.map((group) => ({ ...group, hosts: [...group.hosts], files: [...group.files] })),
    warnings: [...plan.warnings],
  };
}

/** The hash of an event is over its time in milliseconds: whoever verifies the chain turns `at` back first. */
export function eventView({ seq, at, type, prev, hash, ...fields }: LoggedEvent): EventReply {
  return { seq, at: isoTime(at), type, ...fields, prev, hash };
}

/** Old news is no news: what a silent host last said of its health is not shown as if it held. */
function healthView({ availability, heardAt, status }: HostView): Verdict {
  if (status === null || heardAt === null)
    return noData('not_seen', 'Nothing has been heard from its agent yet.');
  const { verdict } = status.health;
  // An agent that itself cannot tell is heard all the same.
  if (availability !== 'unknown' || (verdict !== 'pass' && verdict !== 'fail')) return status.health;
  return noData('not_heard', `Nothing has been heard from its agent since ${isoTime(heardAt)}.`);
}

/**
 * Somebody else has moved the managed root, or changed files below it: what is live is not what was confirmed, and no
 * change is under way.
 */
function hasDrifted({ status, busy }: HostView): boolean {
  if (status === null || busy) return false;
  if (status.drift !== null && status.drift.kind !== 'none') return true;
  return status.generation !== status.lastKnownGood;
}

function drainedView(order: HostView['order']): HostReply['drained'] {
  if (order?.kind !== 'drained') return null;
  const { by, reason, since } = order;
  return { by, reason, since: isoTime(since) };
}

export function hostView(host: HostView): HostReply {
  const { id, datacenter, groups, labels, address, port, availability, status, rollout } = host;
  return {
    id,
    datacenter,
    groups: [...groups],
    labels,
    address,
    port,
    availability,
    health: healthView(host),
    desired: host.desired,
    applied: status?.generation ?? null,
    confirmed: status?.lastKnownGood ?? null,
    drift: hasDrifted(host),
    driftReason: hasDrifted(host) ? (status?.drift?.reason ?? null) : null,
    epoch: status?.epoch ?? null,
    daemon: status?.daemon ?? null,
    lastSeenAt: isoTime(host.heardAt),
    rollout,
    drained: drainedView(host.order),
  };
}

export function lineView({ stopped, by, reason, since, frozen }: LineState): LineReply {
  const freeze = frozen && { name: frozen.name, until: isoTime(frozen.until) };
  return { stopped, by, reason, since: isoTime(since), frozen: freeze };
}
