import { isoTime, type Page } from '@breakwater/shared';
import { PAGE_TEXTS, pageReason } from '../core/page-text.ts';
import type { Channels } from './channels.ts';
import type { EngineDeps } from './engine-deps.ts';
import type { Doubt } from './store-doubt.ts';

/** One cause, whichever orchestrator pages it and however often: a pager shows it as one. */
const DEDUP_KEY = 'store/safe-mode';

/**
 * A duty, to be repeated: pages safe mode without the store, which cannot be relied on just then. What no channel has
 * taken is tried again at the next round; what nobody has dealt with is paged again after a while.
 */
export function safeModePages(
  { trust, clock, repageEveryMs }: Omit<EngineDeps, 'store'>,
  channels: Channels,
): () => Promise<void> {
  let sent: { doubt: Doubt; at: number } | null = null;
  /** Kept until every channel knows, so that a further round tells only those that do not. */
  let over: Page | null = null;
  return async () => {
    const doubt = trust.doubt();
    if (doubt === null && sent !== null) {
      over ??= pageOf(sent.doubt, 'resolved', clock.now());
      await channels.tell(over);
      [over, sent] = [null, null];
    }
    if (doubt === null) return;
    over = null;
    if (sent !== null && clock.monotonic() < sent.at + repageEveryMs) return;
    await channels.wake(pageOf(doubt, 'firing', clock.now()));
    sent = { doubt, at: clock.monotonic() };
  };
}

function pageOf({ code, reason }: Doubt, status: Page['status'], now: number): Page {
  const at = isoTime(now);
  const over = status === 'resolved';
  return {
    id: `store-${now}`,
    dedupKey: DEDUP_KEY,
    severity: 'critical',
    status,
    ...(over ? PAGE_TEXTS.safeModeOver() : PAGE_TEXTS.safeMode()),
    rollout: null,
    code,
    reason: pageReason(reason),
    at,
  };
}
