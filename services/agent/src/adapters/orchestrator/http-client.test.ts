import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bundleDigest, manifestOf, type PollRequest, sha256 } from '@breakwater/shared';
import { afterEach, describe, expect, test } from 'vitest';
import { httpClient } from './http-client.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Starts a server on a free port. @returns its base URL. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

const client = (...orchestrators: string[]) =>
  httpClient({ orchestrators, token: 'secret', random: () => 0 });
const DEAD = 'http://127.0.0.1:9';
const FOREVER = new AbortController().signal;
const ANSWER = JSON.stringify({ host: 'ns1', assignment: null, acknowledged: 3 });

const REQUEST: PollRequest = {
  protocol: 1,
  journal: '3f2b8a52-6c0e-4a53-9d6b-0d9a6f0d9a11',
  status: {
    generation: null,
    lastKnownGood: null,
    epoch: 0,
    daemon: { running: false, pid: null, restarts: 0 },
    drift: null,
    health: { verdict: 'pending', code: 'not_checked', reason: '' },
    zones: 0,
  },
  reports: [],
  vantage: [],
  following: 'none',
  sequence: 0,
  waitMs: 0,
};

describe('a poll', () => {
  test('carries the token and the request, and gives the answer', async () => {
    let seen: unknown;
    const url = await serve((request, response, body) => {
      seen = [request.method, request.url, request.headers.authorization, JSON.parse(body)];
      response.end(ANSWER);
    });
    expect(await client(url).poll(REQUEST, FOREVER)).toMatchObject({ host: 'ns1', acknowledged: 3 });
    expect(seen).toEqual(['POST', '/agent/v1/poll', 'Bearer secret', REQUEST]);
  });

  test('goes to the next address when one is dead or broken, and stays with the one that answered', async () => {
    let broken = 0;
    const bad = await serve((_, response) => {
      broken += 1;
      response.writeHead(503).end('{"code":"store_unavailable"}');
    });
    const good = await serve((_, response) => response.end(ANSWER));
    const both = client(DEAD, bad, good);
    for (let i = 0; i < 3; i += 1) await both.poll(REQUEST, FOREVER);
    expect(broken).toBe(1);
  });

  test('that nobody answered says what each address did', async () => {
    const bad = await serve((_, response) => response.writeHead(401).end('{"code":"unauthenticated"}'));
    await expect(client(DEAD, bad).poll(REQUEST, FOREVER)).rejects.toThrow(
      /ECONNREFUSED.*answered 401.*unauthenticated/,
    );
  });

  test.each([
    ['no JSON', '<html>'],
    ['an unknown field', JSON.stringify({ host: 'ns1', assignment: null, acknowledged: 3, grant: true })],
    ['a wrong type', JSON.stringify({ host: 'ns1', assignment: null, acknowledged: '3' })],
  ])('answered with %s is not understood', async (_, text) => {
    const url = await serve((_request, response) => response.end(text));
    await expect(client(url).poll(REQUEST, FOREVER)).rejects.toThrow('no orchestrator answered');
  });

  test('ends at once when the agent stops', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    await expect(client(url).poll({ ...REQUEST, waitMs: 10_000 }, stop.signal)).rejects.toThrow(/abort/i);
  });
});

test('when one call gives an orchestrator up that hangs, so does every other that waits for it', async () => {
  const hung = new Set<ServerResponse>();
  const silent = await serve((_, response) => void hung.add(response));
  const good = await serve((_, response) => response.end(ANSWER));
  const agent = client(silent, good);
  const began = performance.now();
  const long = agent.poll({ ...REQUEST, waitMs: 10_000 }, FOREVER);
  await agent.poll(REQUEST, FOREVER);
  expect(await long).toMatchObject({ host: 'ns1' });
  expect(performance.now() - began).toBeLessThan(9000);
  expect(hung.size).toBe(2);
});

describe('a bundle', () => {
  const manifest = manifestOf({ 'all/named.conf': 'options {};' });
  const digest = bundleDigest(manifest);

  test('is fetched as a manifest and its files', async () => {
    const url = await serve((request, response) => {
      if (request.url === `/agent/v1/bundles/${digest}`) response.end(JSON.stringify({ digest, manifest }));
      else response.end(request.url === `/agent/v1/files/${sha256('options {};')}` ? 'options {};' : 'wrong');
    });
    expect(await client(url).manifest(digest)).toEqual(manifest);
    expect(Buffer.from(await client(url).file(sha256('options {};'))).toString()).toBe('options {};');
  });

  test('with a path that leads out of it is refused', async () => {
    const evil = { ...manifest, files: [{ ...manifest.files[0], path: 'all/../../etc/passwd' }] };
    const url = await serve((_, response) => response.end(JSON.stringify({ digest, manifest: evil })));
    await expect(client(url).manifest(digest)).rejects.toThrow('contains ".."');
  });

  test('with a file that is too large is refused', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc((8 << 20) + 1)));
    await expect(client(url).file(digest)).rejects.toThrow('more than any bundle may hold');
  });
});
