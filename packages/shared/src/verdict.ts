import { z } from 'zod';

/**
 * The outcome of anything that is judged. Never a boolean: "no data" and "could not tell" are outcomes of
 * their own, and a gate that takes one of them for "no error" is the bug that this type exists to prevent.
 */
export const VERDICTS = ['pass', 'fail', 'inconclusive', 'noData', 'pending'] as const;

export const Verdict = z.strictObject({
  verdict: z.enum(VERDICTS),
  /** Stable reason code, in snake_case; programs branch on it. */
  code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  /** One sentence for a person. */
  reason: z.string().max(2000),
});
export type Verdict = z.infer<typeof Verdict>;

/** A verdict together with where it arose: what decided a rollout's state. */
export const LocatedVerdict = Verdict.extend({
  host: z.string().optional(),
  wave: z.string().optional(),
});
export type LocatedVerdict = z.infer<typeof LocatedVerdict>;

export const pass = (code: string, reason: string): Verdict => ({ verdict: 'pass', code, reason });
export const fail = (code: string, reason: string): Verdict => ({ verdict: 'fail', code, reason });
export const inconclusive = (code: string, reason: string): Verdict => ({
  verdict: 'inconclusive',
  code,
  reason,
});
export const noData = (code: string, reason: string): Verdict => ({ verdict: 'noData', code, reason });
export const pending = (code: string, reason: string): Verdict => ({ verdict: 'pending', code, reason });
