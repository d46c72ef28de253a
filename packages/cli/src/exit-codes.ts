/** What the program ends with; scripts branch on it, so a number never gets another meaning. See docs/cli.md. */
export const EXIT = {
  done: 0,
  /** No orchestrator could be asked, or something failed that should not. */
  failed: 1,
  halted: 2,
  rolledBack: 3,
  /** The orchestrator refused. */
  refused: 4,
  aborted: 5,
  /** The command line, a file or the configuration is wrong; nothing was sent. */
  usage: 6,
  /** A person answered no. */
  declined: 7,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
