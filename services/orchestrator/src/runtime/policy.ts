import { BreakwaterError, type Fault, parse, Strategy } from '@breakwater/shared';
import type { EnrolledHost } from '../core/fleet.ts';
import { limitFaults, type Limits } from '../core/limits.ts';

/** How many hosts each datacenter has. */
export function sizesOf(hosts: Iterable<Pick<EnrolledHost, 'datacenter'>>): number[] {
  const sizes = new Map<string, number>();
  for (const { datacenter } of hosts) sizes.set(datacenter, (sizes.get(datacenter) ?? 0) + 1);
  return [...sizes.values()];
}

/**
 * Refuses defaults that the fleet itself does not allow, or that name a datacenter which it does not have: every
 * submission that relies on them would be refused, on a day on which somebody is in a hurry.
 * @throws BreakwaterError with every fault at once.
 */
export function assertPolicy(
  policy: { strategy: Readonly<Record<string, unknown>>; limits: Limits },
  hosts: readonly EnrolledHost[],
): void {
  const strategy = parse(Strategy, policy.strategy);
  const known = new Set(hosts.map((host) => host.datacenter));
  const strangers = strategy.datacenters.order.flatMap((name, index): Fault[] => {
    const path = `/strategy/datacenters/order/${index}`;
    return known.has(name)
      ? []
      : [{ path, code: 'target_unknown', message: `there is no datacenter ${name}` }];
  });
  const [first, ...rest] = [...limitFaults(strategy, policy.limits, false, sizesOf(hosts)), ...strangers];
  if (first) throw BreakwaterError.fromFaults([first, ...rest]);
}
