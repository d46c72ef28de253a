import { BreakwaterError, type HostId, parse, Strategy } from '@breakwater/shared';
import type { LoggedEvent } from '../../core/event.ts';
import type { HostRow, Rollout, Wave } from '../../core/rollout.ts';
import type { Watch } from '../../core/watch.ts';

/** The form in which rollouts are stored. Whoever changes it raises the number, and goes on reading the old form. */
const VERSION = 3;
const BEFORE_VANTAGE = 1;
const BODY = 'rollout';
const ROW = 'host:';
const WATCH = 'vantage:';
type StoredBody = Omit<Rollout, 'hosts' | 'vantage'> & { v: number };

/**
 * The fields of a rollout's hash that `after` changes: the rollout itself, and each row on its own. A report
 * moves one row of thousands; writing them all would make every report cost as much as the fleet is large.
 */
export function changedFields(before: Rollout | null, after: Rollout): [field: string, json: string][] {
  const { hosts, vantage, ...body } = after;
  const fields: [string, string][] = [[BODY, JSON.stringify({ v: VERSION, ...body })]];
  for (const [id, row] of Object.entries(hosts) as [HostId, HostRow][]) {
    const old = before?.hosts[id];
    if (old === row) continue;
    const json = JSON.stringify(row);
    if (old === undefined || json !== JSON.stringify(old)) fields.push([ROW + id, json]);
  }
  for (const [id, watch] of Object.entries(vantage) as [HostId, Watch][]) {
    if (before?.vantage[id] !== watch) fields.push([WATCH + id, JSON.stringify(watch)]);
  }
  return fields;
}

/** Reads a rollout from its hash, as Redis answers it: field, value, field, value, … */
export function decodeRollout(id: string, flat: readonly string[]): Rollout | null {
  const name = `rollout ${id}`;
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(flat[at] ?? '', flat[at + 1] ?? '');
  if (fields.size === 0) return null;
  const { v, ...body } = decode(fields.get(BODY), name) as StoredBody;
  if (!(v >= BEFORE_VANTAGE && v <= VERSION) || String(body.id) !== id) {
    throw unreadable(name, `it says that it is ${body.id} in version ${v}; version ${VERSION} is read here`);
  }
  const hosts = membersOf<HostRow>(fields, ROW, name);
  const missing = body.waves.flatMap((wave) => wave.hosts).find((host) => hosts[host] === undefined);
  if (missing !== undefined) throw unreadable(name, `the row of host ${missing} is missing`);
  const rollout = { ...body, hosts, vantage: membersOf<Watch>(fields, WATCH, name) };
  return v === VERSION ? rollout : upgraded(rollout, v);
}

/** The fields with a prefix, each by its own name. Redis keeps no order: sorted, they read the same in every process. */
function membersOf<T>(fields: ReadonlyMap<string, string>, prefix: string, name: string): Record<HostId, T> {
  const mine = [...fields]
    .filter(([field]) => field.startsWith(prefix))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    mine.map(([field, json]) => [field.slice(prefix.length), decode(json, `${field} of ${name}`) as T]),
  );
}

/** What rollouts of older versions did not have, as it was for them. */
const NEW_FIELDS: Pick<
  Rollout,
  'targets' | 'emergency' | 'queued' | 'catchUpOf' | 'gates' | 'openPages' | 'replaces' | 'haltedBy'
> = {
  gates: {},
  targets: {},
  emergency: null,
  queued: false,
  catchUpOf: null,
  replaces: null,
  haltedBy: null,
  openPages: [],
};
const NEW_WAVE_FIELDS: Pick<Wave, 'held'> = { held: null };
const NEW_ROW_FIELDS: Pick<HostRow, 'answers' | 'released' | 'wrong'> = {
  answers: [],
  released: null,
  wrong: [],
};

/** A rollout goes on as it began; one from before hosts asked one another, on each host's own word. */
function upgraded(rollout: Rollout, from: number): Rollout {
  const old = from === BEFORE_VANTAGE ? { vantage: 0 } : {};
  const strategy = { ...parse(Strategy, {}), ...rollout.strategy, ...old };
  const rows = Object.values(rollout.hosts).map((row) => [row.id, { ...NEW_ROW_FIELDS, ...row }] as const);
  const waves = rollout.waves.map((wave) => ({ ...NEW_WAVE_FIELDS, ...wave }));
  return { ...NEW_FIELDS, ...rollout, strategy, waves, hosts: Object.fromEntries(rows) };
}

/** One entry of a stream as Redis answers it: its id, and its fields with their values in one row. */
export type StreamEntry = [id: string, flat: string[]];

/** Fields of an entry of the log. `commit` names the write, so that its author can recognise it. */
export const EVENT_FIELDS = { event: 'event', commit: 'commit' } as const;

/** One field of an entry, by name. */
export function entryField([id, flat]: StreamEntry, name: string): string {
  const value = flat.find((_, index) => index % 2 === 1 && flat[index - 1] === name);
  if (value === undefined) throw unreadable(`event ${id}`, `the field ${name} is missing`);
  return value;
}

/** Reads an event from an entry of the log. */
export function decodeEvent(entry: StreamEntry): LoggedEvent {
  const event = decode(entryField(entry, EVENT_FIELDS.event), `event ${entry[0]}`) as LoggedEvent;
  if (entry[0] !== `${event.seq}-0`) throw unreadable(`event ${entry[0]}`, `it calls itself ${event.seq}`);
  return event;
}

/** Reads a value that this program has written. `what` names it for whoever has to repair the store. */
export function decode(json: string | undefined, what: string): unknown {
  if (json === undefined) throw unreadable(what, 'it is missing');
  try {
    return JSON.parse(json) as unknown;
  } catch (cause) {
    throw unreadable(what, 'it is not JSON', cause);
  }
}

function unreadable(what: string, why: string, cause?: unknown): BreakwaterError {
  return new BreakwaterError('store_unavailable', `The store's ${what} cannot be read: ${why}.`, { cause });
}
