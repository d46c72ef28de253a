import { randomUUID } from 'node:crypto';
import createClient, { type Client } from 'openapi-fetch';
import { EXIT } from '../exit-codes.ts';
import { Failure, Problem, Refusal } from '../failures.ts';
import type { Settings } from '../settings/settings.ts';
import { failover, type FailoverOptions, type Send } from './failover.ts';
import type { components, paths } from './schema.ts';

type Schemas = components['schemas'];
export type Rollout = Schemas['Rollout'];
export type Wave = Rollout['waves'][number];
export type Plan = Schemas['Plan'];
export type Host = Schemas['Host'];
export type Line = Schemas['Line'];
export type Token = Schemas['Token'];
export type NewToken = Schemas['NewToken'];
export type Timeline = Schemas['Timeline'];
export type Event = Schemas['Event'];
export type Submission = Schemas['SubmissionInput'];

/** The orchestrators, as one. */
export interface Api {
  readonly client: Client<paths>;
  readonly addresses: readonly string[];
  /** For answers that are followed while they come. */
  stream(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response>;
}

// Where requests are made out to; the real origin is chosen when they are sent.
const NOWHERE = 'http://127.0.0.1';

export function createApi({ addresses, token }: Settings, options: Partial<FailoverOptions> = {}): Api {
  const send: Send = failover({ addresses, ...options });
  const authorization = `Bearer ${token}`;
  const client = createClient<paths>({
    baseUrl: NOWHERE,
    fetch: (request) => send(request),
    headers: { authorization },
  });
  client.use({
    onRequest({ request }) {
      // One key for all attempts: whichever orchestrator gets it, it is done once.
      if (request.method === 'POST') request.headers.set('idempotency-key', randomUUID());
      return request;
    },
  });
  return {
    client,
    addresses,
    stream: (path, headers, signal) =>
      send(new Request(NOWHERE + path, { headers: { ...headers, authorization }, signal }), 'stream'),
  };
}

/** The data of an answer. @throws Refusal with the problem that it was instead. */
export async function answerOf<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await call;
  if (response.ok && data !== undefined) return data;
  throw refusalOf(response.status, error);
}

/** What to type, for problems whose own advice speaks of HTTP. */
const NEXT: Readonly<Record<string, string>> = {
  unauthenticated: 'Check the token in BREAKWATER_TOKEN, --token-file or the configuration.',
  plan_changed: 'Run the same command again: it shows the plan that the fleet gives now.',
  verb_not_allowed: 'Look at it: breakwater status',
  not_found: 'See what there is: breakwater status, breakwater hosts',
  targets_match_nothing: 'Compare with: breakwater hosts',
  token_shown_once: 'If its text is lost, revoke the token (breakwater tokens revoke ID) and create another.',
  last_admin: 'Create another admin first: breakwater tokens create NAME --role admin --reason "…"',
  too_many_tokens: 'See who has one: breakwater tokens',
  target_unknown: 'Compare with: breakwater hosts',
  line_stopped: 'Once it is safe: breakwater line start --reason "…"',
};

const STORE_DOWN =
  'The store (Redis) does not answer; name servers go on serving, hosts in flight go back by themselves; see docs/runbooks/store-down.md';

export function refusalOf(status: number, body: unknown): Failure {
  const problem = Problem.safeParse(body);
  if (!problem.success) {
    const text = typeof body === 'string' ? body.slice(0, 200) : '';
    return new Failure(
      EXIT.failed,
      `the answer was ${status}, and not one of an orchestrator: ${text || 'it was empty'}`,
      ['Check that the address is that of an orchestrator (the API, not the port of the agents).'],
    );
  }
  const { code, action } = problem.data;
  // After a write it matters what the orchestrator knows of it; what the store means for the fleet comes on top.
  const lines = code === 'store_unavailable' ? [action, STORE_DOWN] : [NEXT[code] ?? action];
  return new Refusal(
    problem.data,
    lines.filter((line) => line !== ''),
  );
}
