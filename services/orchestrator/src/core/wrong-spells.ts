import type { ReportedState, Verdict } from '@breakwater/shared';
import type { HostRow, WrongSpell } from './rollout.ts';

/** Reasons by which a changed host is known to have answered its clients wrongly, or not at all. */
const WRONG: ReadonlySet<string> = new Set([
  'answers_differ',
  'daemon_exited',
  'daemon_not_restarted',
  'daemon_not_running',
  'host_unwell',
  'no_answer',
  'no_serial',
  'no_zone_answers',
  'not_checked',
  'not_listening',
  'not_refused',
  'restart_loop',
  'serial_too_low',
  'serial_went_back',
  'stale_serial',
  'still_starting',
  'too_slow',
  'vantage_failed',
  'wrong_answers',
  'wrong_flags',
  'wrong_rcode',
  'wrong_server',
]);

/** Reasons that say nothing against a host's answers: it was stopped by others, or before anything live was touched. */
const NOT_ABOUT_ANSWERS: ReadonlySet<string> = new Set([
  'agent_not_running',
  'called_back',
  'called_off_at_console',
  'daemon_not_healthy',
  'live_tree_drifted',
  'reverted_at_console',
  'staged_tree_damaged',
  'superseded',
  'unconfirmed',
]);

/** So many are kept of a host; every further one is a person's retry. */
const MOST_SPELLS = 20;

/**
 * Notes that a changed host failed, and since when it is known to have answered wrongly. A failure that tells nothing of its
 * answers (it is lost, it went back and did not say why) leaves the beginning unknown: that is not the same as none.
 */
export function opened(row: HostRow, { code }: Verdict, seenAt: number): readonly WrongSpell[] {
  if (row.grantedAt === null || NOT_ABOUT_ANSWERS.has(code)) return row.wrong;
  const from = WRONG.has(code) ? seenAt : null;
  const last = row.wrong.at(-1);
  if (!last || last.until !== null) return [...row.wrong, { from, until: null }].slice(-MOST_SPELLS);
  // It was lost, and now says itself since when.
  return last.from === null && from !== null ? [...row.wrong.slice(0, -1), { ...last, from }] : row.wrong;
}

/** What a host says only once its daemon answers as it should. */
const WELL: readonly ReportedState[] = ['soaking', 'soaked', 'confirmed', 'reverted'];

/** Ends the spell that a host is in, once it has proved that it answers as it should. */
export function closed(
  spells: readonly WrongSpell[],
  state: ReportedState,
  seenAt: number,
): readonly WrongSpell[] {
  const last = spells.at(-1);
  if (!last || last.until !== null || !WELL.includes(state)) return spells;
  // Dated by how long ago a host says that it was: of two reports, the later one can come out earlier.
  return [...spells.slice(0, -1), { ...last, until: Math.max(seenAt, last.from ?? seenAt) }];
}
