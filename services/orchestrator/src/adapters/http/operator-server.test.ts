import { BreakwaterError, canonicalJson, sha256 } from '@breakwater/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TimelineReply } from './replies.ts';
import { bearer, testServer } from './testing/fakes.ts';
import { BUNDLE, FILES, SUBMISSION } from './testing/samples.ts';

let server: Awaited<ReturnType<typeof testServer>>;
beforeEach(async () => {
  server = await testServer();
});
afterEach(() => server.app.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ url, headers: { ...bearer('admin'), ...headers } });
const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'POST', url, body, headers: { ...bearer('admin'), ...headers } });

describe('bundles and plans', () => {
  test('a bundle is stored and read back', async () => {
    const stored = await post('/v1/bundles', { files: FILES });
    expect(stored.statusCode).toBe(201);
    expect(stored.json()).toMatchObject({
      digest: BUNDLE,
      manifest: { files: [{ path: 'all/named.conf' }] },
    });
    expect((await get(`/v1/bundles/${BUNDLE}`)).json()).toEqual({ ...stored.json(), files: FILES });
  });

  test('a bundle of many megabytes is taken', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`all/zone-${i}`, 'a\n'.repeat(1 << 20)]),
    );
    expect((await post('/v1/bundles', { files })).statusCode).toBe(201);
  });

  test('a plan shows its waves and warnings', async () => {
    expect((await post('/v1/plans', SUBMISSION)).json()).toMatchObject({
      planDigest: sha256('plan'),
      bundle: BUNDLE,
      strategy: { canary: { hosts: 1, soak: '30s' }, maxUnavailable: '20%', applyDeadline: '5m' },
      waves: [
        { kind: 'canary', hosts: ['ns1.ams'], soakSeconds: 30 },
        { kind: 'datacenter', datacenter: 'ams', hosts: ['ns2.ams'], soakSeconds: 30 },
      ],
      warnings: ['Only one host in ams is healthy.'],
    });
    expect(server.operations.calls).toMatchObject([{ strategy: { canary: { soak: 30_000, hosts: 1 } } }]);
  });
});

describe('rollouts', () => {
  test('a submission answers with the rollout and where it is', async () => {
    const reply = await post('/v1/rollouts', SUBMISSION);
    expect(reply.statusCode).toBe(201);
    expect(reply.headers['location']).toBe('/v1/rollouts/r-2');
    expect(reply.json()).toMatchObject({ id: 'r-2', title: SUBMISSION.title, submittedBy: 'admin' });
    expect((await get('/v1/rollouts/r-2')).json()).toEqual(reply.json());
  });

  test('an idempotency key comes with the digest of who asks what with which body, as it was sent', async () => {
    const once = { 'idempotency-key': 'k-1' };
    const first = await post('/v1/rollouts', SUBMISSION, once);
    // The same in another order is the same request.
    const again = await post(
      '/v1/rollouts',
      Object.fromEntries(Object.entries(SUBMISSION).toReversed()),
      once,
    );
    expect(again.json()).toEqual(first.json());
    expect(server.operations.keys.get('k-1')?.request).toBe(
      sha256(canonicalJson({ by: 'admin', method: 'POST', url: '/v1/rollouts', body: SUBMISSION })),
    );
    const other = await post('/v1/rollouts', { ...SUBMISSION, title: 'Another' }, once);
    expect(other.json()).toMatchObject({ status: 409, code: 'idempotency_conflict' });
  });

  test('the list goes on where it ended', async () => {
    for (let n = 0; n < 4; n += 1) await post('/v1/rollouts', SUBMISSION);
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const reply = await get(`/v1/rollouts?limit=2${next && `&after=${next}`}`);
      const list = reply.json<{ items: { id: string }[]; next: string | null }>();
      seen.push(...list.items.map(({ id }) => id));
      next = list.next;
    }
    expect(seen).toEqual(['r-5', 'r-4', 'r-3', 'r-2', 'r-1']);
  });

  test.each(['approve', 'pause', 'resume', 'abort', 'rollback'])(
    '%s passes on who, why and what',
    async (verb) => {
      const reply = await post(`/v1/rollouts/r-1/${verb}`, { reason: ' It looks wrong. ' });
      expect(reply.json()).toMatchObject({ id: 'r-1' });
      const call = { id: 'r-1', verb, by: 'admin', reason: 'It looks wrong.' };
      expect(server.operations.calls).toEqual([call]);
    },
  );

  test.each(['retry', 'skip'])('%s names its host', async (verb) => {
    await post(`/v1/rollouts/r-1/${verb}`, { reason: 'Mended.', host: 'ns1.ams' });
    expect(server.operations.calls).toMatchObject([{ verb, host: 'ns1.ams' }]);
  });
});

