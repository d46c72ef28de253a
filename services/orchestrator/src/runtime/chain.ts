import { BreakwaterError, canonicalJson, sha256 } from '@breakwater/shared';
import type { Head } from '../adapters/store/interface.ts';
import { follows, numberAfter } from '../core/log-order.ts';
import type { DomainEvent, LoggedEvent } from '../core/event.ts';

export type AtLeastOne<T> = [T, ...T[]];

/**
 * Numbers events and chains each by hash to the one before it, so that nobody can take an event out of the log or
 * change one without changing all that follow.
 * @param head the event that they follow.
 */
export function chain(
  head: Head,
  events: Readonly<AtLeastOne<DomainEvent>>,
  at: number,
): AtLeastOne<LoggedEvent>;
export function chain(head: Head, events: readonly DomainEvent[], at: number): LoggedEvent[];
export function chain(head: Head, events: readonly DomainEvent[], at: number): LoggedEvent[] {
  let { seq, hash } = head;
  return events.map((event) => {
    const unsigned = { ...event, seq: numberAfter(seq, event), at, prev: hash };
    ({ seq, hash } = { seq: unsigned.seq, hash: hashOf(unsigned) });
    return { ...unsigned, hash };
  });
}

/**
 * Checks that events follow `from` without a gap that nobody has accounted for, and that none was changed since it was logged.
 * @returns the head that they lead to.
 * @throws BreakwaterError `internal` which names the first event that is not right.
 */
export function verifyChain(events: readonly LoggedEvent[], from: Head): Head {
  let head = from;
  for (const event of events) {
    const { hash, ...unsigned } = event;
    const { seq, prev } = unsigned;
    if (!follows(head.seq, event)) throw broken(seq, `follows event ${head.seq}`);
    if (prev !== head.hash) throw broken(seq, `does not name the hash of event ${head.seq}`);
    if (hash !== hashOf(unsigned)) throw broken(seq, 'does not have the hash that it was logged with');
    head = { seq, hash };
  }
  return head;
}

function hashOf(unsigned: object): string {
  return sha256(canonicalJson(unsigned));
}

function broken(seq: number, why: string): BreakwaterError {
  return new BreakwaterError('internal', `The event log is not intact: event ${seq} ${why}.`);
}
