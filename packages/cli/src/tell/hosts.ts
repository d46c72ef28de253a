import { formatDuration } from '@breakwater/shared';
import type { Host, Rollout } from '../api/api.ts';
import { count, oneLine } from '../io/text.ts';
import { failureOf, isOdd } from './oddities.ts';

/** So much of a digest tells two generations apart. */
function short(digest: string | null): string {
  return digest === null ? '-' : digest.slice(0, 7);
}

function ago(at: string | null, now: number): string {
  if (at === null) return 'never';
  return formatDuration(Math.max(0, Math.floor((now - Date.parse(at)) / 1000) * 1000)).replace('0ms', '0s');
}

/** What somebody should know of a host before the rest; empty where all is well. */
function remark(host: Host, rollouts: readonly Rollout[], hosts: readonly Host[]): string {
  const remarks = [
    host.drained && `drained: ${host.drained.reason}`,
    host.drift && `drift: ${host.driftReason ?? 'changed by hand'}`,
    failureOf(host, rollouts),
    isOdd(host, rollouts, hosts) && 'runs another configuration than declared',
    host.availability !== 'healthy' && host.health.reason,
  ];
  return oneLine(remarks.filter((one) => typeof one === 'string').join('; '));
}

/** The rows of the table of hosts; the widest usual one fits 80 columns, the remark is cut. */
export function hostRows(hosts: readonly Host[], now: number, rollouts: readonly Rollout[] = []): string[][] {
  const head = ['HOST', 'PLACE', 'HEALTH', 'RUNS', 'ROLLOUT', 'SEEN', 'REMARK'];
  const rows = hosts.map((host) => [
    host.id,
    host.datacenter,
    host.availability,
    short(host.applied),
    host.rollout ?? '-',
    ago(host.lastSeenAt, now),
    remark(host, rollouts, hosts),
  ]);
  return [head, ...rows];
}

/** One line on the whole fleet: "12 hosts: all healthy", or who is not. */
export function fleetLine(hosts: readonly Host[]): string {
  const parts = (['unhealthy', 'unknown'] as const)
    .map((state) => [state, hosts.filter(({ availability }) => availability === state).length] as const)
    .filter(([, n]) => n > 0)
    .map(([state, n]) => `${n} ${state === 'unknown' ? 'not heard of' : state}`);
  const drained = hosts.filter(({ drained: order }) => order !== null).length;
  const drifted = hosts.filter(({ drift }) => drift).length;
  if (drained > 0) parts.push(`${drained} drained`);
  if (drifted > 0) parts.push(`${drifted} changed by hand`);
  return `${count(hosts.length, 'host')}: ${parts.length > 0 ? parts.join(', ') : 'all healthy'}`;
}

/** Everything about one host. */
export function hostLines(host: Host, now: number): string[] {
  const rows: [string, string][] = [
    ['place', [host.datacenter, ...host.groups.map((group) => `group ${group}`)].join(', ')],
    [
      'labels',
      Object.entries(host.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || '-',
    ],
    ['serves at', `${host.address} port ${host.port}`],
    ['health', `${host.availability}: ${oneLine(host.health.reason)} (${host.health.code})`],
    [
      'last seen',
      host.lastSeenAt === null ? 'never' : `${ago(host.lastSeenAt, now)} ago, ${host.lastSeenAt}`,
    ],
    ['daemon', daemon(host)],
    ['should run', host.desired ?? '-'],
    ['runs', host.applied ?? '-'],
    ['confirmed', host.confirmed ?? '-'],
    ['drift', host.drift ? (host.driftReason ?? 'changed by hand') : 'none'],
    ['rollout', host.rollout ?? 'none'],
  ];
  if (host.drained !== null)
    rows.push(['drained', `by ${host.drained.by} since ${host.drained.since}: ${host.drained.reason}`]);
  return [host.id, ...rows.map(([name, value]) => `  ${name.padEnd(11)} ${oneLine(value)}`)];
}

function daemon({ daemon: found }: Host): string {
  if (found === null) return 'nothing is known of it';
  if (!found.running) return 'not running';
  return `running as process ${found.pid ?? '?'}, restarted ${found.restarts} times by its supervisor`;
}
