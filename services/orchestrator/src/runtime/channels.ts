import type { Page } from '@breakwater/shared';
import type { Logger } from 'pino';
import type { Metrics } from '../adapters/metrics/interface.ts';
import { type Pager, PagerError } from '../adapters/pagers/interface.ts';

interface ChannelsDeps {
  metrics: Pick<Metrics, 'paged'>;
  log: Pick<Logger, 'warn' | 'error'>;
}

/** The channels by which people are reached, in the order in which they are tried. */
export interface Channels {
  readonly pagers: readonly Pager[];
  /**
   * Offers a page to one channel after another until one has taken it.
   * @returns its name.
   * @throws AggregateError with the reasons, when none has.
   */
  wake(page: Page): Promise<string>;
  /**
   * Tells every channel that wants to know of a decision; on a further attempt only those that do not know yet.
   * @returns the names of those that know; `null` when none wants to.
   * @throws AggregateError while some are not reached.
   */
  tell(page: Page): Promise<string | null>;
}

export function openChannels(deps: ChannelsDeps, pagers: readonly Pager[]): Channels {
  /** Pages, by channel, that it will never take; each is kept until somebody has taken it. */
  const refused = new Map<string, Set<string>>();
  /** Who has been told of a decision that others are not told of yet. */
  const told = new Map<string, Set<string>>();

  async function attempt(pager: Pager, page: Page): Promise<PagerError | Error | null> {
    try {
      await pager.send(page);
      deps.metrics.paged(pager.name, 'accepted');
      return null;
    } catch (error) {
      const final = error instanceof PagerError && error.refused;
      deps.metrics.paged(pager.name, final ? 'refused' : 'failed');
      const fields = { page: page.id, channel: pager.name, err: error };
      if (!final) deps.log.warn(fields, 'a page was not taken');
      else deps.log.error(fields, 'a channel refuses a page for good: correct its configuration');
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async function wake(page: Page): Promise<string> {
    const known = refused.get(page.id) ?? new Set();
    const willing = pagers.filter((pager) => !known.has(pager.name));
    const errors: Error[] = [];
    // Refused by all, it is offered to all again: whoever mends the other side must not have to restart this one.
    for (const pager of willing.length > 0 ? willing : pagers) {
      const error = await attempt(pager, page);
      if (error === null) {
        refused.delete(page.id);
        return pager.name;
      }
      if (error instanceof PagerError && error.refused) refused.set(page.id, known.add(pager.name));
      errors.push(error);
    }
    throw new AggregateError(errors, `no channel has taken page ${page.id}`);
  }

  async function tell(page: Page): Promise<string | null> {
    const done = told.get(page.id) ?? new Set();
    told.set(page.id, done);
    const asked = pagers.filter((pager) => pager.resolves);
    const errors: Error[] = [];
    const one = async (pager: Pager): Promise<void> => {
      const error = await attempt(pager, page);
      // What will never be taken wakes nobody, and must not be tried for ever.
      if (error === null || (error instanceof PagerError && error.refused)) done.add(pager.name);
      else errors.push(error);
    };
    await Promise.all(asked.filter((pager) => !done.has(pager.name)).map(one));
    if (errors.length > 0) throw new AggregateError(errors, `not every channel knows of ${page.id} yet`);
    told.delete(page.id);
    return asked.length === 0 ? null : asked.map((pager) => pager.name).join(', ');
  }

  return { pagers, wake, tell };
}
