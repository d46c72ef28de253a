import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bearer, testServer } from './testing/fakes.ts';

const TIMES = { heartbeatMs: 50, stallMs: 200 };

let server: Awaited<ReturnType<typeof testServer>>;
let port: number;
beforeEach(async () => {
  server = await testServer({ followTimes: TIMES });
  port = Number(new URL(await server.app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterEach(() => server.app.close());

const moved = (to: string): object => ({ type: 'wave.state', wave: 'canary', from: 'pending', to });
const append = (...states: string[]): void =>
  server.operations.append(...states.map((to) => ({ ...moved(to) })));

/** Opens a stream, and collects what it sends. */
async function open(query = '', headers: Record<string, string> = {}) {
  const path = `/v1/rollouts/r-1/events${query}`;
  const request = get({
    port,
    path,
    headers: { ...bearer('viewer'), accept: 'text/event-stream', ...headers },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  // A stream that is cut off ends with an error here; the tests look at how it ends.
  response.on('error', () => {});
  return {
    response,
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    leave: () => request.destroy(),
  };
}

/** The server itself listens too, for the status page. */
const OWN = 1;

describe('following a rollout', () => {
  test('sends what there is, then what comes, as server-sent events', async () => {
    append('running');
    const stream = await open();
    expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await vi.waitFor(() => expect(stream.ids()).toEqual([1]));
    append('soaking');
    await vi.waitFor(() => expect(stream.ids()).toEqual([1, 2]));
    const [frame] = stream.text().match(/id: 2\n[^]*?\n\n/) ?? [];
    const [id, event, data] = frame?.split('\n') ?? [];
    expect([id, event]).toEqual(['id: 2', 'event: wave.state']);
    expect(JSON.parse(data?.replace('data: ', '') ?? '')).toMatchObject({
      seq: 2,
      to: 'soaking',
      rollout: 'r-1',
    });
    stream.leave();
  });

  test('resumes after the last event that the client saw, which counts more than ?after=', async () => {
    append('a', 'b', 'c', 'd');
    const byQuery = await open('?after=2');
    await vi.waitFor(() => expect(byQuery.ids()).toEqual([3, 4]));
    const byHeader = await open('?after=2', { 'last-event-id': '3' });
    await vi.waitFor(() => expect(byHeader.ids()).toEqual([4]));
    byQuery.leave();
    byHeader.leave();
  });

  test('misses nothing when the log grows while it reads', async () => {
    const { operations } = server;
    const read = operations.events.bind(operations);
    operations.events = async (...asked) => {
      const found = await read(...asked);
      // Between this read and the next wait: whoever rings now must not be forgotten.
      if (operations.log.length < 5) append('more');
      return found;
    };
    append('first');
    const stream = await open();
    await vi.waitFor(() => expect(stream.ids()).toEqual([1, 2, 3, 4, 5]));
    stream.leave();
  });

  test('sends a long log whole, and in order', async () => {
    append(...Array.from({ length: 2500 }, (_, i) => `s${i}`));
    const stream = await open();
    await vi.waitFor(() => expect(stream.ids()).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1)));
    stream.leave();
  });

  test('a quiet stream sends comments', async () => {
    const stream = await open();
    await vi.waitFor(() => expect(stream.text().match(/^:$/gm)?.length).toBeGreaterThan(2));
    stream.leave();
  });

  test('nothing listens for a client that has left', async () => {
    const stream = await open();
    await vi.waitFor(() => expect(server.operations.listeners.size).toBe(OWN + 1));
    stream.leave();
    await vi.waitFor(() => expect(server.operations.listeners.size).toBe(OWN));
  });

  test('a client that reads nothing is closed, and little has piled up for it', async () => {
    let biggest = 0;
    server.app.server.on('request', (_request, response) => {
      const write = response.write.bind(response) as (text: string) => boolean;
      response.write = ((text: string) => {
        const more = write(text);
        biggest = Math.max(biggest, response.writableLength);
        return more;
      }) as typeof response.write;
    });
    append(...Array.from({ length: 500 }, () => 'x'.repeat(100_000)));
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write(
      'GET /v1/rollouts/r-1/events HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n' +
        `authorization: ${bearer('viewer').authorization}\r\n\r\n`,
    );
    await vi.waitFor(() => expect(server.operations.listeners.size).toBe(OWN + 1));
    await vi.waitFor(() => expect(server.operations.listeners.size).toBe(OWN), 5000);
    expect(biggest).toBeGreaterThan(0);
    expect(biggest).toBeLessThan(1 << 20);
    socket.destroy();
  });

  test('a log that fails cuts the stream off, so that the client comes back', async () => {
    const stream = await open();
    await vi.waitFor(() => expect(server.operations.listeners.size).toBe(OWN + 1));
    server.operations.fault = new Error('the store is gone');
    append('lost');
    await vi.waitFor(() => expect(stream.response.destroyed).toBe(true));
    expect(stream.response.complete).toBe(false);
    expect(server.lines.join('')).toContain('the store is gone');
    server.operations.fault = null;
    const again = await open();
    await vi.waitFor(() => expect(again.ids()).toEqual([1]));
    again.leave();
  });

  test('streams end when the server closes, and it does not wait for them', async () => {
    const stream = await open();
    await vi.waitFor(() => expect(server.operations.listeners.size).toBe(OWN + 1));
    const ended = once(stream.response, 'end');
    await server.app.close();
    await ended;
    expect(stream.response.complete).toBe(true);
  });

  test('an unknown rollout is a problem, not a stream', async () => {
    const headers = { ...bearer('viewer'), accept: 'text/event-stream' };
    const reply = await server.app.inject({ url: '/v1/rollouts/r-9/events', headers });
    expect(reply.json()).toMatchObject({ code: 'not_found' });
  });
});
