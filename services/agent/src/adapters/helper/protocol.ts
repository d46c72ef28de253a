import { z } from 'zod';

/**
 * What the root helper can be told: one of these words, on a line of its own, on a connection of its own. No word
 * takes an argument: which generation is meant, the helper reads from the journal itself.
 */
export const VERBS = ['restart', 'reload', 'status', 'reloaded', 'words', 'switch'] as const;
export type Verb = (typeof VERBS)[number];

/** What is read of a request at most, in bytes. */
export const LONGEST_REQUEST = 64;

const Code = z.string().max(200);
const Verdict = z.object({
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'noData', 'pending']),
  code: Code,
  reason: z.string(),
});

/** The answer to `status`: `DaemonState`. */
const DaemonStatus = z.object({
  process: z.object({ pid: z.int(), startedAt: z.number() }).nullable(),
  exits: z.int(),
  lastExit: z.string().nullable(),
  gaveUp: z.boolean().default(false),
  unsupervised: z.boolean().default(false),
});

/** One line of JSON answers a request: `ok` with what the word asks for, or why it was not done, in a sentence. */
export const Reply = z.union([
  z.object({
    ok: z.literal(true),
    status: DaemonStatus.optional(),
    reloaded: Verdict.optional(),
    words: z.string().optional(),
  }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);
export type Reply = z.output<typeof Reply>;
