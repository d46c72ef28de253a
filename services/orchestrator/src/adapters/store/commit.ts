import { BreakwaterError } from '@breakwater/shared';
import type { Redis } from 'ioredis';
import { untilReady } from '../redis/client.ts';
import { assertChained } from './chained.ts';
import { commandsOf } from './commands.ts';
import { entryField, EVENT_FIELDS, type StreamEntry } from './encoding.ts';
import { type Commit, GENESIS } from './interface.ts';
import { KEYS } from './keys.ts';
import { COMMIT } from './scripts.ts';

const ATTEMPTS = 3;
const RECONNECT_WITHIN_MS = 5000;

/**
 * Writes a commit, and finds out what became of it.
 *
 * A lost answer says nothing about the write, and neither does looking once: the request may still be on its way
 * to Redis over the old connection. So the same write is sent again. It takes place at most once, since it moves
 * the head that it expects; when the head has moved, the name of the write in the log says who moved it.
 * @param id names this write in the log; no other has the same.
 */
export async function writeCommit(
  client: Redis,
  commit: Commit,
  id: string,
): Promise<'committed' | 'conflict'> {
  assertChained(commit);
  const keys = [KEYS.head, ...(commit.idempotency ? [KEYS.idempotency(commit.idempotency.key)] : [])];
  const words = commandsOf(commit, id).flatMap((command) => [String(command.length), ...command]);
  const expected = [String(commit.expected.seq), commit.expected.hash, GENESIS.hash];
  const failures: unknown[] = [];
  while (failures.length < ATTEMPTS) {
    try {
      const written = await client.eval(COMMIT, keys.length, ...keys, ...expected, ...words);
      if (written === 1) return 'committed';
      return failures.length > 0 && (await isLogged(client, commit, id)) ? 'committed' : 'conflict';
    } catch (cause) {
      failures.push(cause);
      if (!(await untilReady(client, RECONNECT_WITHIN_MS, 'end'))) break;
    }
  }
  const causes = new AggregateError(failures, `${failures.length} attempts to write failed`);
  throw new BreakwaterError(
    'store_unavailable',
    `Redis did not acknowledge event ${commit.events[0].seq}; whether it is written is not known: ${String(failures[0])}`,
    { cause: causes },
  );
}

async function isLogged(client: Redis, { events }: Commit, id: string): Promise<boolean> {
  const at = `${events[0].seq}-0`;
  const [entry] = (await client.xrange(KEYS.log, at, at)) as StreamEntry[];
  return entry !== undefined && entryField(entry, EVENT_FIELDS.commit) === id;
}
