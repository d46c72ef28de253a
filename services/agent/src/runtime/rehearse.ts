import {
  type Assignment,
  type Check,
  type Clock,
  type Digest,
  fail,
  formatDuration,
  inconclusive,
  pass,
  type Verdict,
} from '@breakwater/shared';
import type { Stage } from '../adapters/rehearsal/interface.ts';
import type { Answer } from '../core/answer.ts';
import type { Baseline, Zone } from '../core/baseline.ts';
import type { ProcessId } from '../core/daemon.ts';
import { isPrimary } from '../core/judge-baseline.ts';
import {
  againstLive,
  answeredNothing,
  BURST,
  burstFault,
  dependsElsewhere,
  judgeRehearsed,
  type RehearsedRound,
  wentWell,
  wentWrong,
  wrongInRehearsal,
} from '../core/judge-rehearsal.ts';
import { PACE } from '../core/pace.ts';
import { type Ask, type Ground, planQuestions, soaQuestion } from '../core/plan-questions.ts';
import { askAll } from './ask-all.ts';
import type { Health } from './health.ts';
import type { Outside } from './outside.ts';
import type { Zones } from './zones.ts';

type RehearseOutside = Pick<Outside, 'rehearsal' | 'generations' | 'supervisor' | 'clock'>;

/** What is known of the live daemon before a rehearsal. */
interface Tools {
  zones: Zones;
  health: Pick<Health, 'baseline'>;
}

/** The same as for a live daemon that was just started: what is wrong counts when it stays wrong. */
const CERTAIN_AFTER = 3;
/** A zone that the daemon signs is loaded before it can be served. */
const AFTER_LOADING_MS = 2000;
/** How soon a question that only asks whether anybody is there is given up: most of its time nobody is. */
const KNOCK_MS = 200;

/**
 * Starts the real daemon on a staged tree, where nothing live can be touched, and asks it what it will be asked once the
 * tree is live: the zones that are answered now, those that are new, and the submission's checks.
 *
 * @param live the generation that is live
 * @returns `pass` also on a host that cannot rehearse, and says so; `inconclusive` when a host that can did not come to
 *   an end with it, or where the live generation fails as well: then it is the stage that tells nothing
 */
export async function rehearse(
  outside: RehearseOutside,
  { zones, health }: Tools,
  assignment: Assignment,
  live: Digest,
): Promise<Verdict> {
  const { rehearsal, supervisor } = outside;
  if (rehearsal.unavailable !== null)
    return pass('not_rehearsed', `It was not rehearsed: ${rehearsal.unavailable}.`);
  try {
    const [zonesBefore, zonesNow] = [await zones.of(live), await zones.of(assignment.bundle)];
    // Before the stage is opened: it shows the zones as they are on disk then, which is this or newer.
    const baseline = await health.baseline(zonesBefore);
    const { process } = await supervisor.observe();
    const ground = groundOf(assignment, baseline, zonesBefore, zonesNow);
    const perform = (generation: Digest, asked: Ground): Promise<Verdict> =>
      performOnce(outside, {
        tree: outside.generations.pathOf(generation),
        process,
        ground: asked,
        withinMs: assignment.verifyWithinMs,
      });
    const verdict = await perform(assignment.bundle, ground);
    if (verdict.verdict !== 'fail' || verdict.code === 'nothing_to_check') return verdict;
    // Only what is answered now: the checks and the new zones are the change's.
    return againstLive(verdict, await perform(live, { ...ground, checks: [], zonesNow: zonesBefore }));
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error));
  }
}

/** One daemon on one tree. */
export interface Performance {
  /** The folder that the daemon finds in the place of the managed root. */
  tree: string;
  /** The live daemon. */
  process: ProcessId | null;
  ground: Ground;
  withinMs: number;
}

/** Rehearses one tree, whatever it is. @returns a verdict on it; `inconclusive` when the rehearsal came to no end. */
export async function performOnce(
  { rehearsal, clock }: Pick<RehearseOutside, 'rehearsal' | 'clock'>,
  { tree, process, ground, withinMs }: Performance,
): Promise<Verdict> {
  let stage: Stage | null = null;
  try {
    stage = await rehearsal.open(tree, process);
    return await watch(clock, stage, ground, withinMs);
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error));
  } finally {
    await stage?.close();
  }
}

function groundOf(
  { checks, expect }: Assignment,
  baseline: Baseline,
  zonesBefore: readonly Zone[],
  zonesNow: readonly Zone[],
): Ground {
  return { checks: checks.map(withoutPace), expect, baseline, zonesBefore, zonesNow };
}

/** A daemon with cold caches, beside a live one that has the machine: how fast it is tells nothing. */
function withoutPace(check: Check): Check {
  return { ...check, expect: { ...check.expect, maxLatency: undefined } };
}

