import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QueryAnswer } from '../../core/gate-query.ts';
import { prometheus } from './prometheus.ts';

const NEVER = new AbortController().signal;

let server: Server;
let asked: { url: string | undefined; authorization: string | undefined; body: string }[];
/** What is answered; `null` is nothing at all. */
let answer: { status: number; body: string; location?: string } | null;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url, headers } = request;
  asked.push({ url, authorization: headers.authorization, body: await text(request) });
  if (answer === null) return;
  const { status, body, location } = answer;
  response.writeHead(status, location === undefined ? {} : { location }).end(body);
}

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const source = (token?: string) =>
  prometheus({ address: '127.0.0.1', port: (server.address() as AddressInfo).port, token });

/** What comes of an answer of the documented form. */
async function told(status: number, body: unknown): Promise<QueryAnswer> {
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  return source().query('up', NEVER);
}

const success = (resultType: string, result: unknown, more: object = {}) => ({
  status: 'success',
  data: { resultType, result },
  ...more,
});

describe('an answer', () => {
  test('that is a scalar, or a vector, gives its values with their labels', async () => {
    expect(await told(200, success('scalar', [1, '2.5']))).toEqual({
      kind: 'values',
      elements: [{ labels: '', value: 2.5 }],
    });
    const metric = { __name__: 'up', host: 'ns1' };
    expect(await told(200, success('vector', [{ metric, value: [1, '0'] }], { infos: ['a hint'] }))).toEqual({
      kind: 'values',
      elements: [{ labels: '__name__=up, host=ns1', value: 0 }],
    });
    expect(await told(200, success('vector', []))).toEqual({ kind: 'values', elements: [] });
  });

  test.each([
    ['NaN', Number.NaN],
    ['+Inf', Infinity],
    ['-Inf', -Infinity],
    ['', Number.NaN],
    ['lots', Number.NaN],
  ])('with the value "%s" is the number %d', async (value, number) => {
    const read = await told(200, success('vector', [{ metric: {}, value: [1, value] }]));
    expect(read).toEqual({ kind: 'values', elements: [{ labels: '', value: number }] });
  });

  test('with warnings is incomplete', async () => {
    const body = success('vector', [{ metric: {}, value: [1, '0'] }], { warnings: ['a shard is down'] });
    expect(await told(200, body)).toEqual({ kind: 'incomplete', cause: 'Prometheus warns: a shard is down' });
  });

  test.each<[string, number, unknown, string]>([
    ['an error', 400, { status: 'error', errorType: 'bad_data', error: 'parse error' }, 'parse error'],
    ['a range', 200, success('matrix', []), 'gives a matrix'],
    ['a text', 200, success('string', [1, 'a']), 'gives a string'],
    ['no JSON', 200, '<html>', 'cannot be read: <html>'],
    ['JSON of something else', 200, { ok: true }, 'cannot be read'],
    ['a good body with a bad status', 503, success('scalar', [1, '0']), 'answered 503'],
    ['more than anybody reads', 200, 'x'.repeat(2 << 20), 'failed'],
  ])('that is %s is no data', async (_, status, body, cause) => {
    const read = await told(status, body);
    expect(read).toMatchObject({ kind: 'none' });
    expect(read).toMatchObject({ cause: expect.stringContaining(cause) as string });
  });

  test('that leads elsewhere is not followed', async () => {
    answer = { status: 302, body: '', location: '/elsewhere' };
    expect(await source().query('up', NEVER)).toMatchObject({ kind: 'none' });
    expect(asked).toHaveLength(1);
  });

  test('that does not come is given up, and so is one that nobody waits for', async () => {
    answer = null;
    expect(await source().query('up', AbortSignal.timeout(50))).toMatchObject({ kind: 'none' });
    const refused = prometheus({ address: '127.0.0.1', port: 9 });
    expect(await refused.query('up', NEVER)).toMatchObject({ kind: 'none' });
  });
});

test('the query travels as a form, with the token', async () => {
  answer = { status: 200, body: JSON.stringify(success('scalar', [1, '0'])) };
  await source('secret').query('a{b="ä&c"}', NEVER);
  expect(asked[0]?.url).toBe('/api/v1/query');
  expect(asked[0]?.authorization).toBe('Bearer secret');
  expect(new URLSearchParams(asked[0]?.body).get('query')).toBe('a{b="ä&c"}');
});

test('a name instead of an address is refused', () => {
  expect(() => prometheus({ address: 'localhost', port: 9090 })).toThrow('is no IP address');
});
