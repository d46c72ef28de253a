import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { ProblemReply } from './replies.ts';
import type { App } from './server.ts';

// A duration is text on the way in and milliseconds inside; JSON Schema has no word for the second.
const options = { zodToJsonConfig: { unrepresentable: 'any' } } as const;
const describe = createJsonSchemaTransform(options);
const describeAll = createJsonSchemaTransformObject(options);

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
      return describe({ ...document, schema });
    },
    transformObject: (document) => onlyUsed(describeAll(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // Nothing from elsewhere: in an outage there may be no elsewhere.
    staticCSP:
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'",
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** Leaves out components that nothing refers to: every schema comes once as it is sent and once as it is answered. */
function onlyUsed<Document extends object>(document: Document): Document {
  const { components } = document as { components?: { schemas?: object } };
  const text = JSON.stringify(document);
  const used = Object.entries(components?.schemas ?? {}).filter(([name]) =>
    text.includes(`"#/components/schemas/${name}"`),
  );
  return { ...document, components: { ...components, schemas: Object.fromEntries(used) } };
}
