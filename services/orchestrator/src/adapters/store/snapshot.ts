import type { HostId, Page, RolloutId, TokenId } from '@breakwater/shared';
import type { Redis } from 'ioredis';
import { claimsOf } from '../../core/claims.ts';
import type { Declaration } from '../../core/declaration.ts';
import type { HostOrder } from '../../core/host-order.ts';
import { type Line, RUNNING_LINE } from '../../core/line.ts';
import type { Rollout } from '../../core/rollout.ts';
import type { StoredToken } from '../../core/token.ts';
import { ageOf } from './commands.ts';
import { decode, decodeRollout } from './encoding.ts';
import { type Commit, GENESIS, type Snapshot } from './interface.ts';
import { KEYS } from './keys.ts';
import { SNAPSHOT } from './scripts.ts';

type Answer =
  | [
      seq: string | null,
      hash: string | null,
      line: string | null,
      live: [id: string, flat: string[]][],
      orders: string[],
      declarations: string[],
      tokens: string[],
    ]
  | null;

/** What Redis holds now. @param known what was read before; it is returned as it is when the head has not moved. */
export async function readSnapshot(client: Redis, known: Snapshot | null): Promise<Snapshot> {
  const { seq: knownSeq, hash: knownHash } = known?.head ?? { seq: '', hash: '' };
  const keys = [KEYS.head, KEYS.line, KEYS.live, KEYS.orders, KEYS.declarations, KEYS.tokens];
  const answer = await client.eval(
    SNAPSHOT,
    keys.length,
    ...keys,
    String(knownSeq),
    knownHash,
    KEYS.rollout(''),
  );
  return decodeAnswer(answer as Answer, known);
}

function decodeAnswer(answer: Answer, known: Snapshot | null): Snapshot {
  if (answer === null && known !== null) return known;
  const [seq, hash, line, rollouts, orders, declarations, tokens] = answer ?? [
    null,
    null,
    null,
    [],
    [],
    [],
    [],
  ];
  const live = new Map<RolloutId, Rollout>();
  for (const [id, flat] of rollouts) {
    const rollout = decodeRollout(id, flat);
    if (rollout) live.set(rollout.id, rollout);
  }
  return assemble({
    head: seq === null || hash === null ? GENESIS : { seq: Number(seq), hash },
    line: line === null ? RUNNING_LINE : (decode(line, 'the line') as Line),
    live,
    orders: membersOf<HostId, HostOrder>(orders, 'an order'),
    declarations: byAge(membersOf<RolloutId, Declaration>(declarations, 'a declaration')),
    tokens: membersOf<TokenId, StoredToken>(tokens, 'a token'),
  });
}

/** The members of a hash as Redis answers it: name, value, name, value, … */
function membersOf<K extends string, V>(flat: readonly string[], what: string): Map<K, V> {
  const members = new Map<K, V>();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    members.set(flat[at] as K, decode(flat[at + 1], `${what} (${flat[at]})`) as V);
  }
  return members;
}

/** Pages, oldest first; of one moment, by id, so that every store answers alike. */
export function oldestFirst(pages: readonly Page[]): Page[] {
  const key = ({ at, id }: Page): string => `${at} ${id}`;
  return pages.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Declarations, newest first. */
export function byAge(declarations: ReadonlyMap<RolloutId, Declaration>): Declaration[] {
  return [...declarations.values()].toSorted((a, b) => ageOf(b.rollout) - ageOf(a.rollout));
}

/** What a committed write has made of the snapshot that it was decided on. */
export function advance(snapshot: Snapshot, { events, rollouts = [], line, ...rest }: Commit): Snapshot {
  const { seq, hash } = events.at(-1) ?? events[0];
  const live = new Map(snapshot.live);
  for (const { after, live: alive } of rollouts) {
    if (alive) live.set(after.id, after);
    else live.delete(after.id);
  }
  const orders = changed(snapshot.orders, rest.orders);
  const known = new Map(snapshot.declarations.map((declaration) => [declaration.rollout, declaration]));
  const declarations = byAge(changed(known, rest.declarations));
  const tokens = changed(snapshot.tokens, rest.tokens);
  return assemble({ head: { seq, hash }, line: line ?? snapshot.line, live, orders, declarations, tokens });
}

function changed<K, V>(members: ReadonlyMap<K, V>, changes: ReadonlyMap<K, V | null> = new Map()): Map<K, V> {
  const next = new Map(members);
  for (const [name, value] of changes) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** Adds the claims, which follow from the live rollouts. */
function assemble(parts: Omit<Snapshot, 'claims'>): Snapshot {
  const live = [...parts.live.values()].toSorted((a, b) => ageOf(a.id) - ageOf(b.id));
  return { ...parts, claims: claimsOf(live) };
}
