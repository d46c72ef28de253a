import { BreakwaterError, type Fault, sha256, TokenId } from '@breakwater/shared';
import type { Caller, TokenAsked } from '../adapters/http/interface.ts';
import { NOBODY } from '../core/catch-up.ts';
import type { EnrolledHost } from '../core/fleet.ts';
import { hasAdmin, isExpired, isWholeAdmin, LONGEST_TOKEN_MS, MOST_TOKENS } from '../core/token.ts';
import type { StoredToken } from '../core/token.ts';
import { chain } from './chain.ts';
import type { Engine } from './engine.ts';
import type { EngineDeps } from './engine-deps.ts';
import { doneBefore, type Keyed, underKey } from './once.ts';

/** What a token is created with. */
export type TokenDeps = Pick<EngineDeps, 'store' | 'clock' | 'wakeups' | 'newToken' | 'log'>;

/** A token as it has come to be. Only whoever is answered ever sees `token`. */
interface Created {
  stored: StoredToken;
  token: string;
}

/**
 * Creates a token for an operator. Those that have expired are cleared away in the same write.
 * @throws BreakwaterError `token_shown_once` for a request that has created its token before: the store does not have it.
 */
export async function createToken(
  deps: TokenDeps & Pick<EngineDeps, 'watch'>,
  engine: Engine,
  asked: TokenAsked,
  caller: Caller,
): Promise<Created> {
  const faults = faultsOf(asked, deps.watch.roster.hosts(), deps.clock.now());
  if (faults[0]) throw BreakwaterError.fromFaults([faults[0], ...faults.slice(1)]);
  const token = deps.newToken();
  return engine.inTurn(async () => {
    for (;;) {
      const snapshot = await deps.store.snapshot();
      const done = await doneBefore(deps.store, caller);
      if (done !== null)
        throw new BreakwaterError(
          'token_shown_once',
          `this request has created ${done.token ?? 'its token'}`,
        );
      const stored = await writeToken(deps, snapshot, { ...asked, token }, caller);
      if (stored !== null) return { stored, token };
    }
  });
}

/** Writes a token on a snapshot. @returns `null` when somebody else wrote in the meantime. */
export async function writeToken(
  { store, clock, wakeups, log }: TokenDeps,
  { head, tokens }: Awaited<ReturnType<EngineDeps['store']['snapshot']>>,
  { token, ...asked }: TokenAsked & { token: string },
  caller: Keyed & Pick<Caller, 'name'>,
): Promise<StoredToken | null> {
  const now = clock.now();
  const cleared = [...tokens.values()].filter((one) => isExpired(one, now)).map(({ id }) => id);
  if (tokens.size - cleared.length >= MOST_TOKENS)
    throw new BreakwaterError('too_many_tokens', `there are ${MOST_TOKENS} tokens`);
  const id = TokenId.parse(`t-${head.seq + 1}`);
  const { name: by } = caller;
  const { name, role, scope, expiresAt, reason } = asked;
  const event = {
    type: 'token.created',
    token: id,
    name,
    role,
    scope,
    expiresAt,
    cleared,
    by,
    reason,
  } as const;
  const events = chain(head, [event], now);
  const stored: StoredToken = { ...asked, id, sha256: sha256(token), createdAt: now, createdBy: by };
  const saved = await store.commit({
    expected: head,
    events,
    tokens: new Map([...cleared.map((gone) => [gone, null] as const), [id, stored]]),
    ...underKey(caller, null, { token: id }),
  });
  if (saved === 'conflict') return null;
  log.info({ event: event.type, token: id, name, role, by }, `token ${id} was created for ${name}`);
  await wakeups.publish({ hosts: [], head: events[0].seq });
  return stored;
}

/**
 * Takes a token back. Once the answer is out, no request with it is served by any orchestrator that reaches the store.
 * @throws BreakwaterError `last_admin` when nobody could create a token any more.
 */
export async function revokeToken(
  {
    store,
    clock,
    wakeups,
    enrolment,
    log,
  }: Pick<EngineDeps, 'store' | 'clock' | 'wakeups' | 'enrolment' | 'log'>,
  engine: Engine,
  id: TokenId,
  caller: Caller,
  reason: string,
): Promise<void> {
  return engine.inTurn(async () => {
    for (;;) {
      const { head, tokens } = await store.snapshot();
      if (await doneBefore(store, caller)) return;
      const token = tokens.get(id);
      if (token === undefined)
        throw new BreakwaterError(
          'not_found',
          `There is no token ${id}; the audit log says whether it was revoked.`,
        );
      const now = clock.now();
      if (isWholeAdmin(token, now) && !enrolment.hasAdmin() && !hasAdmin(tokens, now, id))
        throw new BreakwaterError(
          'last_admin',
          `${id} is the only admin token without a scope, and no file has an admin`,
        );
      const { name } = token;
      const event = { type: 'token.revoked', token: id, name, by: caller.name, reason } as const;
      const events = chain(head, [event], now);
      const gone = new Map([[id, null]]);
      const saved = await store.commit({ expected: head, events, tokens: gone, ...underKey(caller, null) });
      if (saved === 'conflict') continue;
      log.info({ event: event.type, token: id, name, by: caller.name }, `token ${id} of ${name} was revoked`);
      await wakeups.publish({ hosts: [], head: events[0].seq });
      return;
    }
  });
}

/** What only the fleet and the time can tell of a token that is asked for. */
function faultsOf(
  { name, scope, expiresAt }: TokenAsked,
  hosts: readonly EnrolledHost[],
  now: number,
): Fault[] {
  const places = new Set(hosts.map(({ datacenter }) => datacenter));
  const fault = (path: string, message: string): Fault => ({ path, code: 'invalid_value', message });
  const unknown = (scope?.datacenters ?? []).flatMap((place, index) =>
    places.has(place) ? [] : [fault(`/scope/datacenters/${index}`, `there is no datacenter ${place}`)],
  );
  const late = expiresAt !== null && expiresAt > now + LONGEST_TOKEN_MS;
  return [
    ...(name === NOBODY ? [fault('/name', `${NOBODY} is the name of the orchestrator itself`)] : []),
    ...unknown,
    ...(expiresAt !== null && expiresAt <= now ? [fault('/expiresAt', 'is over already')] : []),
    ...(late ? [fault('/expiresAt', 'is further away than 366 days')] : []),
  ];
}
