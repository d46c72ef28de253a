import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface Arrived {
  method: string;
  url: string;
  key: string | undefined;
  body: string;
}

/** How a server answers; it may also do something odd with the connection. */
export type Answer = (request: IncomingMessage, reply: ServerResponse) => void;

export function json(status: number, body: unknown): Answer {
  return (_request, reply) => {
    reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

/** A server on loopback that keeps what it was asked. */
export async function listen(answer: Answer) {
  const arrived: Arrived[] = [];
  const server = createServer((request, reply) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const key = request.headers['idempotency-key'] as string | undefined;
      arrived.push({ method: request.method ?? '', url: request.url ?? '', key, body });
      answer(request, reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    arrived,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
