import type { Helper } from '../helper/interface.ts';
import type { Supervisor } from './interface.ts';

/** A daemon that only root may look at and restart: every question and every order goes through the root helper. */
export function throughHelper(helper: Helper): Supervisor {
  return {
    observe: () => helper.status(),
    restart: () => helper.restart(),
    // The helper takes no arguments, so also not this tree: it knows by itself where the managed root leads.
    reload: () => helper.reload(),
    reloaded: () => helper.reloaded(),
    lastWords: () => helper.lastWords(),
  };
}
