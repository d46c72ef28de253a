/** How one kind of error is presented: its HTTP status, what was wrong in general, and what to do next. */
export interface ErrorKind {
  status: number;
  title: string;
  action: string;
}

const kind = (status: number, title: string, action: string): ErrorKind => ({ status, title, action });

/**
 * Every error that the interface can answer with. The keys are stable: programs branch on them, people
 * search for them. Text may be improved; a key is never renamed or reused.
 */
export const ERRORS = {
  // Faults of a body, each reported with its path.
  invalid_value: kind(422, 'A value is not what this field takes', 'Correct the value at the given path.'),
  unknown_field: kind(
    422,
    'A field is unknown',
    'Remove it or correct its name; nothing is ignored silently.',
  ),
  duration_invalid: kind(
    422,
    'A duration is not valid',
    'Write a number and a unit, such as "30s" or "10m".',
  ),
  bundle_empty: kind(422, 'The bundle has no files', 'Put at least one file into bundle.files.'),
  bundle_path_invalid: kind(422, 'A path in the bundle is not allowed', 'Correct or remove the path.'),
  bundle_content_invalid: kind(
    422,
    'A file of the bundle is not text',
    'Send UTF-8 text without NUL characters.',
  ),
  bundle_too_large: kind(422, 'The bundle is too large', 'Split it, or leave out what no name server reads.'),
  strategy_unsafe: kind(
    422,
    'The strategy contradicts itself',
    'Change the field at the given path; it is never corrected for you.',
  ),
  gate_unavailable: kind(
    422,
    'A gate can never be measured here',
    'Configure what it needs, or submit without this gate.',
  ),
  strategy_beyond_limits: kind(
    422,
    'The strategy goes beyond what this fleet allows',
    'Change the field at the given path; the limits are in the configuration of the orchestrator.',
  ),
  targets_match_nothing: kind(422, 'The targets match no host', 'Compare targets with GET /v1/hosts.'),
  target_unknown: kind(
    422,
    'The targets name something that does not exist',
    'Compare targets with GET /v1/hosts.',
  ),
  host_drained: kind(
    422,
    'A host that is named is drained',
    'Undrain it with POST /v1/hosts/:id/undrain, or do not name it.',
  ),
  canary_matches_nothing: kind(
    422,
    'No targeted host can be the canary',
    'Name a canary host that is among the targets.',
  ),
  last_healthy_host: kind(
    422,
    'The plan would take the last healthy host',
    'Lower strategy.maxUnavailable, target more hosts, or accept the gap by naming the host in targets.hosts.',
  ),
  more_hosts_than_expected: kind(
    422,
    'The plan has more hosts than expected',
    'Narrow targets, or raise expect.maxHosts.',
  ),
  several_faults: kind(
    422,
    'The request has several faults',
    'Correct every fault in the list, then send it again.',
  ),
  // Requests that cannot be read at all.
  malformed_json: kind(400, 'The body is not valid JSON', 'Send one JSON object in UTF-8.'),
  unsupported_media_type: kind(415, 'The body is not JSON', 'Send it with content-type: application/json.'),
  body_too_large: kind(413, 'The body is too large', 'Send fewer or smaller files.'),
  // Identity.
  unauthenticated: kind(401, 'The token is missing or unknown', 'Send authorization: Bearer <token>.'),
  forbidden: kind(403, 'Your role does not allow this', 'Ask somebody with the role that the detail names.'),
  out_of_scope: kind(
    403,
    'Your token does not reach that far',
    'Ask somebody whose token has the scope that the detail names; stopping the line needs none.',
  ),
  own_approval: kind(403, 'Nobody approves their own rollout', 'Ask another approver.'),
  // State of the world.
  not_found: kind(
    404,
    'There is no such thing',
    'Check the id; GET /v1/rollouts and GET /v1/hosts list what exists.',
  ),
  bundle_unknown: kind(404, 'No bundle has this digest', 'Store it first with POST /v1/bundles.'),
  rollout_overlap: kind(
    409,
    'A host is already in another rollout',
    'Wait for the rollout in the way, or abort it.',
  ),
  canary_unproven: kind(
    409,
    'The canary has not proved the change, and nothing goes on without it',
    'Submit the change again: it gets a canary of its own.',
  ),
  emergency_expired: kind(
    409,
    'The emergency has expired',
    'Roll it back or abort it; submit a new one if it is still needed.',
  ),
  plan_changed: kind(
    409,
    'The fleet no longer gives the plan you looked at',
    'Look at the new plan with POST /v1/plans.',
  ),
  verb_not_allowed: kind(
    409,
    'The rollout cannot do this in its state',
    'Read its state with GET /v1/rollouts/:id.',
  ),
  superseded: kind(
    409,
    'A newer rollout has changed these hosts',
    'Roll the newer rollout back; where it was only staged, submit the bundle that you want back as a rollout.',
  ),
  idempotency_conflict: kind(
    409,
    'This Idempotency-Key was used for another request',
    'Use a new key for a new request.',
  ),
  token_shown_once: kind(
    409,
    'This request has created its token before, and a token is shown once',
    'Revoke the token that the detail names if its text is lost, and create another under a new key.',
  ),
  last_admin: kind(
    409,
    'Without this token nobody would be an admin',
    'Create another admin token without a scope first, or put an admin into the operators file.',
  ),
  too_many_tokens: kind(
    409,
    'There are as many tokens as there may be',
    'Revoke tokens that nobody uses; GET /v1/tokens lists them.',
  ),
  host_in_use: kind(
    409,
    'The host has a change that is not decided yet',
    'Wait for the rollout that the detail names, or roll it back.',
  ),
  host_removed: kind(
    403,
    'The host was removed from the fleet',
    'Its id is not used again; enrol it under another one.',
  ),
  line_stopped: kind(409, 'The line is stopped', 'Start it again with POST /v1/line once it is safe.'),
  too_soon: kind(429, 'This was done a moment ago', 'Wait as long as the detail says, then send it again.'),
  // Us.
  conflict: kind(409, 'Somebody else changed this at the same moment', 'Send the request again.'),
  store_unavailable: kind(
    503,
    'The store does not answer',
    'Nothing was changed for certain; read back, then try again.',
  ),
  store_unsafe: kind(
    503,
    'Redis could lose acknowledged writes',
    'Correct the settings that the detail names.',
  ),
  safe_mode: kind(
    503,
    'The store is not to be believed: it has lost something, or is another one',
    'Put the right store back, or run "breakwater-orchestrator accept-store" where an orchestrator runs.',
  ),
  witness_failed: kind(
    503,
    'It holds, but its record on the disk of this orchestrator failed',
    'Make room on that disk, or repair it; nothing is granted until then. Sending it again does no harm.',
  ),
  internal: kind(
    500,
    'Something failed that should not',
    'Report it with the request id; the log has the cause.',
  ),
} as const satisfies Record<string, ErrorKind>;
export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong, where it is (a JSON pointer, RFC 6901), and what it should be. */
export interface Fault {
  path: string;
  code: ErrorCode;
  message: string;
}

