import { isoTime, type Page, type Verdict } from '@breakwater/shared';
import type { Context } from './context.ts';
import { haltPlace, leftBehind, mayHaveChanged } from './halt-words.ts';
import { PAGE_TEXTS, pageReason, type PageText } from './page-text.ts';
import { type HostRow, type OpenPage, type Rollout, waveName, waveOf } from './rollout.ts';

type Cause = Verdict & { host?: string | undefined; wave?: string | undefined };

/** What all pages about the present halt share; `null` while there is none. */
export function haltKey(rollout: Rollout): string | null {
  return rollout.haltedAt === null ? null : `${rollout.id}/halt/${rollout.haltedAt}`;
}

/** Halted, or already going back because of the halt: somebody has to know either way. */
function haltedNow(before: Rollout, after: Rollout): boolean {
  return after.haltedAt !== null && after.haltedAt !== before.haltedAt;
}

function isUndecided(rollout: Rollout, context: Context): boolean {
  const last = rollout.lastPageAt;
  return rollout.state === 'halted' && last !== null && context.now >= last + context.repageEveryMs;
}

function newlyStuck(before: Rollout, after: Rollout): HostRow[] {
  return Object.values(after.hosts).filter(
    (row) => row.state === 'revertFailed' && before.hosts[row.id]?.state !== 'revertFailed',
  );
}

function textOf(rollout: Rollout, cause: Cause, repeated: boolean): PageText {
  const { id, title } = rollout;
  const place = { id, title, wave: cause.wave, host: cause.host };
  if (cause.code === 'revert_failed') return PAGE_TEXTS.revertFailed(place, cause.reason);
  if (cause.code === 'rollback_incomplete') return PAGE_TEXTS.rollbackIncomplete(place, cause.reason);
  const goesBack = rollout.state !== 'halted';
  return PAGE_TEXTS.halted(place, {
    where: haltPlace(rollout, cause),
    why: cause.reason,
    done: goesBack ? 'All changed hosts are going back by themselves.' : leftBehind(rollout, cause.host),
    next: goesBack ? 'goesBack' : mayHaveChanged(rollout) ? 'rollBackAbortOrResume' : 'abortOrResume',
    repeated,
  });
}

function page(rollout: Rollout, index: number, cause: Cause, at: number, repeated: boolean): Page {
  return {
    ...textOf(rollout, cause, repeated),
    id: `${rollout.id}-p${rollout.pages + index + 1}`,
    dedupKey:
      cause.code === 'revert_failed'
        ? `${rollout.id}/revert/${cause.host}`
        : (haltKey(rollout) ?? `${rollout.id}/halt`),
    severity: 'critical',
    status: 'firing',
    rollout: rollout.id,
    code: cause.code,
    reason: pageReason(cause.reason),
    ...(cause.host === undefined ? {} : { host: cause.host }),
    ...(cause.wave === undefined ? {} : { wave: cause.wave }),
    at: isoTime(at),
  };
}

/**
 * Pages that this decision owes: for every halt, once more while nobody decides, and for every host that
 * could not go back. They are saved in the same write as the state that calls for them.
 */
export function duePages(before: Rollout, after: Rollout, context: Context): Page[] {
  const causes: { cause: Cause; repeated: boolean }[] = [];
  if (haltedNow(before, after)) causes.push({ cause: after.verdict, repeated: false });
  else if (isUndecided(after, context)) causes.push({ cause: after.verdict, repeated: true });
  for (const row of newlyStuck(before, after)) {
    const reason = `${row.id} could not go back: ${row.verdict?.reason ?? 'no reason given'}`;
    const wave = waveName(waveOf(after, row.id));
    causes.push({
      cause: { verdict: 'fail', code: 'revert_failed', reason, host: row.id, wave },
      repeated: false,
    });
  }
  return causes.map(({ cause, repeated }, index) => page(after, index, cause, context.now, repeated));
}

/**
 * Counts the pages that were queued, so that each has an id of its own and repeated ones keep their distance, and
 * remembers what pagers show now.
 */
export function recordPages(rollout: Rollout, pages: readonly Page[], now: number): Rollout {
  if (pages.length === 0) return rollout;
  const firing = pages.some(({ status }) => status === 'firing');
  const counted = { ...rollout, pages: rollout.pages + pages.length };
  return markShown({ ...counted, lastPageAt: firing ? now : rollout.lastPageAt }, pages);
}

/** Remembers what pagers show once these pages are delivered. */
export function markShown(rollout: Rollout, pages: readonly Page[]): Rollout {
  if (pages.length === 0) return rollout;
  const keys = new Set(pages.map(({ dedupKey }) => dedupKey));
  const others = rollout.openPages.filter((open) => !keys.has(open.dedupKey));
  const firing = pages.filter(({ status }) => status === 'firing');
  const shown = new Map(firing.map((one) => [one.dedupKey, openPage(one)]));
  return { ...rollout, openPages: [...others, ...shown.values()] };
}

function openPage({ dedupKey, severity, code, host, wave }: Page): OpenPage {
  return {
    dedupKey,
    severity,
    code,
    ...(host === undefined ? {} : { host }),
    ...(wave === undefined ? {} : { wave }),
  };
}
