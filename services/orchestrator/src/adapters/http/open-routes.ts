import type { Operations } from './interface.ts';
import { HealthReply, ReadyReply } from './replies.ts';
import type { App } from './server.ts';

/** What needs no token and is for programs: load balancers and Prometheus. */
export function openRoutes(app: App, operations: Operations, metrics?: () => Promise<string>): void {
  app.route({
    method: 'GET',
    url: '/healthz',
    schema: { summary: 'Whether this process is alive', tags: ['open'], response: { 200: HealthReply } },
    handler: async () => ({ status: 'alive' as const }),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    schema: {
      summary: 'Whether this orchestrator can work, and if not, why',
      tags: ['open'],
      response: { 200: ReadyReply, 503: ReadyReply },
    },
    handler: async (_request, reply) => {
      const reasons = await operations.unready().catch(() => ['The store (Redis) does not answer.']);
      return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
    },
  });

  if (metrics) {
    app.route({
      method: 'GET',
      url: '/metrics',
      schema: { summary: 'Metrics for Prometheus', tags: ['open'] },
      handler: async (_request, reply) =>
        reply
          .type('text/plain; version=0.0.4; charset=utf-8')
          .serializer(String)
          .send(await metrics()),
    });
  }
}