/** How many faults the detail spells out; all of them are in `faults`. */
const TOLD_AT_MOST = 10;

/** An error that a person can act on. Everything thrown on purpose is one of these. */
export class BreakwaterError extends Error {
  override readonly name = 'BreakwaterError';
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];

  constructor(code: ErrorCode, detail: string, options: { faults?: readonly Fault[]; cause?: unknown } = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.faults = options.faults ?? [];
  }

  /** One error for all faults of a request: under their common code, or as `several_faults`. */
  static fromFaults(faults: readonly [Fault, ...Fault[]]): BreakwaterError {
    const [first] = faults;
    const common = faults.every((fault) => fault.code === first.code);
    const told = faults.slice(0, TOLD_AT_MOST).map((fault) => `${fault.path || '/'}: ${fault.message}`);
    const more = faults.length > TOLD_AT_MOST ? [`and ${faults.length - TOLD_AT_MOST} more`] : [];
    const detail = [...told, ...more].join('; ');
    return new BreakwaterError(common ? first.code : 'several_faults', detail, { faults });
  }
}

/** The body of an error response, `application/problem+json` (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  action: string;
  faults: readonly Fault[];
}

/** Presents an error to whoever sent the request. */
export function toProblem(error: BreakwaterError): Problem {
  const { status, title, action } = ERRORS[error.code];
  const { code, message, faults } = error;
  return { type: `urn:breakwater:problem:${code}`, title, status, code, detail: message, action, faults };
}
