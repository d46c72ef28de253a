import { ERRORS, type ErrorCode } from '@breakwater/shared';

const GUARDED = ['unauthenticated', 'forbidden', 'store_unavailable'] as const satisfies ErrorCode[];
const WITH_INPUT = ['invalid_value', 'unknown_field', 'several_faults'] as const satisfies ErrorCode[];
const WRITING = [
  'malformed_json',
  'unsupported_media_type',
  'body_too_large',
  'safe_mode',
  'witness_failed',
] as const satisfies ErrorCode[];

interface ProblemResponse {
  description: string;
  content: Record<string, object>;
}

/** All codes that a call can answer with: those of its kind, and its own. */
export function problemsOf(call: {
  guarded: boolean;
  writes: boolean;
  own: readonly ErrorCode[];
}): readonly ErrorCode[] {
  const all = [
    'internal' as const,
    ...(call.guarded ? [...GUARDED, ...WITH_INPUT] : []),
    ...(call.writes ? WRITING : []),
    ...call.own,
  ];
  return [...new Set(all)];
}

/** Responses in the words of OpenAPI, one for each status, with an example of each code. */
export function problemResponses(codes: readonly ErrorCode[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  const responses = [...byStatus]
    .toSorted(([a], [b]) => a - b)
    .map(([status, some]): [string, ProblemResponse] => [String(status), problemResponse(some.toSorted())]);
  return Object.fromEntries(responses);
}

function problemResponse(codes: readonly ErrorCode[]): ProblemResponse {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('; '),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }])),
      },
    },
  };
}

function problemExample(code: ErrorCode): object {
  const { status, title, action } = ERRORS[code];
  const type = `urn:breakwater:problem:${code}`;
  const detail = 'What was wrong with this very request.';
  const requestId = '00000000-0000-4000-8000-000000000000';
  return { type, title, status, code, detail, action, faults: [], requestId };
}
