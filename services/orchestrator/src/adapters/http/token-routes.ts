import { compareNames } from '@breakwater/shared';
import type { z } from 'zod';
import type { StoredToken } from '../../core/token.ts';
import { callerOf } from './caller.ts';
import type { Operations } from './interface.ts';
import { NewTokenReply, RevokedReply, TokenList, type TokenReply } from './replies.ts';
import { NewToken, NoQuery, TokenPath, TokenRevocation, TokensQuery, WriteHeaders } from './requests.ts';
import type { App } from './server.ts';
import { isoTime } from './view.ts';

/** What anybody may see of a token: neither it nor its hash. Field by field, so that nothing new gets out by itself. */
function tokenView({
  id,
  name,
  role,
  scope,
  reason,
  createdAt,
  createdBy,
  expiresAt,
}: StoredToken): z.infer<typeof TokenReply> {
  const times = { createdAt: isoTime(createdAt), expiresAt: isoTime(expiresAt) };
  return { id, name, role, scope, reason, createdBy, ...times };
}

/** Operators' tokens that are kept in the store. Those of the operators' file are that file's business. */
export function tokenRoutes(app: App, operations: Operations): void {
  app.route({
    method: 'GET',
    url: '/v1/tokens',
    schema: {
      summary: 'List the tokens that have not been revoked, oldest first; never what they are',
      tags: ['tokens'],
      querystring: TokensQuery,
      response: { 200: TokenList },
    },
    handler: async ({ query: { after, limit } }) => {
      const all = await operations.tokens();
      const rest = after === undefined ? all : all.filter(({ id }) => compareNames(id, after) > 0);
      const items = rest.slice(0, limit).map(tokenView);
      return { items, next: rest.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/tokens',
    schema: {
      summary: 'Create a token for an operator; it is in this answer and nowhere else',
      tags: ['tokens'],
      headers: WriteHeaders,
      querystring: NoQuery,
      body: NewToken,
      response: { 201: NewTokenReply },
    },
    handler: async (request, reply) => {
      const { scope = null, expiresAt = null, ...asked } = request.body;
      const ends = expiresAt === null ? null : Date.parse(expiresAt);
      const { stored, token } = await operations.createToken(
        { ...asked, scope, expiresAt: ends },
        callerOf(request),
      );
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...tokenView(stored), token });
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/tokens/:id/revoke',
    schema: {
      summary: 'Revoke a token: from the next request on nobody knows it',
      tags: ['tokens'],
      params: TokenPath,
      headers: WriteHeaders,
      querystring: NoQuery,
      body: TokenRevocation,
      response: { 200: RevokedReply },
    },
    handler: async (request) => {
      const { id } = request.params;
      await operations.revokeToken(id, callerOf(request), request.body.reason);
      return { id, revoked: true as const };
    },
  });
}
