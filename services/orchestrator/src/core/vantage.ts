import { fail, type HostId, pending, type Verdict } from '@breakwater/shared';
import type { Context } from './context.ts';
import type { FleetHost } from './fleet.ts';
import { WATCHED } from './halting.ts';
import { failAs } from './host-row.ts';
import type { HostRow, Rollout } from './rollout.ts';
import { ruleOf, type Tally } from './vantage-rule.ts';
import { candidatesFor, isFine } from './vantage-points.ts';
import type { Point, Watch } from './watch.ts';

/**
 * How long after its last word a point counts as silent, and a word as old. It is more than the 10 s for which an agent's
 * poll may be held: a point that has nothing new to say says it again with every poll.
 */
export const HEARD_WITHIN_MS = 20_000;

/** Others ask a host from the moment at which it says that it answers, until its rollout is over. */
export function isWatched(rollout: Rollout, row: HostRow): boolean {
  const answers = row.state === 'soaking' || row.state === 'confirmed';
  return answers && rollout.strategy.vantage > 0 && WATCHED.includes(rollout.state);
}

/** The watch over this attempt of a host; a new one while nobody has been asked yet. */
function watchOf(rollout: Rollout, row: HostRow, context: Context): Watch {
  const known = rollout.vantage[row.id];
  if (known && known.epoch === row.epoch && !known.over) return known;
  const others = context.fleet.size - (context.fleet.has(row.id) ? 1 : 0);
  const required = Math.min(rollout.strategy.vantage, others);
  return { epoch: row.epoch, required, points: [], letGo: [], tried: [], passed: null, over: false };
}

/** What a point says of a host now; `null` when it has said nothing about this attempt lately. */
function wordOf({ host, since }: Point, row: HostRow, { words, now }: Context) {
  const word = words.get(host)?.find(({ target, epoch }) => target === row.id && epoch === row.epoch);
  return word && word.askedAt >= since && now - word.askedAt <= HEARD_WITHIN_MS ? word : null;
}

/** What is known counts as it is; whatever else came back tells nothing, and is never a pass. */
function kindOf(verdict: Verdict | undefined): 'pass' | 'fail' | 'unreached' | 'waiting' {
  const kind = verdict?.verdict;
  switch (kind) {
    case 'pass':
    case 'fail':
      return kind;
    case 'noData':
    case 'inconclusive':
      return 'unreached';
    case 'pending':
    case undefined:
      return 'waiting';
    default:
      return kind satisfies never;
  }
}

function tallyOf(watch: Watch, row: HostRow, context: Context, spare: boolean): Tally {
  const kinds = watch.points.map((point) => kindOf(wordOf(point, row, context)?.verdict));
  const count = (kind: (typeof kinds)[number]): number => kinds.filter((other) => other === kind).length;
  const enough = count('pass') >= watch.required;
  return { wrong: count('fail'), unreached: count('unreached'), letGo: watch.letGo.length, spare, enough };
}

/** Whether all who have to have found this host well, lately and after it began to soak. */
export function isVouchedFor(rollout: Rollout, row: HostRow, context: Context): boolean {
  if (rollout.strategy.vantage === 0) return true;
  const tally = tallyOf(watchOf(rollout, row, context), row, context, false);
  return ruleOf(tally) === 'vouched';
}

/** Notes who has found the host well, which is what it is told to keep the change upon. */
export function vouched(rollout: Rollout, row: HostRow, context: Context): Rollout {
  if (rollout.strategy.vantage === 0) return rollout;
  const watch = watchOf(rollout, row, context);
  const passed = watch.points
    .filter((point) => kindOf(wordOf(point, row, context)?.verdict) === 'pass')
    .map(({ host }) => host);
  return withWatch(rollout, row.id, { ...watch, passed });
}

function withWatch(rollout: Rollout, id: HostId, watch: Watch): Rollout {
  return rollout.vantage[id] === watch
    ? rollout
    : { ...rollout, vantage: { ...rollout.vantage, [id]: watch } };
}

/** What was said of a host until now says nothing any more: it is tried anew, or a person says that it is well. */
export function endWatch(rollout: Rollout, id: HostId): Rollout {
  const watch = rollout.vantage[id];
  return watch ? withWatch(rollout, id, { ...watch, over: true }) : rollout;
}

/** Why a soaked host is not confirmed yet, for whoever is paged about it. */
export function lackOf(rollout: Rollout, row: HostRow, context: Context): string {
  const { points, required } = watchOf(rollout, row, context);
  const lacking = points.flatMap((point) => {
    const word = wordOf(point, row, context);
    if (word?.verdict.verdict === 'pass') return [];
    const name = inWords(point.host, context);
    return [
      word
        ? `${name} asked ${row.id} and could not tell: ${word.verdict.reason}`
        : `${name} was to ask ${row.id} and says nothing`,
    ];
  });
  if (lacking.length > 0) return lacking.join('; ');
  return `${points.length} of ${required} other hosts could be found to ask ${row.id}: the others are not connected, not healthy or in flight`;
}

