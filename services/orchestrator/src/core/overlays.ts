import type { FleetHost } from './fleet.ts';

/**
 * Warns of overlays (`host/<id>/…`, `datacenter/<name>/…`) that are for nobody in the fleet: a misspelt name changes
 * nothing anywhere, and its author believes that it does.
 * @param paths the paths of a bundle's files
 */
export function overlaysForNobody(
  paths: readonly string[],
  fleet: readonly Pick<FleetHost, 'id' | 'datacenter'>[],
): string[] {
  const known = new Set(fleet.flatMap(({ id, datacenter }) => [`host/${id}`, `datacenter/${datacenter}`]));
  const named = paths.filter((path) => !path.startsWith('all/')).map((path) => path.split('/', 2).join('/'));
  return [...new Set(named)]
    .filter((overlay) => !known.has(overlay))
    .map((overlay) => `${overlay}/ is for nobody: the fleet has no such ${overlay.split('/')[0]}`);
}
