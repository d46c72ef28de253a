import { type ErrorCode, ERRORS } from '@breakwater/shared';
import { afterAll, describe, expect, test } from 'vitest';
import { bearer, testServer } from './testing/fakes.ts';
import { SUBMISSION } from './testing/samples.ts';

const { app, operations, lines } = await testServer();
afterAll(() => app.close());

const JSON_TYPE = { 'content-type': 'application/json' };

interface Bad {
  what: string;
  code: ErrorCode;
  paths?: string[];
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url?: string;
  /** Text and bytes are sent as they are. */
  body?: object | string | Buffer;
  headers?: Record<string, string>;
}

const submission = (changes: object): object => ({ ...SUBMISSION, ...changes });
const withFiles = (files: Record<string, string>): object => submission({ bundle: { files } });
const verb = (name: string, body: object | string): Pick<Bad, 'url' | 'body'> => ({
  url: `/v1/rollouts/r-1/${name}`,
  body,
});

const UNREADABLE: Bad[] = [
  { what: 'no body', code: 'invalid_value', paths: [''] },
  { what: 'an empty body', code: 'malformed_json', body: '' },
  { what: 'half an object', code: 'malformed_json', body: '{"title":' },
  { what: 'bytes that are not UTF-8', code: 'malformed_json', body: Buffer.from([0x7b, 0xff, 0x7d]) },
  { what: 'a repeated key', code: 'malformed_json', body: '{"title":"a","title":"b"}' },
  { what: 'a prototype', code: 'malformed_json', body: '{"__proto__":{"title":"a"}}' },
  {
    what: 'a prototype among the files',
    code: 'malformed_json',
    body: '{"bundle":{"files":{"__proto__":"x"}}}',
  },
  { what: 'deep nesting', code: 'malformed_json', body: '['.repeat(100_000) },
  { what: 'a NUL byte', code: 'malformed_json', body: '{"title":"a\0"}' },
  {
    what: 'a form',
    code: 'unsupported_media_type',
    body: 'a=b',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  {
    what: 'plain text',
    code: 'unsupported_media_type',
    body: '{}',
    headers: { 'content-type': 'text/plain' },
  },
  {
    what: 'text that claims no type',
    code: 'unsupported_media_type',
    body: '{}',
    headers: { 'content-type': '' },
  },
  {
    what: 'a type that is no type',
    code: 'unsupported_media_type',
    body: '{}',
    headers: { 'content-type': 'json' },
  },
  {
    what: 'a length that is not the body',
    code: 'malformed_json',
    body: '{}',
    headers: { ...JSON_TYPE, 'content-length': '7' },
  },
  { what: 'a long reason', code: 'body_too_large', ...verb('pause', { reason: 'x'.repeat(65 << 10) }) },
  {
    what: 'a huge bundle',
    code: 'body_too_large',
    url: '/v1/bundles',
    headers: { ...JSON_TYPE, 'content-length': String((64 << 20) + 1) },
    body: '{}',
  },
];

const WRONG: Bad[] = [
  { what: 'a list', code: 'invalid_value', paths: [''], body: [] },
  { what: 'null', code: 'invalid_value', paths: [''], body: 'null' },
  {
    what: 'a field that is unknown',
    code: 'unknown_field',
    paths: ['/canaries'],
    body: submission({ canaries: 1 }),
  },
  {
    what: 'a misspelt field further down',
    code: 'unknown_field',
    paths: ['/strategy/canary/host'],
    body: submission({ strategy: { canary: { host: 2 } } }),
  },
  {
    what: 'a number in quotes',
    code: 'invalid_value',
    paths: ['/strategy/failureThreshold'],
    body: submission({ strategy: { failureThreshold: '1' } }),
  },
  {
    what: 'a number as a truth value',
    code: 'invalid_value',
    paths: ['/stopped'],
    url: '/v1/line',
    body: { stopped: 1, reason: 'x' },
  },
  {
    what: 'an unsafe integer',
    code: 'invalid_value',
    paths: ['/expect/maxHosts'],
    body: JSON.stringify(SUBMISSION).replace('{', '{"expect":{"maxHosts":9007199254740993},'),
  },
  {
    what: 'a number beyond all numbers',
    code: 'invalid_value',
    paths: ['/expect/maxHosts'],
    body: JSON.stringify(SUBMISSION).replace('{', '{"expect":{"maxHosts":1e999},'),
  },
  {
    what: 'a bare number as a duration',
    code: 'invalid_value',
    paths: ['/strategy/applyDeadline'],
    body: submission({ strategy: { applyDeadline: 300 } }),
  },
  {
    what: 'a duration without a unit',
    code: 'duration_invalid',
    paths: ['/strategy/applyDeadline'],
    body: submission({ strategy: { applyDeadline: '300' } }),
  },
  {
    what: 'deadlines that contradict',
    code: 'strategy_unsafe',
    paths: ['/strategy/confirmDeadline'],
    body: submission({ strategy: { confirmDeadline: '10m' } }),
  },
  {
    what: 'several faults at once',
    code: 'several_faults',
    paths: ['/title', '/strategy/applyDeadline', '/x'],
    body: submission({ title: '', strategy: { applyDeadline: 'soon' }, x: 1 }),
  },
  {
    what: 'a path that climbs',
    code: 'bundle_path_invalid',
    paths: ['/bundle/files/all~1..~1x'],
    body: withFiles({ 'all/../x': '' }),
  },
  {
    what: 'an absolute path',
    code: 'bundle_path_invalid',
    paths: ['/bundle/files/~1etc~1named.conf'],
    body: withFiles({ '/etc/named.conf': '' }),
  },
  { what: 'no files', code: 'bundle_empty', paths: ['/bundle/files'], body: withFiles({}) },
  {
    what: 'a NUL in a file',
    code: 'bundle_content_invalid',
    paths: ['/bundle/files/all~1x'],
    body: withFiles({ 'all/x': '\0' }),
  },
  {
    what: 'a host id that only looks right',
    code: 'invalid_value',
    paths: ['/targets/hosts/0'],
    body: submission({ targets: { hosts: ['n\u04551.ams'] } }),
  },
  {
    what: 'a control character in a reason',
    code: 'invalid_value',
    paths: ['/reason'],
    ...verb('pause', { reason: 'a\u001b[2Jb' }),
  },
  { what: 'a verb without a reason', code: 'invalid_value', paths: ['/reason'], ...verb('abort', {}) },
  {
    what: 'a retry without a host',
    code: 'invalid_value',
    paths: ['/host'],
    ...verb('retry', { reason: 'x' }),
  },
  {
    what: 'a pause of one host',
    code: 'unknown_field',
    paths: ['/host'],
    ...verb('pause', { reason: 'x', host: 'ns1.ams' }),
  },
  {
    what: 'an idempotency key with spaces',
    code: 'invalid_value',
    paths: ['/idempotency-key'],
    body: SUBMISSION,
    headers: { 'idempotency-key': 'a b' },
  },
  {
    what: 'an endless idempotency key',
    code: 'invalid_value',
    paths: ['/idempotency-key'],
    body: SUBMISSION,
    headers: { 'idempotency-key': 'a'.repeat(129) },
  },
];

const MISPLACED: Bad[] = [
  { what: 'an unknown route', code: 'not_found', method: 'GET', url: '/v2/rollouts' },
  { what: 'a verb that is none', code: 'not_found', ...verb('explode', { reason: 'x' }) },
  { what: 'another method', code: 'not_found', method: 'DELETE', url: '/v1/rollouts/r-1' },
  { what: 'a rollout that is not there', code: 'not_found', method: 'GET', url: '/v1/rollouts/r-99' },
  { what: 'an id that is none', code: 'not_found', method: 'GET', url: '/v1/rollouts/r-0x1' },
  { what: 'a host that is none', code: 'not_found', method: 'GET', url: '/v1/hosts/NS1' },
  { what: 'a digest that is none', code: 'not_found', method: 'GET', url: '/v1/bundles/abc' },
  {
    what: 'a bundle that is not there',
    code: 'bundle_unknown',
    method: 'GET',
    url: `/v1/bundles/${'0'.repeat(64)}`,
  },
  { what: 'an endless id', code: 'not_found', method: 'GET', url: `/v1/rollouts/${'r'.repeat(2000)}` },
  {
    what: 'a path that climbs',
    code: 'not_found',
    method: 'GET',
    url: '/v1/rollouts/..%2f..%2fetc%2fpasswd',
  },
  { what: 'a path that is no URL', code: 'not_found', method: 'GET', url: '/v1/rollouts/%ff' },
  { what: 'an agent route', code: 'not_found', url: '/agent/v1/poll', body: {} },
  {
    what: 'a limit of nothing',
    code: 'invalid_value',
    paths: ['/limit'],
    method: 'GET',
    url: '/v1/rollouts?limit=0',
  },
  {
    what: 'an absurd limit',
    code: 'invalid_value',
    paths: ['/limit'],
    method: 'GET',
    url: '/v1/hosts?limit=1001',
  },
  {
    what: 'a limit in another notation',
    code: 'invalid_value',
    paths: ['/limit'],
    method: 'GET',
    url: '/v1/audit?limit=1e2',
  },
  {
    what: 'a limit twice',
    code: 'invalid_value',
    paths: ['/limit'],
    method: 'GET',
    url: '/v1/audit?limit=1&limit=2',
  },
  {
    what: 'an unknown parameter',
    code: 'unknown_field',
    paths: ['/offset'],
    method: 'GET',
    url: '/v1/hosts?offset=1',
  },
  {
    what: 'a parameter where there is none',
    code: 'unknown_field',
    paths: ['/force'],
    ...verb('pause?force=1', { reason: 'x' }),
  },
  {
    what: 'a place in the log that is none',
    code: 'invalid_value',
    paths: ['/after'],
    method: 'GET',
    url: '/v1/rollouts/r-1/events?after=-1',
  },
  {
    what: 'a last event that is none',
    code: 'invalid_value',
    paths: ['/last-event-id'],
    method: 'GET',
    url: '/v1/rollouts/r-1/events',
    headers: { 'last-event-id': 'x' },
  },
];

async function send({ method = 'POST', url = '/v1/rollouts', body, headers = {} }: Bad) {
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  const payload = body === undefined ? {} : { body };
  return app.inject({
    method,
    url,
    ...payload,
    headers: { ...bearer('admin'), ...(raw && JSON_TYPE), ...headers },
  });
}

describe('bad input is named, and nothing happens', () => {
  test.each([...UNREADABLE, ...WRONG, ...MISPLACED])('$what: $code', async (bad) => {
    const before = operations.store.size;
    const reply = await send(bad);
    const problem = reply.json<{ faults: { path: string }[] }>();
    expect(problem).toMatchObject({ code: bad.code, type: `urn:breakwater:problem:${bad.code}` });
    expect(reply.statusCode).toBe(ERRORS[bad.code].status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    const paths = problem.faults.map(({ path }) => path);
    expect([...new Set(paths)].toSorted()).toEqual((bad.paths ?? []).toSorted());
    expect(operations.store.size).toBe(before);
    expect(operations.calls).toEqual([]);
    expect(operations.lineState.stopped).toBe(false);
  });

  test('a problem says what is wrong, where, what to do, and under which id the log has it', async () => {
    const reply = await send({ what: '', code: 'unknown_field', body: submission({ canaries: 1 }) });
    expect(reply.json()).toEqual({
      type: 'urn:breakwater:problem:unknown_field',
      title: 'A field is unknown',
      status: 422,
      code: 'unknown_field',
      detail: '/canaries: is not a field of this object',
      action: 'Remove it or correct its name; nothing is ignored silently.',
      faults: [{ path: '/canaries', code: 'unknown_field', message: 'is not a field of this object' }],
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    });
  });

  test('what was sent is nowhere in the log', async () => {
    const mark = 'SECRETMARK';
    await send({ what: '', code: 'not_found', method: 'GET', url: `/v1/${mark}?${mark}=${mark}` });
    await send({ what: '', code: 'not_found', method: 'GET', url: `/%ff${mark}` });
    await send({ what: '', code: 'malformed_json', body: `{"${mark}":${mark}` });
    await send({ what: '', code: 'unknown_field', body: submission({ [mark]: mark }) });
    await send({ what: '', code: 'unauthenticated', headers: { authorization: `Bearer ${mark}` } });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toContain(mark);
    expect(lines.join('')).not.toContain('admin-token');
  });
});
