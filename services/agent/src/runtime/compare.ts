import type { Digest } from '@breakwater/shared';
import { changedZones, type Difference, touchedZones, zonesToCount } from '../core/difference.ts';
import type { Outside } from './outside.ts';

/**
 * Compares the live generation with a staged one: files, zones, records, listeners, control channels.
 * @throws when one of them cannot be read.
 */
export async function compareGenerations(
  { generations, checker }: Pick<Outside, 'generations' | 'checker'>,
  live: Digest,
  staged: Digest,
): Promise<Difference> {
  const [treeBefore, treeNow] = [generations.pathOf(live), generations.pathOf(staged)];
  const files = await generations.difference(live, staged);
  const [before, now] = await Promise.all([checker.describe(treeBefore), checker.describe(treeNow)]);
  const touched = touchedZones(files, before, now);
  const counted = zonesToCount(touched);
  const [recordsBefore, recordsNow] = await Promise.all([
    checker.countRecords(
      treeBefore,
      counted.map((pair) => pair.before),
    ),
    checker.countRecords(
      treeNow,
      counted.map((pair) => pair.now),
    ),
  ]);
  const records = counted.map(
    (pair, at) => [pair, { before: recordsBefore[at] ?? null, now: recordsNow[at] ?? null }] as const,
  );
  return { files, before, now, changed: changedZones(touched, new Map(records)) };
}
