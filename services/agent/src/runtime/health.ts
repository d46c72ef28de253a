import { type Digest, fail, formatDuration, inconclusive, noData, type Verdict } from '@breakwater/shared';
import type { Answer } from '../core/answer.ts';
import type { Baseline, Zone } from '../core/baseline.ts';
import { baselineOf, isOwnZone, isPrimary } from '../core/judge-baseline.ts';
import { silenceOf, worstOf } from '../core/judge-round.ts';
import type { Change } from '../core/memory.ts';
import { BOUNDS } from '../core/pace.ts';
import {
  type Ask,
  baselineQuestions,
  type Ground,
  planQuestions,
  silenceBound,
} from '../core/plan-questions.ts';
import { doubtful, WITNESS_ASKS, witnesses, witnessFault } from '../core/witness.ts';
import {
  addRound,
  type Evidence,
  NO_EVIDENCE,
  type Purpose,
  type Silence,
  type World,
} from '../core/world.ts';
import { askAll, judgeAll } from './ask-all.ts';
import type { Outside } from './outside.ts';
import type { Zones } from './zones.ts';

const ZONE_TRIES = 3;
/** Whoever does not answer is not asked on: each such question takes its whole timeout, and the round ends later. */
const MOST_SILENT = 2;

/** What came of a round. */
interface Outcome {
  verdict: Verdict;
  silence?: Silence | undefined;
}

type Around = Pick<Outside, 'dns' | 'clock' | 'view' | 'metrics'>;

/** What a round asks about. */
export interface RoundOrder {
  purpose: Purpose;
  turn: number;
  change: Change | null;
}

/** Asks the daemon, and keeps what was seen. */
export class Health {
  #evidence: Evidence = NO_EVIDENCE;
  /** The zones of a generation that have answered while nothing was under way: those must go on answering. */
  #standing: { generation: Digest; baseline: Baseline } | null = null;
  readonly #outside: Around;
  readonly #zones: Zones;

  constructor(outside: Around, zones: Zones) {
    this.#outside = outside;
    this.#zones = zones;
  }

  get evidence(): Evidence {
    return this.#evidence;
  }

  /** Asks one round of questions; whatever prevents it is part of its verdict. */
  async round(order: RoundOrder, world: World): Promise<void> {
    const { clock } = this.#outside;
    const { process, exits } = world.daemon;
    const startedAt = clock.monotonic();
    const { verdict, silence } =
      process === null ? { verdict: notRunning() } : await this.#inTime(order, world.live);
    const endedAt = clock.monotonic();
    // An agent that was stopped meanwhile has not looked: what it missed is held against nobody, and proves nothing.
    if (endedAt - startedAt > BOUNDS.round + BOUNDS.unwatched) return;
    const seen = { startedAt, endedAt, turn: order.turn, verdict, process, exits };
    this.#evidence = addRound(this.#evidence, silence === undefined ? seen : { ...seen, silence });
  }