describe('the log', () => {
  const moved = { type: 'wave.state', wave: 'canary', from: 'pending', to: 'running' };

  test('lists events with their times and hashes, and goes on where it ended', async () => {
    server.operations.append(
      moved,
      { ...moved, rollout: 'r-2' },
      { ...moved, from: 'running', to: 'soaking' },
    );
    const first = await get('/v1/rollouts/r-1/events?limit=1');
    expect(first.json()).toEqual({
      items: [
        {
          seq: 1,
          at: '2026-01-01T00:00:01.000Z',
          rollout: 'r-1',
          prev: 'a'.repeat(64),
          hash: 'b'.repeat(64),
          ...moved,
        },
      ],
      next: '1',
    });
    expect((await get('/v1/rollouts/r-1/events?after=1')).json()).toMatchObject({
      items: [{ seq: 3 }],
      next: null,
    });
    expect((await get('/v1/audit')).json()).toMatchObject({
      items: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
      next: null,
    });
    expect((await get('/v1/rollouts/r-9/events')).json()).toMatchObject({ code: 'not_found' });
  });

  test('the timeline is JSON, or Markdown for who asks', async () => {
    server.operations.append(moved, ...Array.from({ length: 1200 }, () => moved));
    const json = await get('/v1/rollouts/r-1/timeline');
    expect(json.json<TimelineReply>().entries).toHaveLength(1201);
    for (const asked of [
      await get('/v1/rollouts/r-1/timeline?format=markdown'),
      await get('/v1/rollouts/r-1/timeline', { accept: 'text/markdown' }),
    ]) {
      expect(asked.headers['content-type']).toBe('text/markdown; charset=utf-8');
      expect(asked.body).toMatch(/^# r-1: Let ams and fra/);
    }
  });
});

describe('the fleet and the line', () => {
  test('hosts are listed by id, in parts', async () => {
    const first = await get('/v1/hosts?limit=1');
    expect(first.json()).toMatchObject({ items: [{ id: 'ns1.ams' }], next: 'ns1.ams' });
    expect((await get('/v1/hosts?after=ns1.ams')).json()).toMatchObject({
      items: [{ id: 'ns2.ams' }],
      next: null,
    });
    expect((await get('/v1/hosts/ns2.ams')).json()).toMatchObject({
      id: 'ns2.ams',
      health: { verdict: 'pass' },
    });
    expect((await get('/v1/hosts/ns3.ams')).json()).toMatchObject({ code: 'not_found' });
  });

  test('the line is stopped and started, in either way of asking', async () => {
    const reason = 'Something is wrong.';
    expect((await post('/v1/line', { stopped: true, reason })).json()).toMatchObject({
      stopped: true,
      by: 'admin',
      reason,
    });
    expect((await post('/v1/line/start', { reason })).json()).toMatchObject({ stopped: false, since: null });
    expect((await post('/v1/line/stop', { reason })).json()).toMatchObject({ stopped: true });
    expect((await get('/v1/line')).json()).toMatchObject({
      stopped: true,
      since: '1970-01-01T00:00:00.000Z',
    });
  });
});

describe('what needs no token', () => {
  test('readiness tells its reasons', async () => {
    expect((await server.app.inject('/readyz')).json()).toEqual({ ready: true, reasons: [] });
    server.operations.reasonsUnready = ['Redis would lose writes: appendfsync is everysec.'];
    const unready = await server.app.inject('/readyz');
    expect(unready.statusCode).toBe(503);
    expect(unready.json()).toEqual({ ready: false, reasons: server.operations.reasonsUnready });
    expect((await server.app.inject('/healthz')).json()).toEqual({ status: 'alive' });
  });

  test('metrics are plain text', async () => {
    const reply = await server.app.inject('/metrics');
    expect(reply.headers['content-type']).toMatch(/^text\/plain/);
    expect(reply.body).toBe('up 1\n');
  });
});

describe('what goes wrong here', () => {
  test('an unexpected error is logged with its cause, and tells the caller nothing but where to look', async () => {
    server.operations.fault = new Error('secret detail', { cause: new Error('the root of it') });
    const problem = (await get('/v1/rollouts/r-1')).json<{ requestId: string }>();
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('secret');
    const logged = server.lines.find((line) => line.includes('secret detail'));
    expect(logged).toContain('the root of it');
    expect(logged).toContain(problem.requestId);
  });

  test('a store that does not answer is 503, and the log has the cause', async () => {
    const cause = new Error('connection refused');
    server.operations.fault = new BreakwaterError('store_unavailable', 'Redis does not answer.', { cause });
    expect((await get('/v1/hosts')).json()).toMatchObject({ status: 503, code: 'store_unavailable' });
    expect(server.lines.join('')).toContain('connection refused');
  });
});

describe('a store that is not to be believed', () => {
  const fault = new BreakwaterError('safe_mode', 'the store ends with event 7');

  test('refuses everything that would write, before anything else is looked at, and still shows what it has', async () => {
    server.operations.trustFault = fault;
    for (const [url, body] of [
      ['/v1/rollouts', SUBMISSION],
      ['/v1/bundles', { files: FILES }],
      ['/v1/rollouts/r-99/pause', { reason: 'x' }],
      ['/v1/line/stop', { reason: 'x' }],
    ] as const) {
      const reply = await post(url, body);
      expect([reply.statusCode, reply.json()]).toMatchObject([503, { code: 'safe_mode' }]);
    }
    expect(server.operations.calls).toEqual([]);
    expect((await get('/v1/rollouts/r-1')).statusCode).toBe(200);
  });

  test('nothing is acknowledged that is on record nowhere else', async () => {
    server.operations.witnessFault = new BreakwaterError('witness_failed', 'ENOSPC');
    const reply = await post('/v1/rollouts/r-1/pause', { reason: 'x' });
    expect([reply.statusCode, reply.json()]).toMatchObject([503, { code: 'witness_failed' }]);
  });
});
