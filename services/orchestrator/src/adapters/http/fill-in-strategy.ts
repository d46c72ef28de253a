import { withStrategyDefaults } from '@breakwater/shared';
import type { FastifyRequest } from 'fastify';

/** Changes a request before its body is validated. */
export type FillIn = (request: FastifyRequest) => void;

/**
 * Fills the fleet's defaults into a submission. It has to be done ahead of the schema: afterwards nobody can tell a
 * value that was submitted from a built-in default.
 */
export function fillInStrategy(defaults: Readonly<Record<string, unknown>>): FillIn {
  return (request) => {
    // What fastify hands to the validator next is this property.
    Object.assign(request, { body: withStrategyDefaults(request.body, defaults) });
  };
}
