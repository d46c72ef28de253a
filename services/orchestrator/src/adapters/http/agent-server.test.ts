import { once } from 'node:events';
import { request } from 'node:http';
import {
  BreakwaterError,
  type HostId,
  manifestOf,
  type PollRequest,
  type PollResponse,
  sha256,
} from '@breakwater/shared';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { agentServer } from './agent-server.ts';
import type { AgentDesk } from './interface.ts';
import type { App } from './server.ts';
import { identities, keptLog } from './testing/fakes.ts';
import { BUNDLE, FILES, sampleHost } from './testing/samples.ts';

const POLL: PollRequest = {
  protocol: 1,
  journal: '7d0d3f5e-5a2a-4c7e-9a51-0f6b6d2f9d10',
  status: sampleHost('ns1.ams').status!,
  reports: [],
  vantage: [],
  following: 'none',
  sequence: 0,
  waitMs: 0,
};
const TOKEN = { authorization: 'Bearer host-token' };

/** A desk that holds every poll with `waitMs` until it is aborted. */
class FakeDesk implements AgentDesk {
  readonly polls: { host: HostId; request: PollRequest }[] = [];
  aborted = 0;

  async poll(host: HostId, asked: PollRequest, signal: AbortSignal): Promise<PollResponse> {
    this.polls.push({ host, request: asked });
    if (asked.waitMs > 0 && !signal.aborted) await once(signal, 'abort');
    if (signal.aborted) this.aborted += 1;
    return { host, assignment: null, vantage: [], acknowledged: asked.reports.at(-1)?.seq ?? 0, sequence: 0 };
  }

  async manifest(digest: string) {
    if (digest !== BUNDLE) throw new BreakwaterError('bundle_unknown', 'No such bundle.');
    return manifestOf(FILES);
  }

  async file() {
    return Uint8Array.from([0, 255, 10]);
  }
}

let desk: FakeDesk;
let app: App;
beforeEach(async () => {
  desk = new FakeDesk();
  app = await agentServer({
    desk,
    identities,
    log: keptLog().log,
    limits: { headersMs: 300, requestMs: 500 },
  });
});
afterEach(() => app.close());

const poll = (body: object | string, headers: object = TOKEN) =>
  app.inject({
    method: 'POST',
    url: '/agent/v1/poll',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

/** A poll over a real connection, held by the desk. */
async function heldPoll() {
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  const headers = { ...TOKEN, 'content-type': 'application/json' };
  const call = request({ port, method: 'POST', path: '/agent/v1/poll', headers });
  call.on('error', () => {});
  call.end(JSON.stringify({ ...POLL, waitMs: 30_000 }));
  await vi.waitFor(() => expect(desk.polls).toHaveLength(1));
  return call;
}

describe('the listener for agents', () => {
  test('a poll speaks for the host that holds the token', async () => {
    const reply = await poll(POLL);
    expect(reply.json()).toEqual({
      host: 'ns1.ams',
      assignment: null,
      vantage: [],
      acknowledged: 0,
      sequence: 0,
    });
    expect(desk.polls).toEqual([{ host: 'ns1.ams', request: POLL }]);
  });

  test('manifests and files are read by digest', async () => {
    const manifest = await app.inject({ url: `/agent/v1/bundles/${BUNDLE}`, headers: TOKEN });
    expect(manifest.json()).toEqual({ digest: BUNDLE, manifest: manifestOf(FILES) });
    const file = await app.inject({ url: `/agent/v1/files/${sha256('x')}`, headers: TOKEN });
    expect(file.headers['content-type']).toBe('application/octet-stream');
    expect([...file.rawPayload]).toEqual([0, 255, 10]);
    const unknown = await app.inject({ url: `/agent/v1/bundles/${sha256('x')}`, headers: TOKEN });
    expect(unknown.json()).toMatchObject({ code: 'bundle_unknown' });
    expect((await app.inject({ url: '/agent/v1/files/..%2fx', headers: TOKEN })).json()).toMatchObject({
      code: 'not_found',
    });
  });

  test.each([
    ['no token', {}],
    ['a token that nobody holds', { authorization: 'Bearer x' }],
    ["an admin's token", { authorization: 'Bearer admin-token' }],
  ])('%s is refused on every route', async (_what, headers) => {
    expect((await poll(POLL, headers)).json()).toMatchObject({ code: 'unauthenticated' });
    for (const url of [`/agent/v1/bundles/${BUNDLE}`, `/agent/v1/files/${BUNDLE}`, '/v1/hosts', '/x']) {
      expect((await app.inject({ url, headers })).json()).toMatchObject({ code: 'unauthenticated' });
    }
    expect(desk.polls).toEqual([]);
  });

  test.each<[string, object | string, string]>([
    ['another protocol', { ...POLL, protocol: 2 }, 'invalid_value'],
    ['another host in the body', { ...POLL, host: 'ns2.ams' }, 'unknown_field'],
    ['an endless wait', { ...POLL, waitMs: 30_001 }, 'invalid_value'],
    ['too many reports', { ...POLL, reports: Array.from({ length: 101 }, () => ({})) }, 'invalid_value'],
    ['a repeated key', '{"protocol":1,"protocol":1}', 'malformed_json'],
    ['a huge body', `"${'x'.repeat(1 << 20)}"`, 'body_too_large'],
  ])('%s is refused', async (_what, body, code) => {
    const problem = (await poll(body)).json<{ code: string; faults: { code: string }[] }>();
    expect([problem.code, ...problem.faults.map((fault) => fault.code)]).toContain(code);
    expect(desk.polls).toEqual([]);
  });

  test('operator routes are not here', async () => {
    expect((await app.inject({ url: '/v1/hosts', headers: TOKEN })).json()).toMatchObject({
      code: 'not_found',
    });
  });
});

describe('held polls', () => {
  test('one is let go when its agent goes away', async () => {
    const call = await heldPoll();
    expect(desk.aborted).toBe(0);
    call.destroy();
    await vi.waitFor(() => expect(desk.aborted).toBe(1));
  });

  test('one outlives the time that a request may take to arrive', async () => {
    const call = await heldPoll();
    let closed = false;
    call.once('close', () => (closed = true));
    // Node looks for late requests once a second. There is no event for "was not closed".
    await new Promise((resolve) => setTimeout(resolve, 2200));
    expect({ closed, aborted: desk.aborted }).toEqual({ closed: false, aborted: 0 });
    call.destroy();
  });

  test('one is answered when the server closes', async () => {
    const call = await heldPoll();
    const answered = once(call, 'response');
    await app.close();
    const [response] = (await answered) as [{ statusCode: number }];
    expect(response.statusCode).toBe(200);
  });
});
