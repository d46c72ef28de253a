// Between the agent and the relay in a stage: one JSON text on each line, over the relay's standard input and output.

/** A DNS message to carry to a server, or the wish for the daemon's log. */
export type ToRelay =
  | {
      do: 'carry';
      id: number;
      transport: 'udp' | 'tcp';
      server: { address: string; port: number; source?: string };
      /** In base64, as is the response. */
      query: string;
      timeoutMs: number;
    }
  | { do: 'readLog'; id: number };

/**
 * `ready`: the daemon was started. `reply` and `error` answer what had this id; `code` is the system's ("ECONNREFUSED").
 * `exited` comes once and unasked.
 */
export type FromRelay =
  | { is: 'ready' }
  | { is: 'reply'; id: number; content: string }
  | { is: 'error'; id: number; cause: string; code: string | null }
  | { is: 'exited'; how: string };
