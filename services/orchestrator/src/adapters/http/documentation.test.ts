import { ERRORS } from '@breakwater/shared';
import { afterAll, describe, expect, test } from 'vitest';
import { documentation } from './documentation.ts';
import { bareServer } from './server.ts';
import { keptLog, testServer } from './testing/fakes.ts';

const LIMITS = {
  bodyLimit: 1000,
  keepAliveMs: 1000,
  maxConnections: 1,
  headersMs: 1000,
  requestMs: 1000,
};

interface Call {
  operationId: string;
  description: string;
  requestBody?: { content: { 'application/json': { example: unknown } } };
  security?: object[];
  parameters?: { name: string }[];
  responses: Record<string, { content?: Record<string, { examples?: object }> }>;
}
interface Schema {
  properties: Record<string, Schema>;
  required: string[];
  additionalProperties: boolean;
}

const { app } = await testServer();
afterAll(() => app.close());

const document = (await app.inject('/openapi.json')).json<{
  openapi: string;
  paths: Record<string, Record<string, Call>>;
  components: { schemas: Record<string, Schema> };
}>();

describe('documentation', () => {
  test('is OpenAPI 3.1 in which every reference leads somewhere', () => {
    expect(document.openapi).toBe('3.1.0');
    const names = Object.keys(document.components.schemas);
    expect(names).toEqual(expect.arrayContaining(['SubmissionInput', 'Rollout', 'Host', 'Problem']));
    for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(names).toContain(name);
    }
  });

  test('says what a submission may hold, with defaults and as text', () => {
    const { properties, required, additionalProperties } = document.components.schemas['SubmissionInput']!;
    expect(required.toSorted()).toEqual(['bundle', 'reason', 'title']);
    expect(additionalProperties).toBe(false);
    expect(properties['strategy']?.properties['applyDeadline']).toMatchObject({ type: 'string' });
    expect(properties['planDigest']).toMatchObject({ type: 'string', pattern: '^[0-9a-f]{64}$' });
  });

  test('every call under /v1 wants a token, takes an Idempotency-Key where it counts, and can answer a problem', () => {
    const { '/v1/rollouts': rollouts, '/healthz': health } = document.paths;
    expect(rollouts?.['post']?.security).toEqual([{ token: [] }]);
    expect(health?.['get']?.security).toEqual([]);
    const parameters = rollouts?.['post']?.parameters?.map(({ name }) => name);
    expect(parameters).toContain('idempotency-key');
    for (const item of Object.values(document.paths)) {
      for (const call of Object.values(item)) expect(call.responses).toHaveProperty('500');
    }
  });

  test('every call has a name of its own and a description, and one with a body has an example of it', () => {
    const calls = Object.values(document.paths).flatMap((item) => Object.values(item));
    expect(new Set(calls.map(({ operationId }) => operationId)).size).toBe(calls.length);
    for (const { description, requestBody } of calls) {
      expect(description).toMatch(/\.$/);
      if (requestBody) expect(requestBody.content['application/json'].example).toBeTypeOf('object');
    }
  });

  test('every error code is documented where it can be met, under its own status', () => {
    const told = new Map<string, Set<string>>();
    for (const item of Object.values(document.paths)) {
      for (const [status, { content }] of Object.values(item).flatMap((call) =>
        Object.entries(call.responses),
      )) {
        const codes = Object.keys(content?.['application/problem+json']?.examples ?? {});
        for (const code of codes) told.set(code, (told.get(code) ?? new Set()).add(status));
      }
    }
    for (const [code, { status }] of Object.entries(ERRORS)) {
      expect([code, ...(told.get(code) ?? [])]).toEqual([code, String(status)]);
    }
  });

  test('a route that nobody has described stops the server from starting', async () => {
    const bare = bareServer(keptLog().log, LIMITS);
    await documentation(bare);
    expect(() => bare.get('/v1/new', { schema: { summary: 'New' } }, async () => null)).toThrow(
      'GET /v1/new is not in the table of operation notes',
    );
    await bare.close();
  });

  test('the page loads nothing from elsewhere', async () => {
    const page = await app.inject('/docs/');
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset]) => asset ?? '');
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      expect(asset).toMatch(/^(?:\.\/|\/)/);
      expect((await app.inject(new URL(asset, 'http://x/docs/').pathname)).statusCode).toBe(200);
    }
  });
});
