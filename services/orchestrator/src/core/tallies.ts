import { OTHER } from '@breakwater/shared';
import type { DomainEvent } from './event.ts';
import type { Rollout } from './rollout.ts';

/** What is counted in the store, in the very write that it is about: no restart loses it, and all orchestrators show the same. */
export type Counter = 'halts' | 'rollbacks' | 'stateChanges' | 'failures' | 'emergencies';

/** So many are kept apart. Reason codes come from agents, whose number of them nothing here bounds. */
export const MOST_TALLIES = 200;

/** The part of a write that is counted. */
interface Written {
  events: readonly DomainEvent[];
  rollouts?: readonly { before: Rollout | null; after: Rollout }[];
}

/** Names one counter: a word, and the value of its label if it has one. */
function tallyName(counter: Counter, label?: string): string {
  return label === undefined ? counter : `${counter} ${label}`;
}

/** What is counted where there is no room for a further name. */
export function otherThan(name: string): string {
  return tallyName(name.split(' ')[0] as Counter, OTHER);
}

/** Reads a name again. A store may hold counters that this version does not know: the caller leaves them out. */
export function readTally(name: string): { counter: string; label: string | undefined } {
  const [counter = '', label] = name.split(' ');
  return { counter, label };
}

/** What a write adds to the counters, by their names. */
export function talliesOf({ events, rollouts = [] }: Written): Map<string, number> {
  const halted = rollouts.filter(
    ({ before, after }) => after.haltedAt !== null && after.haltedAt !== (before?.haltedAt ?? null),
  );
  const names = [
    ...halted.map(() => tallyName('halts')),
    ...rollouts.flatMap(({ before, after }) => failuresBetween(before, after)),
    ...events.flatMap(namesOf),
  ];
  const counted = new Map<string, number>();
  for (const name of names) {
    counted.set(name, (counted.get(name) ?? 0) + 1);
  }
  return counted;
}

/** By the rows and not by their states: a host that has failed and is back in one decision was never saved as failed. */
function failuresBetween(before: Rollout | null, after: Rollout): string[] {
  return Object.values(after.hosts).flatMap(({ id, failure }) => {
    const known = before?.hosts[id]?.failure ?? null;
    return failure !== null && known === null ? [tallyName('failures', failure.code)] : [];
  });
}

const EMERGENCY_STEPS: Readonly<Record<string, string>> = {
  emergency_submitted: 'submitted',
  emergency_started: 'started',
};

function namesOf(event: DomainEvent): string[] {
  if (event.type === 'rollout.state') {
    const change = tallyName('stateChanges', event.to);
    return event.to === 'rollingBack' ? [change, tallyName('rollbacks')] : [change];
  }
  // Emergencies are counted by their pages: each is queued in the write that it tells of, once.
  const fires = event.type === 'page.queued' && event.page.status === 'firing';
  const step = fires ? EMERGENCY_STEPS[event.page.code] : undefined;
  return step === undefined ? [] : [tallyName('emergencies', step)];
}
