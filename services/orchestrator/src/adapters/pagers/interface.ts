import type { Page } from '@breakwater/shared';

/** One channel that can wake a person. */
export interface Pager {
  /** Names the channel in logs, metrics and the event log. */
  readonly name: string;
  /** Hands a page over. Resolves only when the other side has accepted it. @throws with the reason otherwise. */
  send(page: Page): Promise<void>;
}