  /** Asks for every zone that the host itself has data of: what answers now must answer after a change. */
  async baseline(zones: readonly Zone[]): Promise<Baseline> {
    const names = [...new Set(zones.filter(isOwnZone).map((zone) => zone.name))];
    const questions = baselineQuestions(names, !isLoopback(this.#outside.view.host.address));
    const asked = questions.map((question) => ({ question, tries: ZONE_TRIES }));
    const signal = new AbortController().signal;
    const answers = await askAll(asked, this.#outside, { signal, silentAfterMs: null });
    const found = questions.map((question, index) => {
      const answer = answers[index];
      return answer === undefined ? null : baselineOf(question, answer);
    });
    return found.filter((answer) => answer !== null);
  }

  /** A slow round must not keep a host from going back: while it lasts, the agent looks at nothing else. */
  async #inTime(order: RoundOrder, live: Digest | null): Promise<Outcome> {
    const stop = new AbortController();
    const late = Promise.withResolvers<Outcome>();
    // What had arrived in time is read before: a starved process finds its timers run out first.
    const giveUp = (): void => late.resolve({ verdict: unfinished() });
    const cancel = this.#outside.clock.setTimer(BOUNDS.round, () => setImmediate(giveUp));
    try {
      return await Promise.race([this.#ask(order, live, stop.signal).catch(unable), late.promise]);
    } finally {
      cancel();
      stop.abort();
    }
  }

  async #ask(order: RoundOrder, live: Digest | null, signal: AbortSignal): Promise<Outcome> {
    const { purpose, turn, change } = order;
    if (purpose === 'idle') return this.#askIdle(live, turn, signal);
    if (purpose === 'revert' && change?.swap === null) return this.#askBack(live, turn, signal);
    if (!change?.swap) {
      return {
        verdict: noData('nothing_to_check', 'There is no change whose answers could be asked for.'),
      };
    }
    const { assignment, swap } = change;
    // Going back must work with nothing but the journal and the daemon, so the checker is not asked then.
    const zonesOf = async (generation: Digest): Promise<readonly Zone[]> =>
      purpose === 'revert' ? [] : this.#zones.of(generation);
    const ground: Ground = {
      checks: assignment.checks,
      expect: assignment.expect,
      baseline: swap.baseline,
      zonesBefore: await zonesOf(swap.previous),
      zonesNow: await zonesOf(assignment.bundle),
    };
    return this.#judge(planQuestions(purpose, ground, turn), purpose, signal);
  }

  async #askIdle(live: Digest | null, turn: number, signal: AbortSignal): Promise<Outcome> {
    if (live === null)
      return {
        verdict: noData('link_elsewhere', 'The managed root leads to no generation that is known here.'),
      };
    const zones = await this.#zones.of(live);
    const own = zones.filter(isOwnZone).length;
    if (this.#standing?.generation !== live || this.#standing.baseline.length === 0) {
      this.#standing = { generation: live, baseline: await this.baseline(zones) };
    }
    const { baseline } = this.#standing;
    if (baseline.length === 0 && own > 0)
      return { verdict: noData('no_zone_answers', `None of ${own} zones is answered.`) };
    return this.#judge(planQuestions('idle', unchanged(baseline, zones), turn), 'idle', signal);
  }

  /**
   * On the way back without a record of the answers before: what this process has heard of the generation while nothing
   * was under way, or else every zone whose data comes with it.
   */
  async #askBack(live: Digest | null, turn: number, signal: AbortSignal): Promise<Outcome> {
    const known = this.#standing;
    const zones = live === null ? [] : await this.#zones.of(live);
    const primaries = zones.filter(isPrimary);
    const heard = known !== null && known.generation === live && known.baseline.length > 0;
    if (live === null || (!heard && primaries.length === 0)) return this.#askIdle(live, turn, signal);
    const must = { transport: 'udp', rcode: 'NOERROR', aa: true, serial: null } as const;
    const baseline = heard ? known.baseline : primaries.map(({ name }) => ({ ...must, zone: name }));
    return this.#judge(planQuestions('revert', unchanged(baseline, zones), turn), 'revert', signal);
  }

  async #judge(asks: readonly Ask[], purpose: Purpose, signal: AbortSignal): Promise<Outcome> {
    const starting = purpose === 'verify' || purpose === 'revert';
    // A daemon that starts may be silent for as long as it is given; one that was well may not.
    const silentAfterMs = purpose === 'soak' ? silenceBound(asks) : null;
    const answers = await askAll(asks, this.#outside, { signal, silentAfterMs });
    const verdicts = judgeAll(asks, answers, starting);
    for (const [index, each] of verdicts.entries()) {
      this.#outside.metrics?.checked(each.verdict, answers[index]?.latencyMs ?? 0);
    }
    const verdict = worstOf(verdicts);
    if (verdict.verdict === 'fail') {
      const fault = await this.#otherDaemon(doubtful(asks, verdicts), signal);
      return { verdict: fault?.code === 'answers_differ' ? fault : verdict };
    }
    if (verdict.verdict !== 'pass') return { verdict, silence: silenceOf(answers) };
    const fault = starting ? await this.#otherDaemon(witnesses(asks, answers), signal) : null;
    return { verdict: fault ?? verdict };
  }

  /** Asks a few questions again and again: a second daemon at the same address would answer some of them. */
  async #otherDaemon(asks: readonly Ask[], signal: AbortSignal): Promise<Verdict | null> {
    for (const ask of asks) {
      const answers: Answer[] = [];
      const silent = (): number => answers.filter(({ kind }) => kind === 'none').length;
      while (answers.length < WITNESS_ASKS && silent() < MOST_SILENT && !signal.aborted) {
        answers.push(await this.#outside.dns.ask(ask.question));
      }
      const fault = witnessFault(ask, answers, true);
      if (fault !== null) return fault;
    }
    return null;
  }
}

/** What to ask of a host for which nothing changes: its zones are the ones that it had. */
function unchanged(baseline: Baseline, zones: readonly Zone[]): Ground {
  return { checks: [], expect: { zonesRemoved: [] }, baseline, zonesBefore: zones, zonesNow: zones };
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function unfinished(): Verdict {
  const reason = `Not all questions were answered within ${formatDuration(BOUNDS.round)}.`;
  return noData('round_unfinished', reason);
}

function notRunning(): Verdict {
  return fail('daemon_not_running', 'The daemon does not run.');
}

function unable(error: unknown): Outcome {
  return { verdict: inconclusive('not_judged', `The daemon could not be judged: ${String(error)}`) };
}
