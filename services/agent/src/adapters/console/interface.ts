import type { ConsoleOrder, Outcome } from '../../core/console.ts';
import type { ConsoleStatus } from '../../core/console-status.ts';

/** An agent as the console sees it: in this process, or in another one behind a socket. */
export interface Operated {
  status(): Promise<ConsoleStatus>;
  /** Has an order carried out. @returns when it is done, refused, or goes on by itself. */
  operate(order: ConsoleOrder): Promise<Outcome>;
}

/** One thing that `verify` looked at; `ok` is `null` when it could not be known. */
export interface Finding {
  what: string;
  ok: boolean | null;
  /** What was found, and what to do when it is not as it should be. */
  text: string;
}
