import { formatDuration } from '@breakwater/shared';
import { haltPlace, isUntouched } from '../halt-words.ts';
import { type Rollout, waveName, waveOf } from '../rollout.ts';
import type { Changes } from './changes.ts';
import type { Decided } from './decided.ts';
import type { Gap } from './gaps.ts';
import type { Served } from './served.ts';
import { count, plain, some, stop } from './words.ts';

interface Facts {
  changes: Changes;
  decided: Decided | null;
  served: Served;
  gaps: readonly Gap[];
}

/** Three to five sentences that can be published as they are: what was changed, what became of it, who was hit, how it ended. */
export function summaryOf(rollout: Rollout, facts: Facts): string {
  return [
    asked(rollout, facts.changes),
    course(rollout, facts.decided),
    hit(rollout, facts),
    ending(rollout),
    unseen(facts.gaps),
  ]
    .filter((sentence) => sentence !== null)
    .join(' ');
}

function asked(rollout: Rollout, { files, found }: Changes): string {
  const hosts = count(Object.keys(rollout.hosts).length, 'host');
  const names =
    files === null || files.length === 0
      ? null
      : some(
          files.map(({ path }) => path),
          3,
        );
  const what =
    names === null ? (found[0]?.differs ?? null) : `${count(files?.length ?? 0, 'file')}: ${names}`;
  const urgent = rollout.emergency === null ? 'A change' : 'An emergency change';
  return `${urgent}, "${rollout.title}", was to go to ${hosts} in ${count(rollout.waves.length, 'wave')}${what === null ? '' : ` (${what})`}.`;
}

function course(rollout: Rollout, decided: Decided | null): string | null {
  const { haltedAt, detectedAt } = rollout;
  if (decided === null || haltedAt === null) {
    return rollout.state === 'succeeded' ? 'Every wave passed, and nothing halted it.' : null;
  }
  const passed = rollout.waves.filter(({ state }) => state === 'passed').length;
  if (isUntouched(rollout)) {
    const host = Object.values(rollout.hosts).find(({ failure }) => failure !== null)?.id;
    return `The machine halted it ${haltPlace(rollout, { host })}, because ${decided.words}: ${stop(decided.reason)}`;
  }
  const where = passed === 0 ? 'before any wave had passed' : `after ${count(passed, 'wave')} had passed`;
  const took = detectedAt === null ? '' : ` ${soon(haltedAt - detectedAt)}`;
  return `The machine halted it${took}, ${where}, because ${decided.words}: ${stop(decided.reason)}`;
}

function soon(ms: number): string {
  return ms < 1 ? 'at the first sign' : `${formatDuration(ms)} after the first sign`;
}

function hit(rollout: Rollout, { served }: Facts): string {
  if (isUntouched(rollout)) return 'Nothing live was touched.';
  const touched = Object.values(rollout.hosts).filter(wasTouched).length;
  const of = `of ${count(Object.keys(rollout.hosts).length, 'host')}`;
  if (served.spells.length === 0) {
    return `${touched} ${of} ran the change at some time; none is known to have answered wrongly.`;
  }
  const places = new Set(served.spells.map(({ host }) => waveName(waveOf(rollout, host))));
  const sum = served.knownMs > 0 ? ` for ${formatDuration(served.knownMs)} in all` : '';
  const seen = `${served.hosts} ${of} answered wrongly${sum} (${some([...places], 3)})`;
  const unknown = `for how long is unknown in ${count(served.unknown, 'case')}, which no sum counts`;
  if (served.hosts === 0) return `Whether any host answered wrongly is not known; ${unknown}.`;
  return served.unknown === 0 ? `${seen}.` : `${seen}; ${unknown}.`;
}

function wasTouched({ changed, wrong, state, grantedAt }: Rollout['hosts'][keyof Rollout['hosts']]): boolean {
  return changed || wrong.length > 0 || grantedAt !== null || state === 'reverted';
}

function ending(rollout: Rollout): string {
  const rows = Object.values(rollout.hosts);
  const kept = rows.filter(({ changed }) => changed).length;
  const stuck = rows.filter(({ state }) => state === 'revertFailed').length;
  const lost = rows.filter(({ state }) => state === 'lost').length;
  const open = [
    ...(stuck > 0 ? [`${count(stuck, 'host')} could not go back`] : []),
    ...(lost > 0 ? [`of ${count(lost, 'host')} it is not known what they run`] : []),
  ];
  const keep =
    kept === 0
      ? 'no host keeps the change'
      : `${count(kept, 'host')} keep${kept === 1 ? 's' : ''} the change`;
  const is = rollout.state === 'succeeded' ? 'has succeeded' : `is ${plain(rollout.state)} now`;
  if (isUntouched(rollout)) return `The rollout ${is}.`;
  return `The rollout ${is}, and ${[keep, ...open].join(', ')}.`;
}

function unseen(gaps: readonly Gap[]): string | null {
  return gaps.length === 0
    ? null
    : `There ${gaps.length === 1 ? 'is a time' : `are ${gaps.length} times`} of which nothing is known, marked below.`;
}
