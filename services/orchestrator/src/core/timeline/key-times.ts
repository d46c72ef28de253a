import { formatDuration } from '@breakwater/shared';
import type { LoggedEvent, Verb } from '../event.ts';
import { type Rollout, waveName } from '../rollout.ts';
import type { Served } from './served.ts';
import { plain } from './words.ts';

/** A moment that an incident review asks for; `at` is `null` where it has not come, or nobody knows it. */
export interface KeyTime {
  what: string;
  at: number | null;
  note: string;
}

/** When it began, was detected, halted, paged, decided and undone. */
export function keyTimes(rollout: Rollout, events: readonly LoggedEvent[], served: Served): KeyTime[] {
  const { createdAt, detectedAt, haltedAt, pagedAt } = rollout;
  const first = rollout.waves.find(({ startedAt }) => startedAt !== null);
  const begun: KeyTime[] = [
    { what: 'Submitted', at: createdAt, note: '' },
    {
      what: 'First host changed',
      at: firstGrant(events),
      note: first === undefined ? 'no host was changed' : `wave ${waveName(first)}`,
    },
  ];
  if (haltedAt === null) return [...begun, endOf(rollout)];
  return [
    ...begun,
    { what: 'First seen failing', at: detectedAt, note: '' },
    { what: 'Halted', at: haltedAt, note: later(detectedAt, haltedAt, 'it was first seen') },
    { what: 'Page taken', at: pagedAt, note: later(haltedAt, pagedAt, 'the halt') },
    { what: 'First decision of a person', ...decision(events, haltedAt) },
    { what: 'All right answers back', ...back(rollout, served) },
    endOf(rollout),
  ];
}

function firstGrant(events: readonly LoggedEvent[]): number | null {
  return events.find((event) => event.type === 'host.state' && event.to === 'applying')?.at ?? null;
}

function later(from: number | null, to: number | null, since: string): string {
  return from === null || to === null ? '' : `${formatDuration(Math.max(0, to - from))} after ${since}`;
}

/** Which verbs decide about a halt; the others prepare a decision. */
const DECIDES: Readonly<Record<Verb, boolean>> = {
  resume: true,
  rollback: true,
  abort: true,
  approve: true,
  retry: true,
  skip: false,
  pause: false,
};

function decision(events: readonly LoggedEvent[], haltedAt: number): Pick<KeyTime, 'at' | 'note'> {
  const acts = events.flatMap((event) => (event.type === 'rollout.command' ? [event] : []));
  const act = acts.find(({ at, verb }) => at >= haltedAt && DECIDES[verb]);
  return act ? { at: act.at, note: act.verb } : { at: null, note: 'nobody has decided yet' };
}

/** Hosts that answered wrongly, answer right again: known only once the last of them has said so. */
function back(rollout: Rollout, { spells }: Served): Pick<KeyTime, 'at' | 'note'> {
  const stuck = Object.values(rollout.hosts).filter(({ state }) => state === 'revertFailed').length;
  if (stuck > 0) return { at: null, note: `${stuck} could not go back` };
  if (spells.length === 0) return { at: null, note: 'no host is known to have answered wrongly' };
  const open = spells.filter(({ until }) => until === null).length;
  if (open > 0) return { at: null, note: `of ${open} it is not known` };
  return { at: Math.max(...spells.map(({ until }) => until ?? 0)), note: '' };
}

function endOf({ state, since }: Rollout): KeyTime {
  const over = state === 'succeeded' || state === 'aborted' || state === 'rolledBack';
  return { what: 'Ended', at: over ? since : null, note: over ? plain(state) : `it is ${plain(state)}` };
}
