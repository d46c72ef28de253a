import type { Zone } from '../../core/baseline.ts';

/** `<name> <class> <view> <type>`; a zone of another view has the type `in-view <view>`. */
const LINE = /^(?<name>.+) (?<class>\S+) \S+ (?:(?<inView>in-view) \S+|(?<type>\S+))$/;
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
    const name = (groups['name'] ?? '').toLowerCase().replace(/(.)\.$/, '$1');
    const type = groups['type'] ?? 'in-view';
    // The view that holds the zone says more than the one that borrows it.
    if (!zones.has(name) || zones.get(name)?.type === 'in-view')
      zones.set(name, { name, type: MODERN[type] ?? type });
  }
  return [...zones.values()];
}
