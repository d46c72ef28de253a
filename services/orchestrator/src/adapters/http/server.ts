import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
  type RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { answerProblems, sendProblem, validatorCompiler } from './problems.ts';
import { parseStrictJson } from './strict-json.ts';

/** A fastify server whose routes are typed by their zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface ServerLimits {
  bodyLimit: number;
  /** How long an idle connection is kept; longer than any wait of its client between two requests. */
  keepAliveMs: number;
  maxConnections: number;
  /**
   * How long a client may take to send its headers, and its whole request. This bounds only the way in: an
   * answer that waits (a long poll, an event stream) is not touched by it.
   */
  headersMs: number;
  requestMs: number;
}

/** What both listeners share: strict input, problems as errors, slow clients closed, and one log line a request. */
export function bareServer(log: FastifyBaseLogger, limits: ServerLimits): App {
  const app: App = fastify({
    loggerInstance: log,
    bodyLimit: limits.bodyLimit,
    keepAliveTimeout: limits.keepAliveMs,
    requestTimeout: limits.requestMs,
    // Node ignores a requestTimeout that is below headersTimeout, and looks only once in 30 s unless told otherwise.
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: 1000 },
    // Its lines would hold URLs as they were sent. The hook below logs the route's pattern instead.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    exposeHeadRoutes: false,
    genReqId: () => randomUUID(),
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket),
  }).withTypeProvider<ZodTypeProvider>();
  app.server.maxConnections = limits.maxConnections;
  app.setValidatorCompiler(validatorCompiler);
  // Answers are checked by the compiler, not while they are sent: an answer that is refused at run time would
  // hide a rollout in the middle of an incident because, say, one reason in it is too long.
  app.setSerializerCompiler(() => JSON.stringify);
  answerProblems(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? null;
    const { statusCode: status, elapsedTime } = reply;
    request.log.debug(
      { method: request.method, route, status, ms: Math.round(elapsedTime) },
      'request answered',
    );
  });
  return app;
}

const REFUSALS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** Closes a connection on which no request could be read; there is none to answer in JSON. */
function refuseConnection({ code }: { code?: string }, socket: Socket): void {
  // Once something has been written, a status line could land in the middle of an answer.
  if (socket.writable && socket.bytesWritten === 0) {
    const status = REFUSALS[code ?? ''] ?? '400 Bad Request';
    socket.write(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  }
  socket.destroy();
}
