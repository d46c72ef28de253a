import type { z } from 'zod';
import { BreakwaterError, ERRORS, type ErrorCode, type Fault } from './errors.ts';

/** A JSON pointer (RFC 6901) to a place in a document. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function codeOf(issue: z.core.$ZodIssue): ErrorCode {
  const named: unknown = issue.code === 'custom' ? issue.params?.['fault'] : undefined;
  return typeof named === 'string' && Object.hasOwn(ERRORS, named) ? (named as ErrorCode) : 'invalid_value';
}

/** How many fields a value has that this member of a union does not know. */
function strangers(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce(
    (sum, issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? sum + issue.keys.length : sum,
    0,
  );
}

/** The value is of another type than this member of a union. A number that should be whole is of the type. */
function isOfAnotherType(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.some(
    (issue) =>
      issue.path.length === 0 &&
      (issue.code === 'invalid_value' || (issue.code === 'invalid_type' && issue.expected !== 'int')),
  );
}

/**
 * A value that fits no member of a union is explained by the member that came closest: the one that knows the
 * most of its fields, then the one with the fewest issues. Issues alone would take `{ files }` with many bad
 * files for a bad `{ digest }`.
 */
function closest(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const near = issue.errors
    .filter((issues) => !isOfAnotherType(issues))
    .toSorted((a, b) => strangers(a) - strangers(b) || a.length - b.length)[0];
  return (near ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pointer([...issue.path, key]),
      code: 'unknown_field',
      message: 'is not a field of this object',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = closest(issue).flatMap(faultsOf);
    if (inner.length > 0) return inner;
    const messages = issue.errors.flat().map(({ message }) => message);
    return [
      {
        path: pointer(issue.path),
        code: 'invalid_value',
        message: [...new Set(messages)].join('; or '),
      },
    ];
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({
      path: pointer(issue.path),
      code: 'invalid_value',
      message: inner.message,
    }));
  }
  return [{ path: pointer(issue.path), code: codeOf(issue), message: issue.message }];
}

/** Turns what zod found into faults with stable codes and paths, all of them at once. */
export function toFaults(error: z.core.$ZodError): [Fault, ...Fault[]] {
  const [first, ...rest] = error.issues.flatMap(faultsOf);
  return [first ?? { path: '', code: 'invalid_value', message: error.message }, ...rest];
}

/**
 * Reads an unknown value by its schema.
 * @throws BreakwaterError with every fault and its path.
 */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw BreakwaterError.fromFaults(toFaults(result.error));
}
