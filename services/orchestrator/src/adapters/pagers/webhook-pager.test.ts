import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Page } from '@breakwater/shared';
import { afterEach, expect, test } from 'vitest';
import { webhookPager } from './webhook-pager.ts';

const PAGE: Page = {
  id: 'r-1:1',
  dedupKey: 'r-1:halted',
  severity: 'critical',
  status: 'firing',
  summary: 'r-1 halted at the canary',
  rollout: 'r-1',
  code: 'canary_failed',
  reason: 'ns1 answers REFUSED',
  decide: 'POST /v1/rollouts/r-1/rollback',
  at: '2026-01-01T00:00:00.000Z',
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A pager's other side; @returns its URL. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  closers.push(() => server.close().closeAllConnections());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/page`;
}

test('a page is posted as JSON, and any 2xx accepts it', async () => {
  const requests: { request: IncomingMessage; body: unknown }[] = [];
  const url = await serve((request, response) => {
    void text(request).then((body) => {
      requests.push({ request, body: JSON.parse(body) as unknown });
      return response.writeHead(202).end('taken');
    }, response.destroy.bind(response));
  });
  await webhookPager({ name: 'hook', url }).send(PAGE);
  expect(requests).toHaveLength(1);
  const [{ request, body }] = requests as [{ request: IncomingMessage; body: unknown }];
  expect(body).toEqual(PAGE);
  expect([request.method, request.url]).toEqual(['POST', '/page']);
  expect(request.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': 'r-1:halted',
  });
});

test('another status is an error with the beginning of the answer', async () => {
  const url = await serve((_request, response) => response.writeHead(503).end('x'.repeat(500)));
  const sent = webhookPager({ name: 'hook', url }).send(PAGE);
  await expect(sent).rejects.toThrow(`pager hook answered 503: ${'x'.repeat(200)}`);
  await expect(sent).rejects.not.toThrow('x'.repeat(201));
});

test('a redirect is an error, and is not followed', async () => {
  let requests = 0;
  const url = await serve((_request, response) => {
    requests += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  await expect(webhookPager({ name: 'hook', url }).send(PAGE)).rejects.toThrow('answered 302');
  expect(requests).toBe(1);
});

test('a pager that nobody serves is an error', async () => {
  const pager = webhookPager({ name: 'hook', url: await serve(() => undefined) });
  for (const close of closers.splice(0)) close();
  await expect(pager.send(PAGE)).rejects.toThrow('fetch failed');
});

test.for<[url: string, why: string]>([
  ['http://pager.example/', 'write an IP address instead of "pager.example"'],
  ['http://localhost:80/', 'write an IP address instead of "localhost"'],
  ['http://[::1.example]/', 'Invalid URL'],
  ['ftp://127.0.0.1/', 'ftp: is not supported'],
])('%s is refused at construction', ([url, why]) => {
  expect(() => webhookPager({ name: 'hook', url })).toThrow(why);
});

test.for(['http://127.0.0.1:9/', 'https://[2001:db8::1]:8443/page'])('%s is fine', (url) => {
  expect(webhookPager({ name: 'hook', url }).name).toBe('hook');
});
