import type { Helper } from '../helper/interface.ts';
import type { LiveLink } from './live-link.ts';

/**
 * A link in a folder that only root may write: it is read here, and switched by the root helper, which is told no
 * generation but reads the journal itself.
 */
export function helperLink(own: LiveLink, helper: Helper): LiveLink {
  return {
    read: () => own.read(),
    absent: () => own.absent(),
    inTheWay: () => own.inTheWay(),
    async switchTo(generation) {
      await helper.switch();
      const live = await own.read();
      if (live === generation) return;
      throw new Error(`the root helper switched to ${live ?? 'no generation'} instead of ${generation}`);
    },
    // The helper removes old ways itself, with each switch.
    prune: async () => undefined,
  };
}
