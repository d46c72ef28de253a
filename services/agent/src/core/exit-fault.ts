import { fail, type Verdict } from '@breakwater/shared';

/**
 * The verdict on a daemon that has ended when it should not have.
 * @param what happened, in words that can go before a full stop or a colon
 * @param lastExit how the process ended, in the driver's words, if that is known
 */
export function exitFault(what: string, lastExit: string | null): Verdict {
  return fail('daemon_exited', lastExit === null ? `${what}.` : `${what}: ${lastExit}.`);
}
