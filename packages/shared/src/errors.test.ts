import { describe, expect, test } from 'vitest';
import { BreakwaterError, ERRORS, type ErrorCode, type Fault, toProblem } from './errors.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];
const fault = (path: string, code: ErrorCode, message = 'is wrong'): Fault => ({ path, code, message });

describe.each(CODES)('%s', (code) => {
  const { status, title, action } = ERRORS[code];

  test('is a stable key with the status of an error', () => {
    expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect([400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503]).toContain(status);
  });

  test('says what is wrong, and what to do next', () => {
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(action).toMatch(/^[A-Z].*\.$/);
  });

  test('is presented as a problem', () => {
    expect(toProblem(new BreakwaterError(code, 'The detail.'))).toEqual({
      type: `urn:breakwater:problem:${code}`,
      title,
      status,
      code,
      detail: 'The detail.',
      action,
      faults: [],
    });
  });
});

test('no two errors have the same title: a person must be able to tell them apart', () => {
  expect(new Set(CODES.map((code) => ERRORS[code].title)).size).toBe(CODES.length);
});

test('the codes are the ones that programs branch on: none is renamed, reused or lost', () => {
  expect(CODES.toSorted()).toMatchInlineSnapshot(`
    [
      "body_too_large",
      "bundle_content_invalid",
      "bundle_empty",
      "bundle_path_invalid",
      "bundle_too_large",
      "bundle_unknown",
      "canary_matches_nothing",
      "canary_unproven",
      "conflict",
      "duration_invalid",
      "emergency_expired",
      "forbidden",
      "gate_unavailable",
      "host_drained",
      "host_in_use",
      "host_removed",
      "idempotency_conflict",
      "internal",
      "invalid_value",
      "last_admin",
      "last_healthy_host",
      "line_stopped",
      "malformed_json",
      "more_hosts_than_expected",
      "not_found",
      "out_of_scope",
      "own_approval",
      "plan_changed",
      "rollout_overlap",
      "safe_mode",
      "several_faults",
      "store_unavailable",
      "store_unsafe",
      "strategy_beyond_limits",
      "strategy_unsafe",
      "superseded",
      "target_unknown",
      "targets_match_nothing",
      "token_shown_once",
      "too_many_tokens",
      "too_soon",
      "unauthenticated",
      "unknown_field",
      "unsupported_media_type",
      "verb_not_allowed",
      "witness_failed",
    ]
  `);
});

describe('an error of several faults', () => {
  test('has the code that they share', () => {
    const faults = [fault('/a', 'unknown_field'), fault('/b', 'unknown_field')] as const;
    expect(BreakwaterError.fromFaults(faults).code).toBe('unknown_field');
  });

  test('has the code of its only fault', () => {
    expect(BreakwaterError.fromFaults([fault('/a', 'strategy_unsafe')]).code).toBe('strategy_unsafe');
  });

  test.each([
    ['the first', ['unknown_field', 'invalid_value', 'invalid_value']],
    ['the last', ['invalid_value', 'invalid_value', 'unknown_field']],
  ] as const)('is several_faults when %s is of another kind', (_, [a, b, c]) => {
    const faults = [fault('/a', a), fault('/b', b), fault('/c', c)] as const;
    const error = BreakwaterError.fromFaults(faults);
    expect(error.code).toBe('several_faults');
    expect(toProblem(error)).toMatchObject({ status: 422, code: 'several_faults', faults });
  });

  test('tells every fault with its place, and the whole document as /', () => {
    const faults = [fault('/a~1b', 'invalid_value', 'one'), fault('', 'invalid_value', 'two')] as const;
    expect(BreakwaterError.fromFaults(faults).message).toBe('/a~1b: one; /: two');
  });
});

test('an error keeps what caused it, for the log and not for the client', () => {
  const cause = new Error('connect ECONNREFUSED 10.0.0.7');
  const error = new BreakwaterError('store_unavailable', 'The store does not answer.', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe('BreakwaterError');
  expect(error.cause).toBe(cause);
  expect(JSON.stringify(toProblem(error))).not.toContain('10.0.0.7');
});
