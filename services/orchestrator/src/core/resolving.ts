import { isoTime, type Page } from '@breakwater/shared';
import type { Command } from './commands.ts';
import { wantedApproval } from './emergency-pages.ts';
import { PAGE_TEXTS, pageReason } from './page-text.ts';
import { haltKey } from './paging.ts';
import type { OpenPage, Rollout } from './rollout.ts';

/**
 * Whether a person's command has decided about what was paged. Only that takes a cause off a pager's list: a host
 * that heals, and a rollout that ends by itself, leave it there, since nobody has looked at it then.
 */
function isDecided(open: OpenPage, after: Rollout, { verb, host }: Command): boolean {
  switch (open.code) {
    // A host that is not back stays a matter of its own, whatever becomes of the rollout: aborting does not repair it.
    case 'revert_failed':
      return verb === 'rollback' || (host !== null && host === open.host);
    case 'emergency_submitted':
      return verb === 'approve' || verb === 'abort' || verb === 'rollback';
    case 'emergency_started':
      return verb === 'abort' || verb === 'rollback';
    // Reopened and halted again at once, it is another halt, with a page and a key of its own.
    default:
      return after.state !== 'halted' || open.dedupKey !== haltKey(after);
  }
}

/**
 * The pages that take back what a person has decided about, each under the key of the page that it takes back.
 */
export function resolutions(
  before: Rollout,
  after: Rollout,
  by: Command,
  due: readonly Page[],
  now: number,
): Page[] {
  const firing = new Set(due.map((page) => page.dedupKey));
  return [...before.openPages, ...wantedApproval(before)]
    .filter((open) => !firing.has(open.dedupKey) && isDecided(open, after, by))
    .map((open, index) => ({
      ...open,
      ...PAGE_TEXTS.decided(after, by.verb),
      id: `${after.id}-p${after.pages + due.length + index + 1}`,
      status: 'resolved',
      rollout: after.id,
      reason: pageReason(by.reason),
      at: isoTime(now),
    }));
}
