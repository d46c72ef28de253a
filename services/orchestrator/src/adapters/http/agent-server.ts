import { Digest, type HostId, Manifest, PollRequest, PollResponse } from '@breakwater/shared';
import type { FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import { bearerToken, unauthenticated } from './bearer.ts';
import type { AgentDesk, Identities } from './interface.ts';
import { BundlePath, FilePath } from './requests.ts';
import { type App, bareServer, type ServerLimits } from './server.ts';

const LIMITS: ServerLimits = {
  bodyLimit: 1 << 20,
  // An agent's poll is held for up to 30 s; a connection must not be closed under it between two polls.
  keepAliveMs: 75_000,
  maxConnections: 20_000,
  headersMs: 10_000,
  requestMs: 20_000,
};

export interface AgentServerOptions {
  desk: AgentDesk;
  identities: Identities;
  log: FastifyBaseLogger;
  limits?: Partial<ServerLimits>;
}

/** The listener for agents; the caller makes it listen. An agent speaks for its own host only. */
export async function agentServer({ desk, identities, log, limits }: AgentServerOptions): Promise<App> {
  const app = bareServer(log, { ...LIMITS, ...limits });
  app.decorateRequest('host_id', null);
  // Every route, the unknown ones too: nothing on this listener is for anybody without a host's token.
  app.addHook('onRequest', async (request) => {
    const token = bearerToken(request);
    const host = token === null ? null : identities.host(token);
    if (host === null) throw unauthenticated();
    request.setDecorator('host_id', host);
  });
  pollRoute(app, desk);
  contentRoutes(app, desk);
  await app.ready();
  return app;
}

function pollRoute(app: App, desk: AgentDesk): void {
  const closing = new AbortController();
  // Before the server waits for its connections to end: held polls are answered at once, and agents go elsewhere.
  app.addHook('preClose', async () => closing.abort());
  app.route({
    method: 'POST',
    url: '/agent/v1/poll',
    schema: { body: PollRequest, response: { 200: PollResponse } },
    handler: async (request, reply) => {
      const gone = new AbortController();
      // The reply's, not the request's: that one closes as soon as the body has been read.
      reply.raw.once('close', () => gone.abort());
      const host = request.getDecorator<HostId>('host_id');
      return desk.poll(host, request.body, AbortSignal.any([gone.signal, closing.signal]));
    },
  });
}

function contentRoutes(app: App, desk: AgentDesk): void {
  app.route({
    method: 'GET',
    url: '/agent/v1/bundles/:digest',
    schema: { params: BundlePath, response: { 200: z.object({ digest: Digest, manifest: Manifest }) } },
    handler: async ({ params }) => ({ digest: params.digest, manifest: await desk.manifest(params.digest) }),
  });

  app.route({
    method: 'GET',
    url: '/agent/v1/files/:sha256',
    schema: { params: FilePath },
    handler: async ({ params }, reply) =>
      reply.type('application/octet-stream').send(Buffer.from(await desk.file(params.sha256))),
  });
}
