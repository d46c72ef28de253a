/** What the fleet's starter asks its keeper for. The keeper answers one after another. */
export type Ask =
  | { ask: 'addresses'; count: number; range: string | null }
  /** Starts `runsv` for each of these service directories. */
  | { ask: 'start'; services: string[] };

export type Answer =
  /** The keeper's first words, unasked: it is ready, and this is the folder for everything. */
  | { answer: 'ready'; runDir: string }
  | { answer: 'addresses'; addresses: string[] | null }
  | { answer: 'started' }
  | { answer: 'refused'; why: string };
