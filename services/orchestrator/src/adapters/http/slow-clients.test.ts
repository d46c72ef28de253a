import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { bearer, testServer } from './testing/fakes.ts';

const { app, operations } = await testServer({
  limits: { headersMs: 300, requestMs: 600 },
  followTimes: { heartbeatMs: 100, stallMs: 1000 },
});
const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
afterAll(() => app.close());

const HEAD = `host: x\r\nauthorization: ${bearer('admin').authorization}\r\n`;
const POST_HEAD = `POST /v1/rollouts/r-1/pause HTTP/1.1\r\n${HEAD}content-type: application/json\r\n`;

/** Sends text as it is, and resolves with everything that came back once the server has closed. */
async function untilClosed(text: string): Promise<string> {
  const socket = dial(text);
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

function dial(text: string): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.write(text);
  return socket;
}

describe('clients that are slow or speak badly', () => {
  test('one that never finishes its headers is closed', async () => {
    expect(await untilClosed(`GET /healthz HTTP/1.1\r\nhost: x\r\n`)).toMatch(/^HTTP\/1.1 408 /);
  });

  test('one that never finishes its body is closed, and nothing has happened', async () => {
    expect(await untilClosed(`${POST_HEAD}content-length: 50\r\n\r\n{"reason":`)).toMatch(/^HTTP\/1.1 408 /);
    expect(operations.calls).toEqual([]);
  });

  test.each([
    ['two lengths', `${POST_HEAD}content-length: 14\r\ncontent-length: 15\r\n\r\n{"reason":"x"}`],
    ['a length and chunks', `${POST_HEAD}content-length: 14\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a length that is no number', `${POST_HEAD}content-length: many\r\n\r\n{"reason":"x"}`],
    ['endless headers', `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\0\u0001'],
  ])('%s: refused and closed, and nothing has happened', async (_what, text) => {
    expect(await untilClosed(text)).toMatch(/^HTTP\/1.1 4\d\d [A-Za-z ]+\r\nconnection: close\r\n/);
    expect(operations.calls).toEqual([]);
  });

  test('a stream outlives the time that a request may take', async () => {
    const socket = dial(`GET /v1/rollouts/r-1/events HTTP/1.1\r\n${HEAD}accept: text/event-stream\r\n\r\n`);
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    const start = performance.now();
    // Node looks for late requests once a second: by the last of these comments it has looked twice.
    while (answer.split(':\n\n').length < 25) await once(socket, 'data');
    expect(performance.now() - start).toBeGreaterThan(2000);
    socket.destroy();
  });
});