/** Asks until all is right, something is certainly wrong, the daemon has ended, or the time is over. */
async function watch(clock: Clock, stage: Stage, ground: Ground, withinMs: number): Promise<Verdict> {
  const time = boundedTime(clock, withinMs);
  const within = formatDuration(withinMs);
  const starting = startOf(clock, stage);
  let last: Verdict | null = null;
  let knock: Answer | null = null;
  let wrong = 0;
  try {
    for (;;) {
      if (knock?.kind !== 'answer') knock = await knockAt(stage, ground.zonesNow);
      const asking = async (): Promise<RehearsedRound> =>
        askRound(clock, stage, ground, { signal: time.over, starting: await starting() });
      const round = knock.kind === 'answer' ? await Promise.race([asking(), time.isOver]) : null;
      const ended = await howItEnded(stage);
      if (ended !== null) return ended;
      const finished = round === 'over' ? null : round;
      if (finished?.verdict.verdict === 'pass')
        return (await dropped(stage, ground.zonesNow)) ?? wentWell(finished);
      last = faultOf(round, within) ?? last;
      wrong = finished?.verdict.verdict === 'fail' ? wrong + 1 : 0;
      if (wrong >= CERTAIN_AFTER || (await time.pause(PACE.fast)))
        return wentWrong(last ?? (await silence(stage, within, knock)), await stage.log());
    }
  } finally {
    time.cancel();
  }
}

function faultOf(round: RehearsedRound | 'over' | null, within: string): Verdict | null {
  if (round === null) return null;
  if (round !== 'over') return wrongInRehearsal(round);
  return fail('rehearsal_unfinished', `Not all questions were answered within ${within}`);
}

/** A bound that is over once, and pauses that end with it. */
function boundedTime(clock: Clock, boundMs: number) {
  const over = new AbortController();
  const { promise: isOver, resolve } = Promise.withResolvers<'over'>();
  const cancel = clock.setTimer(boundMs, () => {
    over.abort();
    resolve('over');
  });
  const pause = async (ms: number): Promise<boolean> => {
    const slept = Promise.withResolvers<null>();
    const stop = clock.setTimer(ms, () => slept.resolve(null));
    const ended = await Promise.race([isOver, slept.promise]);
    stop();
    return ended === 'over' || over.signal.aborted;
  };
  return { over: over.signal, isOver, pause, cancel };
}

/** Tells whether what is wrong may only be not ready yet: until some time after the daemon says that all is loaded. */
function startOf(clock: Clock, stage: Stage): () => Promise<boolean> {
  let loadedAt: number | null = null;
  return async () => {
    if (loadedAt === null && (await stage.loaded())) loadedAt = clock.monotonic();
    return loadedAt === null || clock.monotonic() - loadedAt < AFTER_LOADING_MS;
  };
}

async function knockAt({ dns }: Stage, zones: readonly Zone[]): Promise<Answer> {
  const name = zones.find(isPrimary)?.name ?? '.';
  return dns.ask({ ...soaQuestion(name), timeoutMs: KNOCK_MS });
}

async function silence(stage: Stage, within: string, knock: Answer): Promise<Verdict> {
  return answeredNothing(stage.place, within, knock, await stage.listeners());
}

/** What a burst from a stranger finds wrong twice; a host that is busy for a moment is no limit. */
async function dropped(stage: Stage, zones: readonly Zone[]): Promise<Verdict | null> {
  const zone = zones.find(isPrimary)?.name;
  if (zone === undefined) return null;
  const ask = (): Promise<Answer> => stage.stranger.ask(soaQuestion(zone));
  const first = await ask();
  let fault: Verdict | null = null;
  for (let tried = 0; tried < 2; tried += 1) {
    fault = burstFault(zone, first, await Promise.all(Array.from({ length: BURST }, ask)));
    if (fault === null) return null;
  }
  return fault && wentWrong(fault, await stage.log());
}

async function askRound(
  clock: Clock,
  { dns }: Stage,
  ground: Ground,
  { signal, starting }: { signal: AbortSignal; starting: boolean },
): Promise<RehearsedRound> {
  const asks = planQuestions('verify', ground, 0).map((ask) => patientFor(ask, ground.zonesNow));
  const answers = await askAll(asks, { dns, clock }, { signal, silentAfterMs: null });
  return judgeRehearsed(asks, answers, ground.zonesNow, starting);
}

/** A daemon that tries to reach servers elsewhere is silent for long, and no second try makes it less so. */
function patientFor(ask: Ask, zones: readonly Zone[]): Ask {
  return dependsElsewhere(ask.question.name, zones) ? { ...ask, tries: 1 } : ask;
}

/** `null` while it runs. */
async function howItEnded(stage: Stage): Promise<Verdict | null> {
  const state = stage.state();
  switch (state.is) {
    case 'running':
      return null;
    case 'exited':
      return wentWrong(fail('rehearsal_daemon_exited', `The daemon ${state.how}`), await stage.log());
    case 'broken':
      return broken(state.cause);
    default:
      return state satisfies never;
  }
}

/** A host that could rehearse when its agent started goes without it only when a person says so. */
function broken(cause: string): Verdict {
  const next =
    'It was possible when the agent started; mend it, or set daemon.rehearsal to "off" on this host';
  return inconclusive(
    'rehearsal_unavailable',
    `The rehearsal came to no end: ${cause}. ${next}.`.slice(0, 2000),
  );
}
