import { fail, type HostStatus, inconclusive, noData, pending, type Verdict } from '@breakwater/shared';
import type { Drift } from './drift.ts';
import { unsupervised } from './exit-fault.ts';
import type { Memory } from './memory.ts';
import { BOUNDS } from './pace.ts';
import type { World } from './world.ts';

/** What the host is like now, as far as somebody has just looked. */
export function statusOf(
  memory: Memory,
  world: World,
  zones: number,
  now: number,
  { drift = null, unwritable = null }: { drift?: Drift | null; unwritable?: string | null } = {},
): HostStatus {
  const { process, exits } = world.daemon;
  return {
    generation: world.live,
    lastKnownGood: memory.lastKnownGood,
    epoch: memory.highestEpoch,
    daemon: { running: process !== null, pid: process?.pid ?? null, restarts: exits },
    health: clipped(healthOf(world, now, unwritable)),
    zones,
    drift,
  };
}

/** The verdict on the daemon's health. What was not looked at lately is unknown, and unknown is not healthy. */
export function healthOf(world: World, now: number, unwritable: string | null = null): Verdict {
  const health = daemonHealthOf(world, now);
  // It serves, and could neither take a change nor remember how far it had come.
  return health.verdict === 'pass' && unwritable !== null
    ? inconclusive('store_unwritable', unwritable)
    : health;
}

function daemonHealthOf({ daemon, evidence }: World, now: number): Verdict {
  if (daemon.process === null) {
    if (daemon.unsupervised === true) return unsupervised();
    const last = daemon.lastExit === null ? '' : ` It last ${daemon.lastExit}.`;
    return fail('daemon_not_running', `The daemon does not run.${last}`);
  }
  const newest = evidence.rounds.at(-1);
  if (newest === undefined) return pending('not_checked', 'The daemon has not been asked yet.');
  if (now - newest.endedAt > BOUNDS.stale)
    return noData('health_stale', 'The daemon was not asked for too long.');
  return newest.verdict;
}

const LONGEST_REASON = 2000;

/**
 * Makes a verdict fit for a message: a reason that is too long would make every message unreadable, and
 * control characters, which a daemon's own words may hold, could forge lines in somebody's log.
 */
export function clipped(verdict: Verdict): Verdict {
  const reason = verdict.reason.replaceAll(/\p{Cc}+/gu, ' ');
  if (reason.length <= LONGEST_REASON) return { ...verdict, reason };
  return { ...verdict, reason: `${reason.slice(0, LONGEST_REASON - 1)}…`.toWellFormed() };
}

/** What of a status should be heard at once; the rest can wait for the next message. */
export function newsOf({ generation, daemon, health, drift }: HostStatus): string {
  return `${generation} ${daemon.pid} ${health.verdict} ${drift?.kind}`;
}
