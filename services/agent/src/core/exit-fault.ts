import { fail, type Verdict } from '@breakwater/shared';
import type { DaemonState } from './daemon.ts';

/**
 * The verdict on a daemon that has ended when it should not have, or that nothing supervises any more.
 * @param what happened, in words that can go before a full stop or a colon
 * @param daemon what the supervisor says of it
 */
export function exitFault(what: string, daemon: Pick<DaemonState, 'lastExit' | 'unsupervised'>): Verdict {
  if (daemon.unsupervised === true) return unsupervised();
  return fail('daemon_exited', daemon.lastExit === null ? `${what}.` : `${what}: ${daemon.lastExit}.`);
}

/** It may well answer; that is not worth much while nobody would start it again. */
export function unsupervised(): Verdict {
  return fail(
    'daemon_unsupervised',
    'Nothing supervises the daemon: it may still run, but nobody would start it again. Start its supervisor.',
  );
}
