import type { FleetHost } from './fleet.ts';

/** The overlays of a bundle that are not for everybody: `host/<id>` and `datacenter/<name>`. */
export function overlaysOf(paths: readonly string[]): ReadonlySet<string> {
  const named = paths.filter((path) => !path.startsWith('all/'));
  return new Set(named.map((path) => path.split('/', 2).join('/')));
}

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
  return [...overlaysOf(paths)]
    .filter((overlay) => !known.has(overlay))
    .map((overlay) => `${overlay}/ is for nobody: the fleet has no such ${overlay.split('/')[0]}`);
}
