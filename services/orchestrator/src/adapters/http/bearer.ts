import { BreakwaterError } from '@breakwater/shared';
import type { FastifyRequest } from 'fastify';
import type { Identities, Operator } from './interface.ts';
import { requirePermission, ROUTE_PERMISSIONS } from './roles.ts';
import type { App } from './server.ts';

/** RFC 6750: one token of these characters, after the word Bearer in any case. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i;

/** The token that a request carries, or `null`. */
export function bearerToken(request: FastifyRequest): string | null {
  return BEARER.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

export function unauthenticated(): BreakwaterError {
  return new BreakwaterError('unauthenticated', 'The authorization header has no token that is known here.');
}

/** The route's name in the table of permissions, or `null` where no token is needed. */
function guardedRoute(method: string, url: string | undefined): string | null {
  return url?.startsWith('/v1/') === true ? `${method} ${url}` : null;
}

/**
 * Asks for an operator's token on every route under /v1, before the body is read: whoever may not call has
 * nothing parsed or stored for them.
 */
export function guardOperatorRoutes(app: App, identities: Identities): void {
  app.decorateRequest('operator', null);
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat().map((one) => guardedRoute(one, url))) {
      if (name !== null && !(name in ROUTE_PERMISSIONS))
        throw new Error(`${name} is not in the table of permissions`);
    }
  });
  app.addHook('onRequest', async (request) => {
    const name = guardedRoute(request.method, request.routeOptions.url);
    if (name === null) return;
    const token = bearerToken(request);
    const operator = token === null ? null : await identities.operator(token);
    if (operator === null) throw unauthenticated();
    const permission = ROUTE_PERMISSIONS[name];
    if (permission === undefined) throw new Error(`${name} is not in the table of permissions`);
    requirePermission(operator, permission);
    request.setDecorator('operator', operator);
  });
}

const LOOK_EVERY_MS = 1000;

/**
 * What is answered for longer than a moment ends soon after its token is revoked or has expired.
 * @returns a signal for that, and what ends the looking.
 */
export function endOfToken(
  request: FastifyRequest,
  identities: Identities,
): { signal: AbortSignal; release: () => void } {
  const ended = new AbortController();
  const token = bearerToken(request);
  const timer = setInterval(() => {
    if (token === null || identities.lastKnown(token) === null) ended.abort();
  }, LOOK_EVERY_MS);
  return { signal: ended.signal, release: () => clearInterval(timer) };
}

/** Who makes this request. @throws on a route that is not guarded, which would be a bug. */
export function operatorOf(request: FastifyRequest): Operator {
  const operator = request.getDecorator<Operator | null>('operator');
  if (operator === null) throw new Error('the route has no operator');
  return operator;
}
