import { createServer, type Server, type ServerResponse } from 'node:http';

/** A scrape takes milliseconds; whoever takes longer is no Prometheus. */
const PATIENCE_MS = 5000;
const MOST_CONNECTIONS = 16;

/**
 * Serves metrics, and nothing else, on a loopback address.
 * @param text the metrics, in the text format of Prometheus
 * @returns the server, once it listens. @throws when it cannot.
 */
export async function serveMetrics(
  at: { address: string; port: number },
  text: () => Promise<string>,
): Promise<Server> {
  const server = createServer(
    { requestTimeout: PATIENCE_MS, headersTimeout: PATIENCE_MS },
    (request, response) => {
      if (request.url?.split('?')[0] !== '/metrics')
        return answer(response, 404, 'There is only /metrics here.\n');
      if (request.method !== 'GET') return answer(response, 405, 'It can only be read, with GET.\n');
      text().then(
        (metrics) => answer(response, 200, metrics),
        () => answer(response, 500, 'The metrics could not be read.\n'),
      );
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.keepAliveTimeout = PATIENCE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.address, port: at.port }, resolve);
  });
  return server;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(text);
}
