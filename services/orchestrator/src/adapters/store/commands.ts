import type { RolloutId } from '@breakwater/shared';
import type { LoggedEvent } from '../../core/event.ts';
import { talliesOf } from '../../core/tallies.ts';
import { changedFields, EVENT_FIELDS } from './encoding.ts';
import type { Commit, RolloutWrite } from './interface.ts';
import { KEYS } from './keys.ts';

/** A Redis command: its name, its key, and the rest. */
type Command = readonly [name: string, key: string, ...rest: string[]];

/** Lua's stack takes about 8,000 words of one command; a rollout over a large fleet has more rows than that. */
const FIELDS_PER_COMMAND = 1000;

/** All that a commit writes, in the order in which it is written. `commit` names the write in the log. */
export function commandsOf(write: Commit, commit: string): Command[] {
  const { events, rollouts = [], line, pages = [], delivered = [], idempotency } = write;
  const newest = events.at(-1) ?? events[0];
  return [
    ...events.flatMap((event) => logged(event, commit)),
    ...rollouts.flatMap(rolloutCommands),
    ...memberCommands(KEYS.orders, write.orders),
    ...memberCommands(KEYS.declarations, write.declarations),
    ...memberCommands(KEYS.tokens, write.tokens),
    ...(line ? [['SET', KEYS.line, JSON.stringify(line)] as const] : []),
    ...pages.map((page) => ['HSET', KEYS.outbox, page.id, JSON.stringify(page)] as const),
    ...[...talliesOf(write)].map(([name, by]) => ['HINCRBY', KEYS.tallies, name, String(by)] as const),
    ...(delivered.length > 0 ? [['HDEL', KEYS.outbox, ...delivered] as const] : []),
    ...(idempotency ? [idempotencyCommand(idempotency)] : []),
    ['HSET', KEYS.head, 'seq', String(newest.seq), 'hash', newest.hash],
  ];
}

function logged(event: LoggedEvent, commit: string): Command[] {
  const entry = [`${event.seq}-0`, EVENT_FIELDS.event, JSON.stringify(event), EVENT_FIELDS.commit, commit];
  const everything: Command = ['XADD', KEYS.log, ...entry];
  return 'rollout' in event && event.rollout !== undefined
    ? [everything, ['XADD', KEYS.logOf(event.rollout), ...entry]]
    : [everything];
}

/** Members of a hash that are set, or taken out where they are `null`. */
function memberCommands(key: string, members: ReadonlyMap<string, object | null> = new Map()): Command[] {
  return [...members].map(([name, value]) =>
    value === null ? ['HDEL', key, name] : ['HSET', key, name, JSON.stringify(value)],
  );
}

function rolloutCommands({ before, after, live }: RolloutWrite): Command[] {
  const fields = changedFields(before, after);
  const commands: Command[] = [];
  for (let at = 0; at < fields.length; at += FIELDS_PER_COMMAND) {
    commands.push(['HSET', KEYS.rollout(after.id), ...fields.slice(at, at + FIELDS_PER_COMMAND).flat()]);
  }
  if (before === null) commands.push(['ZADD', KEYS.rollouts, String(ageOf(after.id)), after.id]);
  commands.push([live ? 'SADD' : 'SREM', KEYS.live, after.id]);
  return commands;
}

function idempotencyCommand({ key, ...done }: NonNullable<Commit['idempotency']>): Command {
  return ['SET', KEYS.idempotency(key), JSON.stringify(done)];
}

/** The number in a rollout's id: that of the event which recorded its submission. */
export function ageOf(id: RolloutId): number {
  return Number(id.slice('r-'.length));
}
