import { canonicalJson, sha256 } from '@breakwater/shared';
import type { FastifyRequest } from 'fastify';
import { operatorOf } from './bearer.ts';
import type { Idempotency } from '../store/interface.ts';
import type { Caller } from './interface.ts';
import type { App } from './server.ts';

/**
 * Takes the Idempotency-Key of every write, with a digest of what is asked. That is taken of the body as it was sent: once
 * it is validated it has defaults filled in, and the same request would be another one as soon as a new version had other
 * defaults.
 */
export function readIdempotencyKeys(app: App): void {
  app.decorateRequest('idempotency', null);
  app.addHook('preValidation', async (request) => {
    const key = request.headers['idempotency-key'];
    if (request.method === 'GET' || typeof key !== 'string') return;
    const { method, url, body = null } = request;
    const asked = sha256(canonicalJson({ by: operatorOf(request).name, method, url, body }));
    request.setDecorator('idempotency', { key, request: asked });
  });
}

/** Who makes this request, under which key. @throws on a route that is not guarded, which would be a bug. */
export function callerOf(request: FastifyRequest): Caller {
  return { ...operatorOf(request), idempotency: request.getDecorator<Idempotency | null>('idempotency') };
}
