import { isoTime, type Page, type Verdict } from '@breakwater/shared';
import type { Context } from './context.ts';
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

function changedCount(rollout: Rollout): number {
  return Object.values(rollout.hosts).filter((row) => row.changed).length;
}

/** What the machine has done already, in one sentence. */
function doneAlready(rollout: Rollout): string {
  const changed = changedCount(rollout);
  const kept = changed === 0 ? 'No host keeps the change' : `${changed} host(s) keep the change`;
  return rollout.state === 'rollingBack'
    ? 'All changed hosts are going back by themselves.'
    : `No further host is touched; hosts in flight go back by themselves. ${kept}.`;
}

function page(rollout: Rollout, index: number, cause: Cause, at: number, repeated: boolean): Page {
  const where = [cause.wave && `wave ${cause.wave}`, cause.host && `host ${cause.host}`]
    .filter(Boolean)
    .join(', ');
  const headline =
    cause.code === 'revert_failed' ? 'A host is NOT back on its old configuration' : 'Rollout halted';
  const still = repeated ? ' (still undecided)' : '';
  return {
    id: `${rollout.id}-p${rollout.pages + index + 1}`,
    dedupKey:
      cause.code === 'revert_failed'
        ? `${rollout.id}/revert/${cause.host}`
        : (haltKey(rollout) ?? `${rollout.id}/halt`),
    severity: 'critical',
    status: 'firing',
    summary: `${headline}${still}: "${rollout.title}"${where && ` at ${where}`}. ${doneAlready(rollout)}`,
    rollout: rollout.id,
    code: cause.code,
    reason: cause.reason,
    ...(cause.host === undefined ? {} : { host: cause.host }),
    ...(cause.wave === undefined ? {} : { wave: cause.wave }),
    decide: whatToDo(rollout, cause),
    at: isoTime(at),
  };
}

/** A host that is stuck needs somebody on it first; its agent goes on trying meanwhile. */
function whatToDo(rollout: Rollout, { code, host }: Cause): string {
  const calls = `POST /v1/rollouts/${rollout.id}`;
  if (code === 'revert_failed') {
    const there = `On ${host}: breakwater-agent status, then breakwater-agent repair`;
    return `${there}. Then ${calls}/rollback, or ${calls}/skip for a host that is gone, with a reason`;
  }
  if (code === 'rollback_incomplete')
    return `${calls}/rollback once they can be reached, /skip for hosts that are gone, or /abort, with a reason`;
  return `${calls}/rollback, /resume or /abort, with a reason`;
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
