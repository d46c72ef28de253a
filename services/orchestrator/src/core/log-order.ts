import type { DomainEvent, LoggedEvent } from './event.ts';

/** The number of an event that is logged after event `seq`: the next one, but for the one event that leaves a gap. */
export function numberAfter(seq: number, event: DomainEvent): number {
  return event.type === 'store.accepted' ? event.to : seq + 1;
}

/** Whether an event may be the next one after event `seq`. A gap is legal only where the event itself names it. */
export function follows(seq: number, event: LoggedEvent): boolean {
  if (event.type !== 'store.accepted') return event.seq === seq + 1;
  return event.from === seq && event.to === event.seq && event.seq > seq;
}
