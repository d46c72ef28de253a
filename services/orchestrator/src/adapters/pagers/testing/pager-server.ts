import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Page } from '@breakwater/shared';
import type { Certificate } from './certificates.ts';

/** A page about a halt, with the characters that services treat as their own. */
export const PAGE: Page = {
  id: 'r-1-p1',
  dedupKey: 'r-1/halt/1767225600000',
  severity: 'critical',
  status: 'firing',
  summary: 'Rollout halted: "A & <B>" at wave canary, host ns1.ams. No further host is touched.',
  rollout: 'r-1',
  code: 'check_failed',
  reason: 'ns1.ams answers REFUSED <!channel>',
  host: 'ns1.ams',
  wave: 'canary',
  decide: 'POST /v1/rollouts/r-1/rollback, /resume or /abort, with a reason',
  at: '2026-01-01T00:00:00.000Z',
};

interface Received {
  request: IncomingMessage;
  body: unknown;
}

/** How a service answers, in turn; the last answer stays. */
type Answers = (((response: ServerResponse, received: Received) => void) | [status: number, body: string])[];

export interface PagerServer {
  port: number;
  received: Received[];
  /** The bodies of what was received. */
  bodies(): unknown[];
  close(): Promise<void>;
}

/** A service that pages people, on a real socket, until the test is over. */
export async function pagerServer(
  answers: Answers,
  {
    certificate,
    address = '127.0.0.1',
    port = 0,
  }: { certificate?: Certificate; address?: string; port?: number } = {},
): Promise<PagerServer> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const take = (body: string): void => {
      const one = { request, body: JSON.parse(body) as unknown };
      received.push(one);
      const answer = answers[Math.min(received.length, answers.length) - 1];
      if (typeof answer === 'function') answer(response, one);
      else response.writeHead(answer?.[0] ?? 500).end(answer?.[1]);
    };
    void text(request).then(take, () => response.destroy());
  };
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  server.listen(port, address);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  const bodies = (): unknown[] => received.map(({ body }) => body);
  return { port: (server.address() as AddressInfo).port, received, bodies, close };
}
