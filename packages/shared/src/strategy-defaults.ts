import { withEmergencySoaks } from './emergency.ts';

const PARTS: readonly string[] = ['canary', 'datacenters', 'global'];

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lays a strategy as it was submitted over defaults, field by field, and those of `canary`, `datacenters` and `global`
 * one by one; any other value is taken as a whole. Both are as they were written: what nobody wrote is filled in later,
 * by the schema, which also judges the result. What is no object is left for the schema to refuse.
 */
function overDefaults(submitted: unknown, defaults: Fields): unknown {
  if (submitted === undefined) return defaults;
  if (!isObject(submitted)) return submitted;
  const parts = PARTS.flatMap((part): [string, unknown][] => {
    const [own, theirs] = [submitted[part], defaults[part]];
    return isObject(own) && isObject(theirs) ? [[part, { ...theirs, ...own }]] : [];
  });
  return { ...defaults, ...submitted, ...Object.fromEntries(parts) };
}

/** Fills the defaults of a fleet into a submission as it was sent. An emergency's own shorter soaks come before them. */
export function withStrategyDefaults(body: unknown, defaults: Fields): unknown {
  const sent = withEmergencySoaks(body);
  return isObject(sent) ? { ...sent, strategy: overDefaults(sent['strategy'], defaults) } : sent;
}
