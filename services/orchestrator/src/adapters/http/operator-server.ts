import type { FastifyBaseLogger } from 'fastify';
import { guardOperatorRoutes } from './bearer.ts';
import { bundleRoutes } from './bundle-routes.ts';
import { readIdempotencyKeys } from './caller.ts';
import { documentation } from './documentation.ts';
import { fillInStrategy } from './fill-in-strategy.ts';
import { fleetRoutes } from './fleet-routes.ts';
import type { FollowTimes } from './follow.ts';
import type { Identities, Operations } from './interface.ts';
import { logRoutes } from './log-routes.ts';
import { openRoutes } from './open-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { rolloutRoutes } from './rollout-routes.ts';
import { type App, bareServer, type ServerLimits } from './server.ts';
import { type StatusPageOptions, statusPageRoutes } from '../status-page/routes.ts';

const LIMITS: ServerLimits = {
  bodyLimit: 64 << 10,
  keepAliveMs: 20_000,
  maxConnections: 1000,
  headersMs: 10_000,
  requestMs: 60_000,
};

export interface OperatorServerOptions {
  operations: Operations;
  identities: Identities;
  log: FastifyBaseLogger;
  statusPage: StatusPageOptions;
  /** The fleet's own defaults of a strategy, as they were configured. */
  strategyDefaults?: Readonly<Record<string, unknown>>;
  /** The text that Prometheus reads. */
  metrics?: () => Promise<string>;
  limits?: Partial<ServerLimits>;
  followTimes?: FollowTimes;
}

/** The listener for people and their tools; the caller makes it listen. */
export async function operatorServer(options: OperatorServerOptions): Promise<App> {
  const { operations, identities, log, metrics } = options;
  const app = bareServer(log, { ...LIMITS, ...options.limits });
  guardOperatorRoutes(app, identities);
  readIdempotencyKeys(app);
  const fillIn = fillInStrategy(options.strategyDefaults ?? {});
  guardWrites(app, operations);
  await documentation(app);
  bundleRoutes(app, operations, fillIn);
  rolloutRoutes(app, operations, fillIn);
  logRoutes(app, operations, options.followTimes);
  fleetRoutes(app, operations);
  pageRoutes(app, operations);
  openRoutes(app, operations, metrics);
  statusPageRoutes(app, operations, identities, options.statusPage);
  await app.ready();
  return app;
}

/** Nothing is asked of a store that may have lost something, and whoever is told that something was done may rely on it. */
function guardWrites(app: App, operations: Operations): void {
  // First of all: what would be refused on its own grounds would be refused on those of the wrong store.
  app.addHook('preHandler', async (request) => {
    if (request.method !== 'GET') await operations.trusted();
  });
  app.addHook('preSerialization', async (request, _reply, payload) => {
    if (request.method !== 'GET') await operations.witnessed();
    return payload;
  });
}
