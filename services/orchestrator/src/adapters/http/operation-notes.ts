import type { ErrorCode } from '@breakwater/shared';
import { VERBS, type Verb } from '../../core/event.ts';
import { HOST_VERBS, type HostVerb } from '../../core/host-verbs.ts';
import {
  BUNDLE_EXAMPLE,
  HOST_VERB_EXAMPLES,
  LINE_START_EXAMPLE,
  LINE_STOP_EXAMPLE,
  PAGE_TEST_EXAMPLE,
  SUBMISSION_EXAMPLE,
  TOKEN_EXAMPLE,
  TOKEN_REVOKE_EXAMPLE,
  VERB_EXAMPLES,
} from './operation-examples.ts';

/** What the documentation says of a call beyond its schemas. */
export interface OperationNote {
  /** Its name in generated clients; as stable as its path. */
  id: string;
  description: string;
  /** Codes of problems besides those that every call of its kind can answer with. */
  problems?: readonly ErrorCode[];
  /** The body of a request that is answered as documented. */
  example?: unknown;
  /** Media types of its answer, where they are not JSON alone. */
  texts?: Readonly<Record<string, string>>;
}

const OF_A_BUNDLE = [
  'bundle_empty',
  'bundle_path_invalid',
  'bundle_content_invalid',
  'bundle_too_large',
] as const satisfies ErrorCode[];

const OF_A_PLAN = [
  ...OF_A_BUNDLE,
  'duration_invalid',
  'strategy_unsafe',
  'strategy_beyond_limits',
  'gate_unavailable',
  'targets_match_nothing',
  'target_unknown',
  'host_drained',
  'canary_matches_nothing',
  'last_healthy_host',
  'more_hosts_than_expected',
  'bundle_unknown',
  'not_found',
  'rollout_overlap',
  'plan_changed',
] as const satisfies ErrorCode[];

const OF_A_SUBMISSION = [
  ...OF_A_PLAN,
  'out_of_scope',
  'line_stopped',
  'store_unsafe',
  'idempotency_conflict',
  'conflict',
] as const satisfies ErrorCode[];

const OF_A_VERB = ['not_found', 'out_of_scope', 'verb_not_allowed', 'emergency_expired', 'conflict'] as const;

const VERB_NOTES: Record<Verb, Pick<OperationNote, 'description' | 'problems'>> = {
  approve: {
    description:
      'Lets the wave that waits go ahead. With `wave` it approves that one alone: an approval that comes late is refused. Nobody approves their own rollout.',
    problems: ['own_approval', 'canary_unproven'],
  },
  pause: { description: 'No further host is taken. What is in flight goes on, and a failure still halts.' },
  resume: {
    description:
      'Goes on after a pause, or after a halt: then every host that does not keep the change proves it again.',
    problems: ['superseded', 'canary_unproven'],
  },
  abort: {
    description: 'Ends it. Hosts in flight go back by themselves; hosts that keep the change stay.',
  },
  rollback: {
    description:
      'Takes every changed host back, the newest wave first, within `maxUnavailable`. It works while the rollout runs, when it is halted, and after it has succeeded.',
    problems: ['superseded'],
  },
  retry: {
    description: 'Lets a host that has failed or was skipped prove the change again.',
    problems: ['host_drained', 'superseded', 'canary_unproven'],
  },
  skip: { description: 'Leaves a host out that is not changed. One that cannot be heard catches up later.' },
};

function verbNote(verb: Verb): OperationNote {
  const { description, problems = [] } = VERB_NOTES[verb];
  const text = `${description} A verb whose answer was lost may be sent again: what is so already stays so.`;
  return {
    id: `${verb}Rollout`,
    description: text,
    problems: [...OF_A_VERB, ...problems],
    example: VERB_EXAMPLES[verb],
  };
}

const HOST_VERB_NOTES: Record<HostVerb, string> = {
  drain:
    'No rollout takes it, and it counts as unavailable. What is in flight on it goes on. Drained already: nothing happens.',
  undrain: 'It takes part again, and catches up with what it has missed. Not drained: nothing happens.',
  remove: 'For good: its id is not used again. Refused while a rollout has something undecided there.',
};

function hostVerbNote(verb: HostVerb): OperationNote {
  const problems = ['not_found', 'out_of_scope', 'host_removed', 'host_in_use', 'conflict'] as const;
  return {
    id: `${verb}Host`,
    description: HOST_VERB_NOTES[verb],
    problems,
    example: HOST_VERB_EXAMPLES[verb],
  };
}

