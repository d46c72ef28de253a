import {
  type ComparisonGate,
  fail,
  formatDuration,
  type HostId,
  type HostStatus,
  inconclusive,
  type Measures,
  noData,
  pass,
  type Verdict,
} from '@breakwater/shared';
import { type HostRow, type Rollout, rowsOf, type Wave } from './rollout.ts';

/** What has been heard of a host last. */
export interface Heard {
  status: Pick<HostStatus, 'generation' | 'measures'>;
  heardAt: number;
}

/** The measures of one side, taken together. */
export interface Side {
  hosts: number;
  asked: number;
  failed: number;
  /** Ascending. */
  latencies: readonly number[];
}

/** Both sides at the same moment. */
export interface Sides {
  changed: Side;
  unchanged: Side;
}

/** How probable the differences are among hosts that do not differ. */
export interface Chances {
  slower: number;
  failing: number;
}

/** What is older is of another moment. It is more than the 10 s for which an agent's poll may be held. */
const SAME_MOMENT_MS = 20_000;
/** More hosts would make a comparison cost much and tell little. */
const MOST_HOSTS = 100;

/**
 * Takes the measures of both sides: hosts of the wave that run the change, and hosts of the rollout that were not touched.
 * Only what was just heard counts, and of a changed host only what it measured with the change live.
 */
export function sidesOf(
  rollout: Rollout,
  wave: Wave,
  heard: (host: HostId) => Heard | null,
  now: number,
): Sides {
  const measuresOf = (row: HostRow, isFit: (status: Heard['status']) => boolean): Measures[] => {
    const last = heard(row.id);
    const fit = last !== null && now - last.heardAt <= SAME_MOMENT_MS && isFit(last.status);
    return fit && last.status.measures ? [last.status.measures] : [];
  };
  const changed = rowsOf(rollout, wave)
    .filter((row) => row.state === 'soaking' || row.state === 'confirmed')
    .flatMap((row) => measuresOf(row, ({ generation }) => generation === rollout.bundle));
  const unchanged = Object.values(rollout.hosts)
    .filter((row) => row.grantedAt === null && !row.changed && row.failure === null)
    .flatMap((row) => measuresOf(row, () => true));
  return { changed: sideOf(changed), unchanged: sideOf(unchanged) };
}

function sideOf(measures: readonly Measures[]): Side {
  const step = Math.max(1, measures.length / MOST_HOSTS);
  const taken = measures.filter((_, index) => Math.floor(index / step) > Math.floor((index - 1) / step));
  const sum = (of: (one: Measures) => number): number => taken.reduce((total, one) => total + of(one), 0);
  return {
    hosts: taken.length,
    asked: sum(({ asked }) => asked),
    failed: sum(({ failed }) => failed),
    latencies: taken.flatMap(({ latencies }) => latencies).toSorted((a, b) => a - b),
  };
}

/** Says which side has too few questions to be compared; `null` when both have enough. */
function lackOfSamples({ minSamples }: ComparisonGate, sides: Sides): Verdict | null {
  for (const [name, side] of Object.entries(sides) as [keyof Sides, Side][]) {
    // A host that answers nothing at all has no latencies, and its failures are what is to be compared.
    if (side.asked >= minSamples) continue;
    const reason = `${side.hosts} ${name} hosts have lately asked ${side.asked} questions; ${minSamples} are needed`;
    return noData('too_few_samples', reason);
  }
  return null;
}

export function median(ascending: readonly number[]): number {
  const middle = (ascending.length - 1) / 2;
  const [low, high] = [ascending[Math.floor(middle)], ascending[Math.ceil(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10}%`;

/** One way in which the changed side may be worse: whether it matters, and whether it may be chance. */
interface Difference {
  matters: boolean;
  chance: number;
  failed: (reason: string) => Verdict;
  words: string;
}

function differences(gate: ComparisonGate, { changed, unchanged }: Sides, chances: Chances): Difference[] {
  const [now, before] = [changed.failed / changed.asked, unchanged.failed / unchanged.asked];
  const [slow, usual] = [median(changed.latencies), median(unchanged.latencies)];
  const { ratio, by } = gate.maxSlower;
  return [
    {
      matters: now - before > gate.maxMoreFailing,
      chance: chances.failing,
      failed: (reason) => fail('changed_fail_more', reason),
      words: `changed hosts fail to answer ${percent(now)}, the others ${percent(before)}`,
    },
    {
      matters: slow > usual * ratio && slow - usual > by,
      chance: chances.slower,
      failed: (reason) => fail('changed_slower', reason),
      words: `changed hosts take ${formatDuration(slow)}, the others ${formatDuration(usual)} (medians)`,
    },
  ];
}

/**
 * The comparison, as a table: a difference that does not matter passes, however certain it is; one that matters and can
 * hardly be chance fails; one that matters and may be chance is not known yet.
 */
export function judgeComparison(gate: ComparisonGate, sides: Sides, chances: Chances): Verdict {
  const lack = lackOfSamples(gate, sides);
  if (lack) return lack;
  const found = differences(gate, sides, chances);
  const matter = found.filter(({ matters }) => matters);
  const certain = matter.find(({ chance }) => chance < gate.significance);
  if (certain) return certain.failed(`${certain.words}; by chance: ${percent(certain.chance)}`);
  const [doubtful] = matter;
  if (doubtful)
    return inconclusive(
      'may_be_chance',
      `${doubtful.words}; that may be chance (${percent(doubtful.chance)})`,
    );
  // Hosts that answer nothing on both sides have no latencies to compare, and prove nothing.
  const few = Math.min(sides.changed.latencies.length, sides.unchanged.latencies.length);
  if (few < gate.minSamples)
    return noData('too_few_samples', `one side has answered ${few} questions; ${gate.minSamples} are needed`);
  return pass('no_worse', found.map(({ words }) => words).join('; '));
}
