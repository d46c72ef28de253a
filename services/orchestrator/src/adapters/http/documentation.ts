import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { Submission } from '@breakwater/shared';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  EventReply,
  HostReply,
  LineReply,
  PlanReply,
  ProblemReply,
  RolloutReply,
  TimelineReply,
} from './replies.ts';
import type { App } from './server.ts';

/** The schemas that have a name of their own in the document. */
const components = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Submission,
  Plan: PlanReply,
  Rollout: RolloutReply,
  Event: EventReply,
  Timeline: TimelineReply,
  Host: HostReply,
  Line: LineReply,
  Problem: ProblemReply,
})) {
  components.add(schema, { id });
}

// A duration is text on the way in and milliseconds inside; JSON Schema has no word for the second.
const options = { schemaRegistry: components, zodToJsonConfig: { unrepresentable: 'any' } } as const;
const transform = createJsonSchemaTransform(options);

/** Describes the routes that are registered after it at /openapi.json, and renders them at /docs. */
export async function documentation(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Breakwater',
        version: '1',
        description:
          'Rolls a DNS configuration change out to a fleet so that a bad change stops at the first host.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    // Every call can answer with a problem, and every call under /v1 wants a token: said here once.
    transform: (document) => {
      const guarded = document.url.startsWith('/v1/');
      const problem = {
        description: 'A problem',
        content: { 'application/problem+json': { schema: ProblemReply } },
      };
      const schema = {
        ...document.schema,
        ...(guarded && { security: [{ token: [] }] }),
        response: { ...(document.schema.response as object | undefined), default: problem },
      };
      return transform({ ...document, schema });
    },
    transformObject: createJsonSchemaTransformObject(options),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // Nothing from elsewhere: in an outage there may be no elsewhere.
    staticCSP:
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'",
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
