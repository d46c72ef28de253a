import { operatorOf } from './bearer.ts';
import type { Operations } from './interface.ts';
import { PageTestReply } from './replies.ts';
import { NoQuery, PageTestCommand } from './requests.ts';
import type { App } from './server.ts';

export function pageRoutes(app: App, operations: Operations): void {
  app.route({
    method: 'POST',
    url: '/v1/pages/test',
    schema: {
      summary: 'Send a test page over one channel, or over each, to prove that it reaches somebody',
      tags: ['pages'],
      querystring: NoQuery,
      body: PageTestCommand,
      response: { 200: PageTestReply },
    },
    handler: async (request) => {
      const { channel, reason } = request.body;
      return { channels: await operations.testPages(channel ?? null, operatorOf(request), reason) };
    },
  });
}
