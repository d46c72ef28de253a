/** How long a daemon may take to end after TERM, and then after KILL. Together they are the core's `BOUNDS.stop`. */
export const TERM_BOUND_MS = 10_000;
export const KILL_BOUND_MS = 5_000;

/** What a driver says when the first bound was not kept. */
export const KILLED = `The old process had not ended ${TERM_BOUND_MS / 1000} s after TERM, and was killed.`;
