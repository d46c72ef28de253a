import type { LoggedEvent } from '../../core/event.ts';
import type { Rollout } from '../../core/rollout.ts';
import type { ChangedFile } from '../../core/timeline/changes.ts';
import { DERIVED, NOT_KNOWN } from '../../core/timeline/served.ts';
import { tell } from '../../core/timeline/timeline.ts';
import type { TimelineReply } from './replies.ts';
import { isoTime } from './view.ts';

/**
 * The story of a rollout as it is answered; what it tells is decided in `core/timeline/`.
 * @param files what the store says of the files that were changed; `null` where it does not have both bundles.
 */
export function timelineOf(
  rollout: Rollout,
  events: readonly LoggedEvent[],
  files: readonly ChangedFile[] | null = null,
): TimelineReply {
  const { id, title, state, verdict, createdAt, detectedAt, haltedAt, pagedAt } = rollout;
  const { summary, key, changes, decided, served, gaps, waves, entries } = tell(rollout, events, files);
  return {
    id,
    title,
    state,
    verdict,
    summary,
    key: key.map((moment) => ({ ...moment, at: isoTime(moment.at) })),
    changes: {
      ...changes,
      files: changes.files && changes.files.map(({ path, change }) => ({ path, change })),
      found: [...changes.found],
    },
    decided,
    served: {
      ...served,
      spells: served.spells.map((spell) => ({
        ...spell,
        from: isoTime(spell.from),
        until: isoTime(spell.until),
      })),
      derivedFrom: DERIVED,
      notKnown: [...NOT_KNOWN],
    },
    gaps: gaps.map((gap) => ({ ...gap, from: isoTime(gap.from), until: isoTime(gap.until) })),
    detectedAt: isoTime(detectedAt),
    haltedAt: isoTime(haltedAt),
    pagedAt: isoTime(pagedAt),
    detectedToHaltedMs: between(detectedAt, haltedAt),
    haltedToPagedMs: between(haltedAt, pagedAt),
    waves: waves.map(({ startedAt, endedAt, ...wave }) => ({
      ...wave,
      startedAt: isoTime(startedAt),
      endedAt: isoTime(endedAt),
      durationMs: between(startedAt, endedAt),
    })),
    entries: entries.map(({ at, text }) => ({ at: isoTime(at), sinceStartMs: at - createdAt, text })),
  };
}

function between(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : to - from;
}
