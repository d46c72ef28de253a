import type { HostId } from '@breakwater/shared';
import type { z } from 'zod';
import { VERBS, type Verb } from '../../core/event.ts';
import { BUNDLE_BODY } from './bundle-routes.ts';
import { callerOf } from './caller.ts';
import type { FillIn } from './fill-in-strategy.ts';
import type { Operations } from './interface.ts';
import { RolloutList, RolloutReply } from './replies.ts';
import {
  ApproveCommand,
  HostCommand,
  NewRollout,
  NoQuery,
  RolloutCommand,
  RolloutPath,
  RolloutsQuery,
  WriteHeaders,
} from './requests.ts';
import type { App } from './server.ts';
import { rolloutView } from './view.ts';

export function rolloutRoutes(app: App, operations: Operations, fillIn: FillIn): void {
  submitRoute(app, operations, fillIn);

  app.route({
    method: 'GET',
    url: '/v1/rollouts',
    schema: {
      summary: 'List rollouts, newest first',
      tags: ['rollouts'],
      querystring: RolloutsQuery,
      response: { 200: RolloutList },
    },
    handler: async ({ query }) => {
      const { items, next } = await operations.rollouts(query.limit, query.after ?? null);
      return { items: items.map(rolloutView), next };
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/rollouts/:id',
    schema: {
      summary: 'Read a rollout: its state, waves, hosts, and verdicts with reasons',
      tags: ['rollouts'],
      params: RolloutPath,
      querystring: NoQuery,
      response: { 200: RolloutReply },
    },
    handler: async ({ params }) => rolloutView(await operations.rollout(params.id)),
  });

  for (const verb of VERBS) verbRoute(app, operations, verb);
}

function submitRoute(app: App, operations: Operations, fillIn: FillIn): void {
  app.route({
    method: 'POST',
    url: '/v1/rollouts',
    bodyLimit: BUNDLE_BODY,
    schema: {
      summary: 'Submit a change',
      tags: ['rollouts'],
      headers: WriteHeaders,
      querystring: NoQuery,
      body: NewRollout,
      response: { 201: RolloutReply },
    },
    preValidation: async (request) => fillIn(request),
    handler: async (request, reply) => {
      const rollout = await operations.submit(request.body, callerOf(request));
      return reply.code(201).header('location', `/v1/rollouts/${rollout.id}`).send(rolloutView(rollout));
    },
  });
}

function verbRoute(app: App, operations: Operations, verb: Verb): void {
  const forHost = verb === 'retry' || verb === 'skip';
  const whole = verb === 'approve' ? ApproveCommand : RolloutCommand;
  const body: z.ZodType<{ reason: string; host?: HostId; wave?: string | undefined }> = forHost
    ? HostCommand
    : whole;
  app.route({
    method: 'POST',
    url: `/v1/rollouts/:id/${verb}`,
    schema: {
      summary: `${verb} ${forHost ? 'one host of a rollout' : 'a rollout'}`,
      tags: ['rollouts'],
      params: RolloutPath,
      headers: WriteHeaders,
      querystring: NoQuery,
      body,
      response: { 200: RolloutReply },
    },
    handler: async (request) => {
      const { reason, ...about } = request.body;
      return rolloutView(await operations.command(request.params.id, verb, callerOf(request), reason, about));
    },
  });
}
