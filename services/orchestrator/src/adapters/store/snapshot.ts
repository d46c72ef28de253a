import type { HostId, RolloutId } from '@breakwater/shared';
import type { Redis } from 'ioredis';
import { type Line, RUNNING_LINE } from '../../core/line.ts';
import type { Rollout } from '../../core/rollout.ts';
import { ageOf } from './commands.ts';
import { decode, decodeRollout } from './encoding.ts';
import { type Commit, GENESIS, type Snapshot } from './interface.ts';
import { KEYS } from './keys.ts';
import { SNAPSHOT } from './scripts.ts';

type Answer =
  | [seq: string | null, hash: string | null, line: string | null, live: [id: string, flat: string[]][]]
  | null;

/** What Redis holds now. @param known what was read before; it is returned as it is when the head has not moved. */
export async function readSnapshot(client: Redis, known: Snapshot | null): Promise<Snapshot> {
  const { seq: knownSeq, hash: knownHash } = known?.head ?? { seq: '', hash: '' };
  const keys = [KEYS.head, KEYS.line, KEYS.live];
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
  const [seq, hash, line, rollouts] = answer ?? [null, null, null, []];
  const live = new Map<RolloutId, Rollout>();
  for (const [id, flat] of rollouts) {
    const rollout = decodeRollout(id, flat);
    if (rollout) live.set(rollout.id, rollout);
  }
  return assemble({
    head: seq === null || hash === null ? GENESIS : { seq: Number(seq), hash },
    line: line === null ? RUNNING_LINE : (decode(line, 'the line') as Line),
    live,
  });
}

/** What a committed write has made of the snapshot that it was decided on. */
export function advance(snapshot: Snapshot, { events, rollout, line }: Commit): Snapshot {
  const { seq, hash } = events.at(-1) ?? events[0];
  const live = new Map(snapshot.live);
  if (rollout?.live) live.set(rollout.after.id, rollout.after);
  else if (rollout) live.delete(rollout.after.id);
  return assemble({ head: { seq, hash }, line: line ?? snapshot.line, live });
}

/**
 * Adds the claims, which follow from the live rollouts: a live rollout claims all its hosts. They are not stored,
 * so they cannot disagree with them. Should two rollouts ever hold one host, it is the older one's.
 */
function assemble({ head, line, live }: Omit<Snapshot, 'claims'>): Snapshot {
  const claims = new Map<HostId, RolloutId>();
  for (const rollout of [...live.values()].toSorted((a, b) => ageOf(b.id) - ageOf(a.id))) {
    for (const host of Object.keys(rollout.hosts) as HostId[]) claims.set(host, rollout.id);
  }
  return { head, line, live, claims };
}
