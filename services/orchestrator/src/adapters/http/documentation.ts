import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { completed, type Document, noteOf } from './complete-document.ts';
import { ProblemReply } from './replies.ts';
import type { App } from './server.ts';

// A duration is text on the way in and milliseconds inside; JSON Schema has no word for the second.
const options = { zodToJsonConfig: { unrepresentable: 'any' } } as const;
const describe = createJsonSchemaTransform(options);
const describeAll = createJsonSchemaTransformObject(options);

/** Describes the routes that are registered after it at /openapi.json, and renders them at /docs. */
export async function documentation(app: App): Promise<void> {
  app.addHook('onRoute', ({ method, url, schema }) => {
    // The routes of the documentation itself are hidden, or have no schema.
    if (schema !== undefined && schema.hide !== true) [method].flat().map((one) => noteOf(one, url));
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Breakwater',
        version: '1',
        description:
          'Rolls a DNS configuration change out to a fleet so that a bad change stops at the first host.',
      },
      // Wherever this document was read from.
      servers: [{ url: '/' }],
      tags: TAGS,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    // Every call under /v1 wants a token, and names the schema of problems here, so that it is a component.
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
    transformObject: (document) => completed(onlyUsed(describeAll(document) as Document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // Nothing from elsewhere: in an outage there may be no elsewhere.
    staticCSP:
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'",
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

const TAGS = [
  { name: 'bundles', description: 'What a host is to run: files, addressed by their digest.' },
  { name: 'rollouts', description: 'Changes on their way through the fleet, and the verbs that steer them.' },
  { name: 'log', description: 'What happened, and why.' },
  { name: 'fleet', description: 'Hosts: what they run, how they are, and who is taken out of service.' },
  { name: 'line', description: 'Stops everything at once.' },
  { name: 'tokens', description: 'Who may do what.' },
  { name: 'pages', description: 'How people are woken.' },
  { name: 'open', description: 'What needs no token.' },
];

/** Leaves out components that nothing refers to: every schema comes once as it is sent and once as it is answered. */
function onlyUsed(document: Document): Document {
  const { components } = document;
  const text = JSON.stringify(document);
  const used = Object.entries(components?.schemas ?? {}).filter(([name]) =>
    text.includes(`"#/components/schemas/${name}"`),
  );
  return { ...document, components: { ...components, schemas: Object.fromEntries(used) } };
}
