import { formatDuration, type HostId } from '@breakwater/shared';
import type { LoggedEvent } from '../event.ts';
import type { Rollout } from '../rollout.ts';

/** A time of which nothing is known, of one host or of all of them. */
export interface Gap {
  from: number;
  /** `null` while it lasts. */
  until: number | null;
  host: HostId | null;
  why: string;
}

const WHY = {
  unheard: 'no orchestrator was running, or none reached the store, so that no host was heard',
  safeMode: 'the store was in safe mode, so that nothing was decided or written down',
} as const;

type HostEvent = Extract<LoggedEvent, { type: 'host.state' | 'host.reported' }>;

/** Hosts are lost by these when nothing was heard of them; the others had time and did not finish. */
const SILENT = 'host_silent';

/**
 * What nobody saw of a rollout. A log has no entry for what was not noticed: without these marks, a reader takes the silence
 * for a time in which nothing happened.
 */
export function gapsIn(rollout: Rollout, events: readonly LoggedEvent[]): Gap[] {
  const unwatched = events.flatMap((event): Gap[] =>
    event.type === 'rollout.unwatched'
      ? [{ from: event.from, until: event.to, host: null, why: WHY[event.why] }]
      : [],
  );
  return [...unwatched, ...silences(rollout, events)].toSorted((a, b) => a.from - b.from);
}

/** From the last word of a host that was lost to its next one. */
function silences(rollout: Rollout, events: readonly LoggedEvent[]): Gap[] {
  const told = events.filter(
    (event): event is HostEvent => event.type === 'host.state' || event.type === 'host.reported',
  );
  return told.flatMap((event, index): Gap[] => {
    if (event.type !== 'host.state' || event.to !== 'lost') return [];
    const ofHost = ({ host }: HostEvent): boolean => host === event.host;
    const before = told.slice(0, index).findLast(ofHost);
    const next = told.slice(index + 1).find((later) => ofHost(later) && isOwnWord(later));
    const bound = rollout.strategy.applyDeadline;
    const from = event.verdict?.code === SILENT ? event.at - bound : (before?.at ?? event.at);
    const why = `${event.host} said nothing that was expected of it, and counted as lost after ${formatDuration(Math.max(0, event.at - from))}`;
    return [{ from, until: next?.at ?? null, host: event.host, why }];
  });
}

/** Whether the host must have spoken for it to be logged; that it is called back or left out is the orchestrator's word. */
function isOwnWord(event: HostEvent): boolean {
  if (event.type === 'host.reported') return true;
  return event.to === 'reverted' || event.to === 'revertFailed' || event.to === 'failed';
}
