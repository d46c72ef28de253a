import { canonicalJson, type Digest, type HostId, sha256 } from '@breakwater/shared';
import type { z } from 'zod';
import { VERBS, type Verb } from '../../core/event.ts';
import { operatorOf } from './bearer.ts';
import { BUNDLE_BODY } from './bundle-routes.ts';
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
  SubmitHeaders,
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
  app.decorateRequest('requestDigest', null);
  app.route({
    method: 'POST',
    url: '/v1/rollouts',
    bodyLimit: BUNDLE_BODY,
    schema: {
      summary: 'Submit a change',
      tags: ['rollouts'],
      headers: SubmitHeaders,
      querystring: NoQuery,
      body: NewRollout,
      response: { 201: RolloutReply },
    },
    // Taken of the body as it was sent. Once it is validated it has defaults filled in, and the same request
    // would have another digest as soon as a new version had another default.
    preValidation: async (request) => {
      if (request.headers['idempotency-key'] !== undefined)
        request.setDecorator('requestDigest', sha256(canonicalJson(request.body)));
      fillIn(request);
    },
    handler: async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const digest = request.getDecorator<Digest | null>('requestDigest');
      const idempotency = key === undefined || digest === null ? null : { key, request: digest };
      const rollout = await operations.submit(request.body, operatorOf(request), idempotency);
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
      querystring: NoQuery,
      body,
      response: { 200: RolloutReply },
    },
    handler: async (request) => {
      const { reason, ...about } = request.body;
      return rolloutView(
        await operations.command(request.params.id, verb, operatorOf(request), reason, about),
      );
    },
  });
}
