import type { FillIn } from './fill-in-strategy.ts';
import type { Operations } from './interface.ts';
import { BundleReply, FullBundleReply, PlanReply } from './replies.ts';
import { BundlePath, NewBundle, NewRollout, NoQuery } from './requests.ts';
import type { App } from './server.ts';
import { planView } from './view.ts';

/** A bundle may hold 48 MiB of text, and JSON escapes make more of it. */
export const BUNDLE_BODY = 64 << 20;

export function bundleRoutes(app: App, operations: Operations, fillIn: FillIn): void {
  app.route({
    method: 'POST',
    url: '/v1/bundles',
    bodyLimit: BUNDLE_BODY,
    schema: {
      summary: 'Store a bundle',
      tags: ['bundles'],
      querystring: NoQuery,
      body: NewBundle,
      response: { 201: BundleReply },
    },
    handler: async (request, reply) => {
      const { digest, manifest } = await operations.storeBundle(request.body.files);
      return reply.code(201).send({ digest, manifest });
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/bundles/:digest',
    schema: {
      summary: 'Read a bundle back',
      tags: ['bundles'],
      params: BundlePath,
      querystring: NoQuery,
      response: { 200: FullBundleReply },
    },
    handler: async (request) => operations.bundle(request.params.digest),
  });

  app.route({
    method: 'POST',
    url: '/v1/plans',
    bodyLimit: BUNDLE_BODY,
    schema: {
      summary: 'Show what a submission would do; stores nothing',
      tags: ['rollouts'],
      querystring: NoQuery,
      body: NewRollout,
      response: { 200: PlanReply },
    },
    preValidation: async (request) => fillIn(request),
    handler: async (request) => planView(await operations.plan(request.body)),
  });
}
