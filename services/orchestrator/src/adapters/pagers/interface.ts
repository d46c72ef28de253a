import type { Page } from '@breakwater/shared';

/** One channel that can wake a person. */
export interface Pager {
  /** Names the channel in logs, metrics and the event log. */
  readonly name: string;
  /** Whether it is told of decisions too: pages whose `status` is `resolved`. */
  readonly resolves: boolean;
  /**
   * Hands a page over. Resolves only when the other side has accepted it.
   * @throws PagerError, or anything else that may be tried again.
   */
  send(page: Page): Promise<void>;
}

/** Why a page was not taken. Its text never holds a secret: neither a key, nor a URL that is one. */
export class PagerError extends Error {
  override readonly name = 'PagerError';
  /** The HTTP status, if there was an answer. */
  readonly status: number | null;
  /** The other side will never take this very page, whatever the number of attempts. */
  readonly refused: boolean;

  constructor(
    message: string,
    { status = null, refused = false }: { status?: number | null; refused?: boolean } = {},
  ) {
    super(message);
    this.status = status;
    this.refused = refused;
  }
}
