import { fail, formatDuration, type Verdict } from '@breakwater/shared';
import { type Context, RECONNECT_GRACE_MS } from './context.ts';
import { enter, failAs, isGoingBack, mapRows } from './host-row.ts';
import { type HostRow, type Rollout, waveOf } from './rollout.ts';
import { ENDED } from './transitions.ts';
import { isVouchedFor, lackOf } from './vantage.ts';

const LONGEST_REASON = 2000;

/** When a host counts as a failure (wall-clock milliseconds), and why: `lost` if it is not known what became of it. */
interface Deadline {
  at: number;
  verdict: Verdict;
  as: 'lost' | 'failed';
  /** Since when its status says so, where it does. */
  since?: number;
}

/**
 * How long a changed host's status may call it unhealthy without a report that says so. Its agent reports within seconds;
 * one that does not is believed by its status.
 */
const UNWELL_FOR_MS = 15_000;

function silent(row: HostRow, context: Context, within: number): Deadline {
  const heardAt = context.fleet.get(row.id)?.heardAt ?? 0;
  return {
    at: Math.max(row.since, heardAt) + within,
    verdict: fail(
      'host_silent',
      `${row.id} has said nothing for ${formatDuration(within)} while it was ${row.state}`,
    ),
    as: 'lost',
  };
}

function overdue(row: HostRow, start: number, within: number, doing: string): Deadline {
  return {
    at: start + within,
    verdict: fail('deadline_passed', `${row.id} did not finish ${doing} within ${formatDuration(within)}`),
    as: 'lost',
  };
}

/** What its status says of a changed host counts without any report: a wrong answer soon, no answer at the deadline. */
function unwell(row: HostRow, context: Context, within: number): Deadline | null {
  const status = context.fleet.get(row.id)?.unwell ?? null;
  if (status === null) return null;
  const { verdict, reason } = status.verdict;
  const bound = verdict === 'fail' ? Math.min(UNWELL_FOR_MS, within) : within;
  const what = `${row.id} has not been well for ${formatDuration(bound)}, by its status, and does not report it`;
  const told = fail('host_unwell', `${what}: ${reason}`.slice(0, LONGEST_REASON));
  return { at: Math.max(row.since, status.since) + bound, verdict: told, as: 'failed', since: status.since };
}

/** The earliest of several. */
function first(...deadlines: readonly (Deadline | null)[]): Deadline | null {
  return deadlines.reduce((a, b) => (a === null || (b !== null && b.at < a.at) ? b : a), null);
}

/** A soaked host does not wait for ever for those who were to ask it: what nobody says is never a pass. */
function unvouched(rollout: Rollout, row: HostRow, context: Context, at: number): Deadline | null {
  if (row.confirming || isVouchedFor(rollout, row, context)) return null;
  return {
    at,
    verdict: fail(
      'vantage_silent',
      `${row.id} has soaked, and is not kept: ${lackOf(rollout, row, context)}`,
    ),
    as: 'lost',
  };
}

function deadlineOf(rollout: Rollout, row: HostRow, context: Context): Deadline | null {
  const within = rollout.strategy.applyDeadline;
  switch (row.state) {
    case 'staging':
      return overdue(row, row.since, within, 'proving the change offline');
    case 'applying':
    case 'verifying':
      return overdue(row, row.grantedAt ?? row.since, within, 'applying the change');
    case 'soaking': {
      const soak = waveOf(rollout, row.id).soakMs;
      const stuck = row.soaked
        ? unvouched(rollout, row, context, row.since + soak + within)
        : overdue(row, row.since, soak + within, 'its soak');
      return first(silent(row, context, within), stuck, unwell(row, context, within));
    }
    case 'confirmed':
      if (ENDED.includes(rollout.state)) return null;
      return first(silent(row, context, within), unwell(row, context, within));
    case 'failed':
      return isGoingBack(row) ? overdue(row, row.since, within, 'going back') : null;
    case 'reverting':
      return overdue(row, row.since, within, 'going back');
    case 'pending':
    case 'ready':
    case 'reverted':
    case 'revertFailed':
    case 'lost':
    case 'skipped':
      return null;
    default:
      return row.state satisfies never;
  }
}

/** When the host counts as a failure unless something better is heard before, and why; `null` for never. */
export function lossOf(rollout: Rollout, row: HostRow, context: Context): Deadline | null {
  const deadline = deadlineOf(rollout, row, context);
  // An orchestrator that was down itself has heard nobody. It waits for the agents to reconnect before it
  // believes their silence; otherwise every restart of its own would halt every rollout.
  const heardAll = context.listeningSince + RECONNECT_GRACE_MS;
  return deadline && { ...deadline, at: Math.max(deadline.at, heardAll) };
}

/** A grant that the host never took, while grants are withheld, is given back instead of being held against it. */
function isWithheld(rollout: Rollout, row: HostRow, context: Context): boolean {
  return row.state === 'applying' && !row.taken && (rollout.state !== 'running' || context.blocked !== null);
}

/** Makes failures of hosts whose deadline has passed. Lost is failed: silence is never success. */
export function expire(rollout: Rollout, context: Context): Rollout {
  let found = false;
  const next = mapRows(rollout, (row) => {
    const loss = lossOf(rollout, row, context);
    if (loss === null || loss.at > context.now) return row;
    if (isWithheld(rollout, row, context)) return enter(row, 'ready', context.now);
    found = true;
    return failAs(row, loss.as, context.now, loss.verdict, loss.since);
  });
  return found ? { ...next, detectedAt: next.detectedAt ?? context.now } : next;
}
