import type { PageView } from '../adapters/status-page/interface.ts';
import type { Store } from '../adapters/store/interface.ts';
import type { LoggedEvent } from '../core/event.ts';

/** So much of the log is looked back over at the start: a page that was taken long ago is history. */
const LOOK_BACK = 2000;
const PART = 500;
const MOST_PAGES = 10;

/**
 * Follows the log for what became of pages, reading on from where it stopped. The outbox is the truth about those that
 * nobody has taken.
 */
export function recentPages(store: Pick<Store, 'snapshot' | 'events' | 'outbox'>): () => Promise<PageView[]> {
  let read: number | null = null;
  const known = new Map<string, PageView>();

  const note = (event: LoggedEvent): void => {
    if (event.type === 'page.queued') {
      known.set(event.page.id, { page: event.page, takenAt: null, channel: null });
      const [oldest] = known.keys();
      if (known.size > MOST_PAGES && oldest !== undefined) known.delete(oldest);
    }
    if (event.type !== 'page.delivered') return;
    const sent = known.get(event.page);
    if (sent) known.set(event.page, { ...sent, takenAt: event.at, channel: event.channel });
  };

  return async () => {
    const { head } = await store.snapshot();
    // A store that was put back has other events from there on.
    if (read !== null && head.seq < read) {
      read = null;
      known.clear();
    }
    read ??= Math.max(0, head.seq - LOOK_BACK);
    while (read < head.seq) {
      const events = await store.events(null, read, PART);
      for (const event of events) note(event);
      read = Math.max(events.at(-1)?.seq ?? head.seq, read);
    }
    const waiting = (await store.outbox()).map((page): PageView => ({ page, takenAt: null, channel: null }));
    const ids = new Set(waiting.map(({ page }) => page.id));
    const taken = [...known.values()].filter(({ page, takenAt }) => takenAt !== null && !ids.has(page.id));
    return [...waiting, ...taken].toSorted((a, b) => (a.page.at < b.page.at ? 1 : -1)).slice(0, MOST_PAGES);
  };
}
