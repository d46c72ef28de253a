import { BreakwaterError } from '@breakwater/shared';
import { follows } from '../../core/log-order.ts';
import type { Commit } from './interface.ts';

/** An event that does not follow the one before it would break the audit trail for good. */
export function assertChained({ expected, events }: Commit): void {
  let { seq, hash } = expected;
  for (const event of events) {
    if (!follows(seq, event) || event.prev !== hash) {
      throw new BreakwaterError('internal', `Event ${event.seq} does not follow event ${seq} of the log.`);
    }
    ({ seq, hash } = event);
  }
}
