/** How often things are looked at, in milliseconds. */
export const PACE = {
  /** How soon a daemon that was just started, or a round that just failed, is asked again. */
  fast: 50,
  /** For how long after a restart the fast pace lasts: named answers within about 50 ms of its start. */
  fastFor: 2000,
  verifying: 250,
  soaking: 500,
  /** A confirmed generation that a rollout still names. */
  watching: 1000,
  idle: 10_000,
} as const;

/** What is waited for, at most, in milliseconds. */
export const BOUNDS = {
  /** A supervisor's stop: TERM, KILL after 10 s, and some time for the kernel to clean up. */
  stop: 15_000,
  /** The longest pause between two restarts of a daemon that does not come to answer on the way back. */
  restartPause: 300_000,
  /** How old a baseline may be when the link is switched: an older one no longer says what was true before. */
  intent: 30_000,
  /** A round of questions. What is not answered by then is not waited for: deadlines and call-backs are. */
  round: 10_000,
  /**
   * How long a round of a soak waits for its first answer. Silence for so long, twice in a row, is found out within two
   * rounds' time; an answer from a server's own data takes a millisecond.
   */
  silence: 200,
  /**
   * For how long a running daemon may refuse every question before it is certain that it does not listen where it
   * should, and how much longer for each zone. named opens its listeners when it has read its configuration, before it
   * loads the zones: measured 0.2 s after its start with 1,000 zones, 0.5 s with 20,000 and 1.8 s with 100,000.
   */
  listening: 3000,
  listeningPerZone: 0.1,
  /** A longer pause between two rounds (a stopped agent, a busy machine) is a time in which nobody looked. */
  unwatched: 5000,
  /** Health that was not looked at for longer than this is unknown. */
  stale: 30_000,
} as const;
