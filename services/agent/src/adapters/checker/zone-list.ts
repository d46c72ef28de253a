import type { Zone } from '../../core/baseline.ts';

/** `<name> <class> <view> <type>`; a zone of another view has the type `in-view <view>`. */
const LINE = /^(?<name>.+) (?<class>\S+) \S+ (?:(?<inView>in-view) \S+|(?<type>\S+))$/;
/** What `named-checkconf -z` says of a zone that it has loaded; the view is not in it. */
const LOADED = /^zone (?<name>.+)\/IN: loaded serial (?<serial>\d+)/;
const MODERN: Record<string, string> = { master: 'primary', slave: 'secondary' };

/**
 * Reads what `named-checkconf -l` prints. Built-in zones are not in it. Only zones of the class IN are listed,
 * since no question is asked in another; a zone that several views have is listed once.
 */
export function parseZoneList(output: string): Zone[] {
  const zones = new Map<string, Zone>();
  for (const line of output.split('\n')) {
    const groups = LINE.exec(line)?.groups;
    if (groups?.['class']?.toUpperCase() !== 'IN') continue;
    const name = normal(groups['name'] ?? '');
    const type = groups['type'] ?? 'in-view';
    // The view that holds the zone says more than the one that borrows it.
    if (!zones.has(name) || zones.get(name)?.type === 'in-view')
      zones.set(name, { name, type: MODERN[type] ?? type });
  }
  return [...zones.values()];
}

/** Adds the serials that `named-checkconf -z` prints. A zone that views have with different serials gets none. */
export function withSerials(zones: readonly Zone[], output: string): Zone[] {
  const serials = new Map<string, Set<number>>();
  for (const line of output.split('\n')) {
    const groups = LOADED.exec(line)?.groups;
    if (groups === undefined) continue;
    const name = normal(groups['name'] ?? '');
    serials.set(name, (serials.get(name) ?? new Set()).add(Number(groups['serial'])));
  }
  return zones.map((zone) => {
    const [serial, ...others] = serials.get(normal(zone.name)) ?? [];
    return serial === undefined || others.length > 0 ? zone : { ...zone, serial };
  });
}

function normal(name: string): string {
  return name.toLowerCase().replace(/(.)\.$/, '$1');
}
