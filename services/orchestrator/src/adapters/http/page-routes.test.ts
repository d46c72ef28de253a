import { expect, test } from 'vitest';
import { bearer, testServer } from './testing/fakes.ts';

const url = '/v1/pages/test';

test('a responder may test one channel, or all of them', async () => {
  const { app, operations } = await testServer();
  const headers = bearer('responder');
  const one = await app.inject({
    method: 'POST',
    url,
    headers,
    payload: { channel: 'chat', reason: 'a new key' },
  });
  expect([one.statusCode, one.json()]).toEqual([
    200,
    { channels: [{ channel: 'chat', accepted: true, ms: 7 }] },
  ]);
  await app.inject({ method: 'POST', url, headers, payload: { reason: 'the monthly test' } });
  expect(operations.calls).toEqual([
    { channel: 'chat', by: 'responder', reason: 'a new key' },
    { channel: null, by: 'responder', reason: 'the monthly test' },
  ]);
});

test('a viewer may not, and a test needs a reason', async () => {
  const { app, operations } = await testServer();
  const refused = await app.inject({
    method: 'POST',
    url,
    headers: bearer('viewer'),
    payload: { reason: 'x' },
  });
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'forbidden']);
  const empty = await app.inject({ method: 'POST', url, headers: bearer('admin'), payload: {} });
  expect(empty.statusCode).toBe(422);
  expect(operations.calls).toEqual([]);
});

test('the status page says what is wrong, such as a page that nobody takes', async () => {
  const { app, operations } = await testServer();
  operations.reasonsUnready = ['page r-1-p1 has been taken by nobody'];
  const { body } = await app.inject({ method: 'GET', url: '/' });
  expect(body).toContain('NOT READY: page r-1-p1 has been taken by nobody.');
});
