import { afterAll, describe, expect, test } from 'vitest';
import { type Role, ROLES } from '../../core/role.ts';
import { ROUTE_PERMISSIONS } from './roles.ts';
import { bearer, testServer } from './testing/fakes.ts';
import { FILES, SUBMISSION } from './testing/samples.ts';

const { app, operations } = await testServer();
const { digest } = await operations.storeBundle(FILES);
afterAll(() => app.close());

const why = { reason: 'Because.' };

/** Every call under /v1 with a request that works, and the roles that may make it. */
const CALLS: Record<string, { body?: object; may: string }> = {
  'POST /v1/bundles': { body: { files: FILES }, may: 'submitter admin' },
  'GET /v1/bundles/:digest': { may: 'viewer responder submitter approver admin' },
  'POST /v1/plans': { body: SUBMISSION, may: 'submitter admin' },
  'POST /v1/rollouts': { body: SUBMISSION, may: 'submitter admin' },
  'GET /v1/rollouts': { may: 'viewer responder submitter approver admin' },
  'GET /v1/rollouts/:id': { may: 'viewer responder submitter approver admin' },
  'POST /v1/rollouts/:id/approve': { body: why, may: 'approver admin' },
  'POST /v1/rollouts/:id/pause': { body: why, may: 'responder submitter approver admin' },
  'POST /v1/rollouts/:id/resume': { body: why, may: 'submitter approver admin' },
  'POST /v1/rollouts/:id/abort': { body: why, may: 'responder submitter approver admin' },
  'POST /v1/rollouts/:id/rollback': { body: why, may: 'responder submitter approver admin' },
  'POST /v1/rollouts/:id/retry': { body: { ...why, host: 'ns1.ams' }, may: 'submitter admin' },
  'POST /v1/rollouts/:id/skip': { body: { ...why, host: 'ns1.ams' }, may: 'submitter admin' },
  'GET /v1/rollouts/:id/events': { may: 'viewer responder submitter approver admin' },
  'GET /v1/rollouts/:id/timeline': { may: 'viewer responder submitter approver admin' },
  'GET /v1/hosts': { may: 'viewer responder submitter approver admin' },
  'GET /v1/hosts/:id': { may: 'viewer responder submitter approver admin' },
  'POST /v1/hosts/:id/drain': { body: why, may: 'responder submitter approver admin' },
  'POST /v1/hosts/:id/undrain': { body: why, may: 'submitter approver admin' },
  'POST /v1/hosts/:id/remove': { body: why, may: 'admin' },
  'GET /v1/line': { may: 'viewer responder submitter approver admin' },
  'POST /v1/line': { body: { stopped: true, ...why }, may: 'responder submitter approver admin' },
  'POST /v1/line/stop': { body: why, may: 'responder submitter approver admin' },
  'POST /v1/line/start': { body: why, may: 'admin' },
  'POST /v1/pages/test': { body: why, may: 'responder submitter approver admin' },
  'GET /v1/tokens': { may: 'admin' },
  'POST /v1/tokens': { body: { ...why, name: 'ada', role: 'viewer' }, may: 'admin' },
  'POST /v1/tokens/:id/revoke': { body: why, may: 'admin' },
  'GET /v1/audit': { may: 'viewer responder submitter approver admin' },
};

const calls = Object.entries(CALLS).map(([name, call]) => {
  const [method, path] = name.split(' ') as ['GET' | 'POST', string];
  const ids = { '/v1/hosts/:id': 'ns1.ams', '/v1/tokens/:id': 't-1' };
  const id = Object.entries(ids).find(([start]) => path.startsWith(start))?.[1] ?? 'r-1';
  return { name, method, url: path.replace(':digest', digest).replace(':id', id), ...call };
});

describe('roles', () => {
  test('the table here lists exactly the routes that need a permission', () => {
    expect(Object.keys(CALLS).toSorted()).toEqual(Object.keys(ROUTE_PERMISSIONS).toSorted());
  });

  test('the table here lists exactly the calls of the documentation', () => {
    const { paths } = app.swagger() as unknown as { paths: Record<string, Record<string, object>> };
    const documented = Object.entries(paths)
      .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
      .filter((name) => name.includes(' /v1/'))
      .map((name) => name.replaceAll(/\{(\w+)\}/g, ':$1'));
    expect(documented.toSorted()).toEqual(Object.keys(CALLS).toSorted());
  });

  describe.each(ROLES)('%s', (role: Role) => {
    test.each(calls)('$name', async ({ method, url, body, may }) => {
      const reply = await app.inject({ method, url, headers: bearer(role), ...(body && { body }) });
      if (may.split(' ').includes(role)) {
        expect([200, 201]).toContain(reply.statusCode);
      } else {
        expect(reply.json()).toMatchObject({
          status: 403,
          code: 'forbidden',
          detail: expect.stringContaining('admin') as unknown,
        });
      }
    });
  });

  test.each(calls)('nobody may $name without a token that is known', async ({ method, url, body }) => {
    const tokens = [
      undefined,
      '',
      'Bearer',
      'Bearer nobodys-token',
      'Bearer host-token',
      'Basic admin-token',
      'admin-token',
    ];
    for (const authorization of tokens) {
      const headers = authorization === undefined ? {} : { authorization };
      const reply = await app.inject({ method, url, headers, ...(body && { body }) });
      expect(reply.json()).toMatchObject({ status: 401, code: 'unauthenticated' });
      expect(reply.headers['www-authenticate']).toBe('Bearer');
    }
  });

  test('starting the line by its body takes an admin', async () => {
    const start = (role: Role) =>
      app.inject({
        method: 'POST',
        url: '/v1/line',
        headers: bearer(role),
        body: { stopped: false, ...why },
      });
    expect((await start('responder')).json()).toMatchObject({ code: 'forbidden' });
    expect((await start('approver')).json()).toMatchObject({ code: 'forbidden' });
    expect((await start('admin')).json()).toMatchObject({ stopped: false });
  });

  test('who may not call has nothing of their body read', async () => {
    const reply = await app.inject({
      method: 'POST',
      url: '/v1/bundles',
      headers: { ...bearer('viewer'), 'content-type': 'application/json' },
      body: '{not json',
    });
    expect(reply.json()).toMatchObject({ code: 'forbidden' });
  });

  test.each(['/healthz', '/readyz', '/metrics', '/', '/docs/', '/openapi.json'])(
    '%s needs no token',
    async (url) => {
      expect((await app.inject(url)).statusCode).toBe(200);
    },
  );
});
