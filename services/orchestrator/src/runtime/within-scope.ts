import { BreakwaterError, type HostId } from '@breakwater/shared';
import type { Operator } from '../adapters/http/interface.ts';
import { few } from '../core/few.ts';
import { outside, scopeText } from '../core/scope.ts';
import type { EngineDeps } from './engine-deps.ts';

/** Whoever may act on a part of the fleet only. @throws BreakwaterError `out_of_scope` unless every one of these hosts is in it. */
export function assertWithin(
  { watch }: Pick<EngineDeps, 'watch'>,
  { scope }: Pick<Operator, 'scope'>,
  hosts: readonly HostId[],
): void {
  const beyond = outside(scope, hosts, watch.roster.places());
  if (scope === null || beyond.length === 0) return;
  throw new BreakwaterError(
    'out_of_scope',
    `your token is for ${scopeText(scope)}, which leaves out ${few(beyond)}`,
  );
}
