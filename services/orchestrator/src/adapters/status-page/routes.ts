import { createHash } from 'node:crypto';
import { BreakwaterError, type Clock, RolloutId } from '@breakwater/shared';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { bearerToken } from '../http/bearer.ts';
import type { Identities, Operations } from '../http/interface.ts';
import type { App } from '../http/server.ts';
import { ASSETS } from './assets.ts';
import type { Sights } from './interface.ts';
import type { LookTimes } from './look.ts';
import { makePages, type RolloutPageKind } from './pages.ts';
import { type Pulse, takePulse } from './pulse.ts';
import { type ReaderLimits, readersOf } from './readers.ts';
import { staticCopy } from './static-copy.ts';

export interface StatusPageOptions {
  sights: Sights;
  /** Whether everybody may see the names and contents of the files that a change touches. */
  showDiff: boolean;
  /** Where a copy of the first page is kept; `null` for nowhere. */
  copyPath: string | null;
  publicUrl: string | null;
  clock: Clock;
  readers?: ReaderLimits;
  lookTimes?: LookTimes;
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const Asked = z.object({ id: z.string().max(200) });
const AssetPath = z.object({ name: z.string().max(200) });

/** The pages for people, which need no token. They only look: nothing can be done with them. */
export function statusPageRoutes(
  app: App,
  operations: Operations,
  identities: Identities,
  options: StatusPageOptions,
): void {
  const pages = makePages(operations, options.sights, options.clock, options.lookTimes);
  const readers = readersOf(options.readers);
  const copy = options.copyPath === null ? null : staticCopy(options.copyPath);
  const pulse: Pulse = takePulse(operations, pages, {
    readers,
    writeCopy: copy && (async () => copy.write(await pages.copy(options.publicUrl))),
    clock: options.clock,
    log: app.log,
  });
  app.addHook('onReady', async () => pulse.start());
  // Before the server waits for its connections to end: a stream would never end by itself.
  app.addHook('preClose', async () => {
    readers.close();
    await pulse.stop();
  });

  app.route({
    method: 'GET',
    url: '/',
    schema: { summary: 'The status page', tags: ['open'] },
    handler: async (request, reply) => sendPage(request, reply, await pages.fleet()),
  });

  const rolloutRoute = (url: string, kind: RolloutPageKind): void => {
    app.route({
      method: 'GET',
      url,
      schema: { hide: true, params: Asked },
      handler: async (request, reply) => {
        const id = RolloutId.safeParse(request.params.id);
        const token = bearerToken(request);
        const showDiff = options.showDiff || (token !== null && identities.operator(token) !== null);
        const { status, page } = await pages.rollout(id.success ? id.data : null, kind, showDiff);
        return sendPage(request, reply.code(status), page);
      },
    });
  };
  rolloutRoute('/rollouts/:id', 'overview');
  rolloutRoute('/rollouts/:id/timeline', 'timeline');

  app.route({
    method: 'GET',
    url: '/live',
    schema: { hide: true },
    handler: async (_request, reply) => {
      // A browser takes this for an end and does not come back by itself; the page then asks now and then.
      if (readers.isFull()) return reply.code(204).send();
      reply.hijack();
      readers.join(reply.raw);
      return reply;
    },
  });

  assetRoute(app);
}

function assetRoute(app: App): void {
  const known = new Map([...ASSETS.values()].map((asset) => [asset.name, asset]));
  app.route({
    method: 'GET',
    url: '/assets/:name',
    schema: { hide: true, params: AssetPath },
    handler: async (request, reply) => {
      const asset = known.get(request.params.name);
      if (!asset) throw new BreakwaterError('not_found', `there is no file ${request.params.name}`);
      return reply
        .type(asset.type)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .serializer(String)
        .send(asset.content);
    },
  });
}

/** A page that is as the browser has it already is not sent again: many look, and often. */
function sendPage(request: FastifyRequest, reply: FastifyReply, page: string): FastifyReply {
  const tag = `"${createHash('sha256').update(page).digest('hex').slice(0, 32)}"`;
  void reply.header('etag', tag).header('cache-control', 'no-cache').header('vary', 'authorization');
  if (reply.statusCode === 200 && request.headers['if-none-match'] === tag) return reply.code(304).send();
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', POLICY)
    .header('referrer-policy', 'no-referrer')
    .serializer(String)
    .send(page);
}
