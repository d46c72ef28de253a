import { afterAll, describe, expect, test } from 'vitest';
import { testServer } from './testing/fakes.ts';

interface Call {
  security?: object[];
  parameters?: { name: string }[];
  responses: object;
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
    expect(health?.['get']?.security).toBeUndefined();
    const parameters = rollouts?.['post']?.parameters?.map(({ name }) => name);
    expect(parameters).toContain('idempotency-key');
    for (const item of Object.values(document.paths)) {
      for (const call of Object.values(item)) expect(call.responses).toHaveProperty('default');
    }
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
