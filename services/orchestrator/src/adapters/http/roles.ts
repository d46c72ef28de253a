import { BreakwaterError } from '@breakwater/shared';
import type { Role } from '../../core/role.ts';
import { scopeText } from '../../core/scope.ts';
import type { Operator } from './interface.ts';

/**
 * Who may do what. Stopping needs less than starting: everybody but a viewer can stop a rollout or the line.
 * Approving and submitting are kept apart, so that it takes two people unless one is an admin (and nobody
 * approves their own rollout even then).
 */
export const PERMISSIONS = {
  look: ['viewer', 'responder', 'submitter', 'approver', 'admin'],
  stop: ['responder', 'submitter', 'approver', 'admin'],
  submit: ['submitter', 'admin'],
  repair: ['submitter', 'admin'],
  resume: ['submitter', 'approver', 'admin'],
  approve: ['approver', 'admin'],
  test: ['responder', 'submitter', 'approver', 'admin'],
  start: ['admin'],
  remove: ['admin'],
  tokens: ['admin'],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;

/** What each call needs. A route under /v1 that is not listed here stops the server from starting. */
export const ROUTE_PERMISSIONS: Readonly<Record<string, Permission>> = {
  'POST /v1/bundles': 'submit',
  'GET /v1/bundles/:digest': 'look',
  'POST /v1/plans': 'submit',
  'POST /v1/rollouts': 'submit',
  'GET /v1/rollouts': 'look',
  'GET /v1/rollouts/:id': 'look',
  'POST /v1/rollouts/:id/approve': 'approve',
  'POST /v1/rollouts/:id/pause': 'stop',
  'POST /v1/rollouts/:id/resume': 'resume',
  'POST /v1/rollouts/:id/abort': 'stop',
  'POST /v1/rollouts/:id/rollback': 'stop',
  'POST /v1/rollouts/:id/retry': 'repair',
  'POST /v1/rollouts/:id/skip': 'repair',
  'GET /v1/rollouts/:id/events': 'look',
  'GET /v1/rollouts/:id/timeline': 'look',
  'GET /v1/hosts': 'look',
  'GET /v1/hosts/:id': 'look',
  'POST /v1/hosts/:id/drain': 'stop',
  'POST /v1/hosts/:id/undrain': 'resume',
  'POST /v1/hosts/:id/remove': 'remove',
  'GET /v1/line': 'look',
  // The body says which way; starting is checked once it has been read.
  'POST /v1/line': 'stop',
  'POST /v1/line/stop': 'stop',
  'POST /v1/line/start': 'start',
  'GET /v1/audit': 'look',
  'GET /v1/tokens': 'tokens',
  'POST /v1/tokens': 'tokens',
  'POST /v1/tokens/:id/revoke': 'tokens',
  'POST /v1/pages/test': 'test',
};

/**
 * What concerns the fleet as a whole takes a token without a scope: whoever may act on a part must not start everything, nor
 * make a token that reaches further. Stopping is not among it.
 */
const WHOLE_FLEET: readonly Permission[] = ['start', 'tokens'];

/** @throws BreakwaterError `forbidden`, naming the roles that may; `out_of_scope` where it takes the whole fleet. */
export function requirePermission(operator: Operator, permission: Permission): void {
  const roles: readonly Role[] = PERMISSIONS[permission];
  if (!roles.includes(operator.role))
    throw new BreakwaterError(
      'forbidden',
      `You are a ${operator.role}; this takes one of: ${roles.join(', ')}.`,
    );
  if (operator.scope !== null && WHOLE_FLEET.includes(permission))
    throw new BreakwaterError(
      'out_of_scope',
      `your token is for ${scopeText(operator.scope)}; this takes one without a scope`,
    );
}
