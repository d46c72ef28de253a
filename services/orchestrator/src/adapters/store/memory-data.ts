import type { Digest, HostId, Page, RolloutId, TokenId } from '@breakwater/shared';
import { claimsOf } from '../../core/claims.ts';
import type { Declaration } from '../../core/declaration.ts';
import type { LoggedEvent } from '../../core/event.ts';
import type { HostOrder } from '../../core/host-order.ts';
import { type Line, RUNNING_LINE } from '../../core/line.ts';
import type { Rollout } from '../../core/rollout.ts';
import { MOST_TALLIES, otherThan, talliesOf } from '../../core/tallies.ts';
import type { StoredToken } from '../../core/token.ts';
import { ageOf } from './commands.ts';
import { byAge } from './snapshot.ts';
import { changedFields, decodeRollout } from './encoding.ts';
import { type Commit, type Done, GENESIS, type Head, type RolloutWrite, type Snapshot } from './interface.ts';

/**
 * What is stored, shared by all views of it. Rollouts are kept field by field as Redis keeps them, so a writer
 * that is wrong about what was there before loses rows here too. What is read is frozen: who changes it, fails.
 */
export class MemoryData {
  head: Head = GENESIS;
  /** Grows when the data are put back: no connection outlives that. */
  incarnation = 1;
  readonly events: LoggedEvent[] = [];
  readonly outbox = new Map<string, Page>();
  readonly tallies = new Map<string, number>();
  readonly idempotency = new Map<string, Done>();
  /** By digest: manifests as JSON, and the content of files. */
  readonly manifests = new Map<Digest, string>();
  readonly files = new Map<Digest, Uint8Array>();
  /** The last sighting of each host as JSON. */
  readonly sightings = new Map<HostId, string>();
  readonly #orders = new Map<HostId, HostOrder>();
  readonly #declarations = new Map<RolloutId, Declaration>();
  readonly #tokens = new Map<TokenId, StoredToken>();
  #line: Line = RUNNING_LINE;
  readonly #live = new Set<RolloutId>();
  readonly #fields = new Map<RolloutId, Map<string, string>>();
  readonly #decoded = new Map<RolloutId, Rollout>();

  /** Ids of all rollouts, newest first. */
  get rollouts(): RolloutId[] {
    return [...this.#fields.keys()].toSorted((a, b) => ageOf(b) - ageOf(a));
  }

  rollout(id: RolloutId): Rollout | null {
    const known = this.#decoded.get(id);
    if (known) return known;
    const rollout = decodeRollout(id, [...(this.#fields.get(id) ?? [])].flat());
    if (rollout) this.#decoded.set(id, frozen(rollout));
    return rollout;
  }

  snapshot(): Snapshot {
    const live = new Map<RolloutId, Rollout>();
    for (const id of this.rollouts.toReversed()) {
      const rollout = this.#live.has(id) ? this.rollout(id) : null;
      if (rollout) live.set(id, rollout);
    }
    const claims = claimsOf([...live.values()]);
    const orders = new Map(this.#orders);
    return {
      head: this.head,
      line: this.#line,
      live,
      claims,
      orders,
      declarations: byAge(this.#declarations),
      tokens: new Map(this.#tokens),
    };
  }

  /** Writes all of it, or nothing when the head is another or the idempotency key is taken. */
  write({ expected, events, rollouts, line, pages, delivered, idempotency, ...rest }: Commit): boolean {
    if (expected.seq !== this.head.seq || expected.hash !== this.head.hash) return false;
    if (idempotency && this.idempotency.has(idempotency.key)) return false;
    this.events.push(...events.map(copied));
    for (const [name, by] of talliesOf({ events, rollouts: rollouts ?? [] })) this.#tally(name, by);
    for (const rollout of rollouts ?? []) this.#writeRollout(rollout);
    setMembers(this.#orders, rest.orders);
    setMembers(this.#declarations, rest.declarations);
    setMembers(this.#tokens, rest.tokens);
    if (line) this.#line = copied(line);
    for (const page of pages ?? []) this.outbox.set(page.id, copied(page));
    for (const id of delivered ?? []) this.outbox.delete(id);
    if (idempotency) {
      const { key, ...owner } = idempotency;
      this.idempotency.set(key, frozen(owner));
    }
    const { seq, hash } = events.at(-1) ?? events[0];
    this.head = frozen({ seq, hash });
    return true;
  }

  /** Remembers everything as it is now. @returns what puts it back: a store that was restored from an older copy. */
  checkpoint(): () => void {
    const { head, events } = this;
    const older = [...events];
    const line = this.#line;
    const fields = new Map([...this.#fields].map(([id, members]) => [id, new Map(members)]));
    const live = new Set(this.#live);
    const restores = [
      remembered(this.outbox),
      remembered(this.tallies),
      remembered(this.idempotency),
      remembered(this.manifests),
      remembered(this.files),
      remembered(this.sightings),
      remembered(this.#orders),
      remembered(this.#declarations),
      remembered(this.#tokens),
    ];
    return () => {
      this.incarnation += 1;
      this.head = head;
      this.#line = line;
      events.splice(0, events.length, ...older);
      this.#decoded.clear();
      this.#live.clear();
      for (const id of live) this.#live.add(id);
      this.#fields.clear();
      for (const [id, members] of fields) this.#fields.set(id, new Map(members));
      for (const restore of restores) restore();
    };
  }

  #tally(name: string, by: number): void {
    const isNew = !this.tallies.has(name);
    const kept = isNew && this.tallies.size >= MOST_TALLIES ? otherThan(name) : name;
    this.tallies.set(kept, (this.tallies.get(kept) ?? 0) + by);
  }

  #writeRollout({ before, after, live }: RolloutWrite): void {
    const fields = this.#fields.get(after.id) ?? new Map<string, string>();
    for (const [field, json] of changedFields(before, after)) fields.set(field, json);
    this.#fields.set(after.id, fields);
    this.#decoded.delete(after.id);
    if (live) this.#live.add(after.id);
    else this.#live.delete(after.id);
  }
}

/** @returns what puts a map back to what it holds now. */
function remembered<K, V>(map: Map<K, V>): () => void {
  const then = [...map];
  return () => {
    map.clear();
    for (const [key, value] of then) map.set(key, value);
  };
}

function setMembers<K, V>(members: Map<K, V>, changes: ReadonlyMap<K, V | null> = new Map()): void {
  for (const [name, value] of changes) {
    if (value === null) members.delete(name);
    else members.set(name, copied(value));
  }
}

/** As it would come back from Redis: through JSON, and nobody else's. */
function copied<T>(value: T): T {
  return frozen(JSON.parse(JSON.stringify(value)) as T);
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