function inWords(host: HostId, { fleet }: Context): string {
  const datacenter = fleet.get(host)?.datacenter;
  return datacenter === undefined ? host : `${host} (in ${datacenter})`;
}

const LONGEST_REASON = 2000;

/** The failure that others have found, with who asked whom from where, and what came back. */
function verdictOf(watch: Watch, row: HostRow, context: Context): Verdict {
  const said = watch.points.flatMap((point) => {
    const verdict = wordOf(point, row, context)?.verdict;
    return verdict ? [{ host: point.host, verdict }] : [];
  });
  const wrong = said.find(({ verdict }) => verdict.verdict === 'fail');
  if (wrong) {
    const what = `${inWords(wrong.host, context)} asked ${row.id} at its service address: ${wrong.verdict.reason}`;
    return fail('vantage_failed', what.slice(0, LONGEST_REASON));
  }
  const doubts = [...watch.letGo, ...said].filter(({ verdict }) => kindOf(verdict) === 'unreached');
  const who = doubts.map(({ host }) => inWords(host, context)).join(' and ');
  const what = `${who} asked ${row.id} at its service address and got nothing to judge: ${doubts.at(-1)?.verdict.reason}`;
  return fail('vantage_unreachable', what.slice(0, LONGEST_REASON));
}

/** Writes down what the points have said since; only what differs, so that an unchanging word costs no write. */
function recorded(watch: Watch, row: HostRow, context: Context): Watch {
  let changed = false;
  const points = watch.points.map((point) => {
    const verdict = wordOf(point, row, context)?.verdict;
    if (!verdict || (verdict.verdict === point.verdict.verdict && verdict.code === point.verdict.code))
      return point;
    changed = true;
    return { ...point, verdict };
  });
  return changed ? { ...watch, points } : watch;
}

/** Whom to replace, if there is somebody better: who could not tell, is silent, or is no good point any more. */
function unfit(rollout: Rollout, watch: Watch, row: HostRow, context: Context): Point | undefined {
  const unreached = watch.points.find(
    (point) => kindOf(wordOf(point, row, context)?.verdict) === 'unreached',
  );
  // A host that keeps the change needs nobody's word any more, only that whoever speaks is heard.
  if (unreached !== undefined || row.state !== 'soaking' || row.confirming) return unreached;
  return watch.points.find((point) => {
    const silent = wordOf(point, row, context) === null && context.now - point.since > HEARD_WITHIN_MS;
    return silent || !isFine(rollout, context.fleet.get(point.host));
  });
}

function replaced(watch: Watch, old: Point, by: FleetHost, row: HostRow, context: Context): Watch {
  const verdict = wordOf(old, row, context)?.verdict;
  const doubted = verdict !== undefined && kindOf(verdict) === 'unreached';
  return {
    ...watch,
    points: watch.points.map((point) => (point === old ? newPoint(by, context.now) : point)),
    letGo: doubted ? [...watch.letGo, { ...old, verdict }] : watch.letGo,
    tried: [...watch.tried.filter((host) => host !== old.host), old.host],
  };
}

function newPoint(host: FleetHost, now: number): Point {
  return { host: host.id, since: now, verdict: pending('asked', `${host.id} is to ask`) };
}

/** One step of watching one host: note, judge, replace whoever does not serve, and find those that are missing. */
function watchOver(rollout: Rollout, row: HostRow, context: Context): Rollout {
  const watch = recorded(watchOf(rollout, row, context), row, context);
  const candidates = (): FleetHost[] => candidatesFor(rollout, row, watch, context);
  const misfit = unfit(rollout, watch, row, context);
  const spare = misfit && candidates().find((host) => isFine(rollout, host));
  if (ruleOf(tallyOf(watch, row, context, spare !== undefined)) === 'fails') {
    const failed = failAs(row, 'failed', context.now, verdictOf(watch, row, context));
    const hosts = { ...rollout.hosts, [row.id]: failed };
    return { ...withWatch(rollout, row.id, watch), hosts, detectedAt: rollout.detectedAt ?? context.now };
  }
  if (misfit && spare) return withWatch(rollout, row.id, replaced(watch, misfit, spare, row, context));
  if (watch.points.length < watch.required) {
    const added = candidates()
      .slice(0, watch.required - watch.points.length)
      .map((host) => newPoint(host, context.now));
    if (added.length > 0)
      return withWatch(rollout, row.id, { ...watch, points: [...watch.points, ...added] });
  }
  return watch.points.length === 0 ? rollout : withWatch(rollout, row.id, watch);
}

/**
 * Has changed hosts asked by others, and takes what those found for evidence: chooses who asks, replaces whoever does not
 * serve, and makes a failure of a host that is refused to the world. Evidence stands beside the rows: no host's word moves
 * another's row, this judgement does.
 */
export function askOthers(rollout: Rollout, context: Context): Rollout {
  return Object.values(rollout.hosts).reduce(
    (current, row) => (isWatched(current, row) ? watchOver(current, row, context) : current),
    rollout,
  );
}