/** Every call that is documented, by method and route. A route without a note stops the server from starting. */
export const OPERATION_NOTES: Readonly<Record<string, OperationNote>> = {
  'POST /v1/bundles': {
    id: 'storeBundle',
    description:
      'Stores files under the digest of their manifest. The same files give the same digest; storing them twice changes nothing.',
    problems: OF_A_BUNDLE,
    example: BUNDLE_EXAMPLE,
  },
  'GET /v1/bundles/:digest': {
    id: 'getBundle',
    description: 'The manifest and every file, as they were stored.',
    problems: ['not_found', 'bundle_unknown'],
  },
  'POST /v1/plans': {
    id: 'planRollout',
    description:
      'Takes what a submission takes, and answers with the waves, what would change on each host, warnings, and the `planDigest` that a submission may carry.',
    problems: OF_A_PLAN,
    example: SUBMISSION_EXAMPLE,
  },
  'POST /v1/rollouts': {
    id: 'submitRollout',
    description:
      'Starts a rollout. With `planDigest` it is refused when the fleet no longer gives the plan that was looked at. The same `idempotency-key` with the same body gives the same rollout.',
    problems: OF_A_SUBMISSION,
    example: SUBMISSION_EXAMPLE,
  },
  'GET /v1/rollouts': { id: 'listRollouts', description: 'Parts of at most `limit`, newest first.' },
  'GET /v1/rollouts/:id': {
    id: 'getRollout',
    description: 'Its state and what decided it, every wave, and every host with its verdict.',
    problems: ['not_found'],
  },
  ...Object.fromEntries(VERBS.map((verb) => [`POST /v1/rollouts/:id/${verb}`, verbNote(verb)])),
  'GET /v1/rollouts/:id/events': {
    id: 'getRolloutEvents',
    description:
      'Oldest first. As a stream of server-sent events it goes on until the client leaves, and takes up again from `last-event-id`.',
    problems: ['not_found'],
    texts: { 'text/event-stream': 'Each event under its sequence number and its type.' },
  },
  'GET /v1/rollouts/:id/timeline': {
    id: 'getTimeline',
    description: 'What happened, to which wave, and how long it took; roles, never names.',
    problems: ['not_found'],
    texts: { 'text/markdown': 'To paste into an incident review.' },
  },
  'GET /v1/hosts': { id: 'listHosts', description: 'Parts of at most `limit`, by id.' },
  'GET /v1/hosts/:id': {
    id: 'getHost',
    description: 'What it should run, runs and has confirmed; its health, drift, and when it was last heard.',
    problems: ['not_found'],
  },
  ...Object.fromEntries(
    (Object.keys(HOST_VERBS) as HostVerb[]).map((verb) => [`POST /v1/hosts/:id/${verb}`, hostVerbNote(verb)]),
  ),
  'GET /v1/line': { id: 'getLine', description: 'Whether rollouts may start and take hosts at all.' },
  'POST /v1/line': {
    id: 'setLine',
    description: 'Stopping takes less than starting: see the two calls below, which this one joins.',
    problems: ['out_of_scope', 'conflict'],
    example: { stopped: true, ...LINE_STOP_EXAMPLE },
  },
  'POST /v1/line/stop': {
    id: 'stopLine',
    description:
      'No rollout, emergencies included, starts or takes a further host. What is in flight goes on.',
    problems: ['conflict'],
    example: LINE_STOP_EXAMPLE,
  },
  'POST /v1/line/start': {
    id: 'startLine',
    description: 'Rollouts that waited for it go on at once.',
    problems: ['out_of_scope', 'conflict'],
    example: LINE_START_EXAMPLE,
  },
  'GET /v1/audit': {
    id: 'getAudit',
    description: 'Numbered without gaps, each event chained to the one before by its hash.',
  },
  'GET /v1/tokens': {
    id: 'listTokens',
    description: 'Parts of at most `limit`. Tokens of the file of operators are not among them.',
  },
  'POST /v1/tokens': {
    id: 'createToken',
    description:
      'The answer holds the token, which is stored as its hash alone. With a `scope` its holder acts on hosts within it, and on rollouts whose every host is; stopping the line needs no scope. The same `idempotency-key` again is refused, since the token cannot be shown twice.',
    problems: ['out_of_scope', 'token_shown_once', 'too_many_tokens', 'idempotency_conflict', 'conflict'],
    example: TOKEN_EXAMPLE,
  },
  'POST /v1/tokens/:id/revoke': {
    id: 'revokeToken',
    description:
      'No request with it is served after the answer, and its open event streams end within seconds. The last admin token stays unless the file of operators has an admin.',
    problems: ['not_found', 'out_of_scope', 'last_admin', 'idempotency_conflict', 'conflict'],
    example: TOKEN_REVOKE_EXAMPLE,
  },
  'POST /v1/pages/test': {
    id: 'testPages',
    description: 'Answers with what became of it over each channel. At most one a minute.',
    problems: ['not_found', 'too_soon'],
    example: PAGE_TEST_EXAMPLE,
  },
  'GET /healthz': { id: 'getHealth', description: 'It answers as long as the process does.' },
  'GET /readyz': { id: 'getReadiness', description: 'Also over the state of the store and of the pagers.' },
  'GET /metrics': {
    id: 'getMetrics',
    description: 'The text format of Prometheus.',
    texts: { 'text/plain': 'Metrics.' },
  },
  'GET /': {
    id: 'getStatusPage',
    description: 'A page to look at without a token. It keeps what was seen last when the store is down.',
    texts: { 'text/html': 'The page.' },
  },
};
