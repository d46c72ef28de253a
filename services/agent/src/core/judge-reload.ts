import { fail, pass, pending, type Verdict } from '@breakwater/shared';

/** What a daemon has logged since it was asked to reload, as far as it tells of the reload. */
export interface ReloadLog {
  /** "reloading zones succeeded": the configuration was taken, and zones are being loaded. */
  taken: boolean;
  /** "all zones loaded": said when every zone was tried, which is not when every zone is fine. */
  loaded: boolean;
  /** The first line that tells of a failure. */
  failure: string | null;
}

export const NO_RELOAD_LOG: ReloadLog = { taken: false, loaded: false, failure: null };

// Run on 9.18.49, after SIGHUP and after `rndc reload`; the text is the same through -L, -g and syslog. Names that
// clients choose cannot forge a line: named writes their spaces as \032.
const TAKEN = /\breloading zones succeeded\b/;
const LOADED = /\ball zones loaded\b/;
const FAILED = /\breloading (?:configuration|zones) failed\b|\bnot loaded due to errors\b/;

/** Adds one more line of the daemon's log. */
export function readReloadLine(known: ReloadLog, line: string): ReloadLog {
  if (known.failure === null && FAILED.test(line)) return { ...known, failure: line.trim() };
  if (TAKEN.test(line)) return { ...known, taken: true };
  if (LOADED.test(line) && known.taken) return { ...known, loaded: true };
  return known;
}

/** Says what is known of a reload: `pending` until the daemon has said that it finished. */
export function judgeReload({ taken, loaded, failure }: ReloadLog): Verdict {
  if (failure !== null) return fail('reload_failed', `The daemon could not reload: ${failure}`);
  if (taken && loaded) return pass('reloaded', 'The daemon says that it reloaded.');
  const reason = taken
    ? 'The daemon took the configuration and is loading zones.'
    : 'The daemon has not said anything of a reload.';
  return pending('reloading', reason);
}
