import type { z } from 'zod';
import type { Fault } from '../errors.ts';
import { toFaults } from '../parse.ts';

/** What a schema finds wrong with a value, as a client is told; nothing when the value is accepted. */
export function faultsOf(schema: z.ZodType, value: unknown): Fault[] {
  const result = schema.safeParse(value);
  return result.success ? [] : toFaults(result.error);
}

/** The same, as `path code` without the messages. */
export function refusals(schema: z.ZodType, value: unknown): string[] {
  return faultsOf(schema, value).map(({ path, code }) => `${path} ${code}`);
}
