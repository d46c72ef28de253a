import { z } from 'zod';
import { PRINTABLE, PRINTABLE_RULE } from './text.ts';

/**
 * Names and ids, as branded strings, so that a datacenter can never be passed where a host is meant.
 *
 * They are lower-case ASCII on purpose: ids appear in file names, keys, logs and pages, and two ids that
 * look alike (`nѕ1` with a Cyrillic letter) must not both be possible. The one such word that every JavaScript object has a
 * property of is refused: records are looked up by these names.
 */
const NAME = /^(?!constructor$)[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;
const NAME_RULE =
  '1 to 63 lower-case letters, digits, dots or hyphens, starting and ending with a letter or digit, and not the word constructor';

export const HostId = z.string().regex(NAME, `a host id is ${NAME_RULE}`).brand<'HostId'>();
export type HostId = z.infer<typeof HostId>;

export const DatacenterName = z
  .string()
  .regex(NAME, `a datacenter is ${NAME_RULE}`)
  .brand<'DatacenterName'>();
export type DatacenterName = z.infer<typeof DatacenterName>;

export const GroupName = z.string().regex(NAME, `a redundancy group is ${NAME_RULE}`).brand<'GroupName'>();
export type GroupName = z.infer<typeof GroupName>;

export const OperatorName = z
  .string()
  .regex(NAME, `an operator name is ${NAME_RULE}`)
  .brand<'OperatorName'>();
export type OperatorName = z.infer<typeof OperatorName>;

/** `r-` and the number of the event that recorded the submission; it sorts by age and never repeats. */
export const RolloutId = z
  .string()
  .regex(/^r-[1-9][0-9]{0,14}$/, 'a rollout id looks like r-42')
  .brand<'RolloutId'>();
export type RolloutId = z.infer<typeof RolloutId>;

/** `t-` and the number of the event that recorded its creation: an operator's token, without being it. */
export const TokenId = z
  .string()
  .regex(/^t-[1-9][0-9]{0,14}$/, 'the id of a token looks like t-42')
  .brand<'TokenId'>();
export type TokenId = z.infer<typeof TokenId>;

/** A SHA-256 digest in lower-case hexadecimal. */
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a digest is 64 lower-case hexadecimal digits')
  .brand<'Digest'>();
export type Digest = z.infer<typeof Digest>;

/** Grows with every attempt to change a host; a host refuses an epoch below the highest it has seen. */
export const Epoch = z.int().min(0);
export type Epoch = z.infer<typeof Epoch>;

/** Key and value of a host's label. */
export const LabelName = z.string().regex(NAME, `a label name is ${NAME_RULE}`);
export const LabelValue = z.string().min(1).max(100).regex(PRINTABLE, PRINTABLE_RULE);
export const Labels = z.record(LabelName, LabelValue);
export type Labels = z.infer<typeof Labels>;

const numeric = new Intl.Collator('en', { numeric: true });

/** Orders names as a person would: ns2 before ns10. Only equal names compare as equal, so an order is one order. */
export function compareNames(a: string, b: string): number {
  // The collator takes ns1 and ns01 for the same; what is sorted by it must not depend on the order before.
  return numeric.compare(a, b) || Number(a > b) - Number(a < b);
}
