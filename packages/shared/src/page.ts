import { z } from 'zod';

/** A page: it wakes a person, so its first line says what happened, where, and what the machine already did. */
export const Page = z.strictObject({
  id: z.string(),
  /** All deliveries of one cause share it; a pager shows them as one. */
  dedupKey: z.string(),
  severity: z.enum(['critical', 'warning', 'info']),
  /** `resolved` takes the cause off a pager's list; it wakes nobody. */
  status: z.enum(['firing', 'resolved']).default('firing'),
  summary: z.string(),
  /** `null` for what concerns no single rollout, such as a store that is not to be trusted. */
  rollout: z.string().nullable(),
  code: z.string(),
  reason: z.string(),
  host: z.string().optional(),
  wave: z.string().optional(),
  /** What the machine has done already; in the summary too. Absent in pages from before it was said apart. */
  done: z.string().optional(),
  /** What is to be decided, with the commands to type. */
  decide: z.string(),
  /** The likeliest of them. */
  command: z.string().optional(),
  at: z.iso.datetime(),
  /** Where to look at it; set when it is sent, if the orchestrator knows under which URL people reach it. */
  link: z.url().optional(),
});
export type Page = z.infer<typeof Page>;
